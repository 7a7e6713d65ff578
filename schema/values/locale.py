"""Locales (BCP 47) and time zones (IANA)."""

import re
from functools import cache

from schema.values.fault import Fault
from schema.values.text import filled

_TAG = re.compile(
    r"(?P<language>[a-z]{2,3}(?:-[a-z]{3}){0,3})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<rest>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)",
    re.ASCII,
)
# Names of files beside the zones, not of places.
_NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})


def locale(value: object) -> str:
    """A language tag in its canonical case (`pt-BR`, `zh-Hant-TW`), underscores read as hyphens."""
    text = filled(value, max_length=35)
    found = _TAG.fullmatch(text.replace("_", "-").lower())
    if found is None:
        raise Fault("is not a language tag such as en or pt-BR")
    tag: str = found["language"]
    if found["script"]:
        tag += "-" + found["script"].title()
    if found["region"]:
        tag += "-" + found["region"].upper()
    return tag + found["rest"]


def time_zone(value: object) -> str:
    """The name of an IANA time zone in its own spelling, whatever case it came in."""
    text = filled(value, max_length=64)
    name = _time_zones().get(text.lower())
    if name is None:
        raise Fault("is not an IANA time zone such as Europe/Berlin")
    return name


@cache
def _time_zones() -> dict[str, str]:
    from zoneinfo import available_timezones

    return {name.lower(): name for name in sorted(available_timezones() - _NO_ZONES)}
