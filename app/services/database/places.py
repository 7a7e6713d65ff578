"""The places of parameters in the text of a statement: `$1` on PostgreSQL, `?1` on SQLite."""

import re

_PLACE = re.compile(r"([$?])(\d+)")


def moved(text: str, by: int) -> str:
    """The text with each of its places so many further on, to stand behind another's."""
    return _PLACE.sub(lambda found: f"{found[1]}{int(found[2]) + by}", text)
