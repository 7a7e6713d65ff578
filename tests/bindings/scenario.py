"""The scenario that every binding plays: its steps, what comes of them in a comparable form, and what should."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

Json = dict[str, Any]

BINDINGS = Path(__file__).parents[2] / "bindings"
REFUSED: Json = {"refused": True}
"""What comes of a step that a binding does not even send."""

_SAVED = re.compile(r"\$\{(\w+)\}")
_ID = re.compile(r"\b(usr|cli|cus|key)_[0-9a-z]{26}\b")
_NOW = re.compile(r"20(?:2[5-9]|[3-9]\d)-\d\d-\d\dT[0-9:.]+Z")
# Members that are never the same twice.
_PASSING = {"traceId", "cursor", "nextCursor", "previousCursor", "secret", "token", "prefix", "lastUsedAt", "limits"}


def steps() -> list[Json]:
    """The steps as they are written, save that a filter too long for a URL is written out."""
    found: list[Json] = json.loads((BINDINGS / "scenario.json").read_text(encoding="utf-8"))["steps"]
    for step in found:
        if "long" in step:
            nobody = [f"Nobody of this name, which is number {i}" for i in range(step.pop("long"))]
            step["filter"] = {"name": {"notIn": nobody}, "id": {"notIn": ["${odd}", "${ana}"]}}
    return found


def filled(value: Any, saved: Json) -> Any:
    """The value with what earlier steps have saved in the place of `${name}`."""
    match value:
        case str():
            return _SAVED.sub(lambda found: saved[found[1]], value)
        case list():
            return [filled(one, saved) for one in value]
        case dict():
            return {name: filled(one, saved) for name, one in value.items()}
    return value


def save(step: Json, outcome: Json, saved: Json) -> None:
    """Notes what a step wants saved: a name, and where in what came of it."""
    for name, path in step.get("save", {}).items():
        value = outcome.get("ok")
        for member in path.split("."):
            value = value[member] if isinstance(value, dict) else None
        saved[name] = value


def comparable(outcomes: list[Json]) -> list[Json]:
    """Outcomes without what differs from run to run: ids are numbered as they come, instants of today are one."""
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], f"{found[1]}_{len(numbers)}")

    def plain(value: Any) -> Any:
        match value:
            case str():
                return _NOW.sub("<now>", _ID.sub(number, value))
            case list():
                return [plain(one) for one in value]
            case dict():
                return {
                    name: f"<{name}>" if name in _PASSING and one is not None else plain(one)
                    for name, one in value.items()
                    if name != "lastUsedAt"
                }
        return value

    return [plain(outcome) for outcome in outcomes]


def unlike(expected: Any, found: Any, at: str = "") -> list[str]:
    """Where what came is not what should: objects may have more members, everything else is equal."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            text
            for name, value in expected.items()
            for text in (unlike(value, found[name], f"{at}.{name}") if name in found else [f"{at}.{name} is missing"])
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [
            text
            for i, (one, other) in enumerate(zip(expected, found, strict=True))
            for text in unlike(one, other, f"{at}[{i}]")
        ]
    return [] if expected == found and type(expected) is type(found) else [f"{at}: {expected!r}, but {found!r}"]
