"""The form that makes a key: what it offers to whom, and from what was filled in to the input of an API key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.portal.browser import Form
from schema.actor import DIRECTORY, ROLE_SCOPES, SCOPES
from schema.json_text import strict_json
from schema.problem import invalid
from schema.values.fault import Fault
from schema.values.instant import later

DAY = 86_400
# How long a key may live, by the value of its option: in days, or for ever.
LIVES = {"30": "30 days", "90": "90 days", "365": "a year", "never": "for ever"}
PRESETS = {
    "none": "Only what is ticked below",
    "read": "Read the directory",
    "write": "Read and write the directory",
    "all": "Everything that your role allows",
}


@dataclass(frozen=True, slots=True)
class KeyForm:
    """The form as it stands: the scopes that it offers, and what is filled in."""

    offered: tuple[str, ...]
    name: str = ""
    preset: str = "none"
    ticked: tuple[str, ...] = ()
    lives: str = "90"
    last_day: str = ""
    filters: str = ""
    hidden_fields: str = ""

    lives_offered = LIVES
    presets_offered = PRESETS

    @classmethod
    def empty(cls, role: str) -> KeyForm:
        return cls(offered(role))

    @classmethod
    def filled(cls, role: str, form: Form) -> KeyForm:
        return cls(
            offered(role),
            name=form.one("name"),
            preset=form.one("preset") or "none",
            ticked=form.all("scopes"),
            lives=form.one("lives") or "never",
            last_day=form.one("lastDay").strip(),
            filters=form.one("filters"),
            hidden_fields=form.one("hiddenFields"),
        )

    @property
    def scopes(self) -> list[str]:
        """The scopes of the preset and those that are ticked."""
        return list(dict.fromkeys((*_preset(self.preset, self.offered), *self.ticked)))

    def data(self, at: str) -> dict[str, Any]:
        """The input, as a caller of the API would send it; raises `validation_failed` for what can't be one."""
        data: dict[str, Any] = {"name": self.name, "scopes": self.scopes}
        if self.last_day:
            data["expiresAt"] = f"{self.last_day}T23:59:59.999Z"
        elif self.lives != "never":
            if self.lives not in LIVES:
                raise invalid({"expiresAt": "must be one of the times that are offered"})
            data["expiresAt"] = later(at, int(self.lives) * DAY)
        return data | self._narrowing_data()

    def _narrowing_data(self) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if filters := self.filters.strip():
            try:
                data["filters"] = strict_json(filters.encode())
            except Fault as fault:
                raise invalid({"filters": f"is not JSON: {fault.text}"}) from None
        if hidden := self.hidden_fields.strip():
            data["hiddenFields"] = re.split(r"[\s,]+", hidden)
        return data


def offered(role: str) -> tuple[str, ...]:
    """The scopes that a user of this role may give."""
    return tuple(scope for scope in SCOPES if scope in ROLE_SCOPES[role])


def _preset(name: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes behind the name of a preset, as far as they are offered."""
    match name:
        case "read" | "write":
            return tuple(f"{one}:{name}" for one in DIRECTORY if f"{one}:{name}" in offered)
        case "all":
            wider = ("*",) if "*" in offered else offered
            return tuple(s for s in wider if not (s.endswith(":read") and f"{s[:-4]}write" in wider))
        case _:
            return ()
