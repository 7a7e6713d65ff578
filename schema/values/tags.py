"""Tags: a list of short texts."""

from schema.values.fault import Fault, Faults
from schema.values.text import filled

MAX_TAGS = 100
MAX_LENGTH = 100


def tags(value: object) -> list[str]:
    """Trimmed, exact, case kept, in order, repeats dropped."""
    if not isinstance(value, list):
        raise Fault("must be a list of text")
    kept: dict[str, None] = {}
    faults: dict[str, str] = {}
    for index, item in enumerate(value):
        try:
            kept[filled(item, max_length=MAX_LENGTH)] = None
        except Fault as fault:
            faults[f"[{index}]"] = fault.text
        if len(kept) > MAX_TAGS or len(faults) > MAX_TAGS:
            raise Fault(f"has more than {MAX_TAGS} tags")
    if faults:
        raise Faults(faults)
    return list(kept)
