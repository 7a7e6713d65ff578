"""Entity tags: a record's version as an ETag, and what If-Match and If-None-Match ask of it (RFC 9110, section 13)."""

from __future__ import annotations

import re

from schema.change import Precondition
from schema.problem import invalid

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[ \t,]*{_TAG}([ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_VERSION = re.compile(r'(W/)?"([1-9][0-9]{0,17})"')
ANY = "*"


def if_match(header: str | None) -> Precondition | None:
    """The versions that the record may have. Tags compare strongly: a weak one fits none, nor does another's tag."""
    if header is None:
        return None
    if header.strip() == ANY:
        return Precondition(None)
    return Precondition(tuple(version for weak, version in _tags("If-Match", header) if not weak))


def conditions(match: str | None, none_match: str | None) -> Precondition | None:
    """What If-Match and If-None-Match ask, in this order, of a record that is to be changed."""
    held = if_match(match)
    if none_match is None:
        return held
    versions = held.versions if held else None
    if none_match.strip() == ANY:
        return Precondition(versions, None)
    return Precondition(versions, tuple(version for _, version in _tags("If-None-Match", none_match)))


def create_only(header: str | None) -> bool:
    """Whether a PUT must not find a record; `*` is all that If-None-Match can mean there."""
    if header is not None and header.strip() != ANY:
        raise invalid({"If-None-Match": "must be * here"})
    return header is not None


def not_modified(header: str | None, version: int) -> bool:
    """Whether the caller of a GET has this version already. Tags compare weakly."""
    if header is None:
        return False
    return header.strip() == ANY or any(version == one for _, one in _tags("If-None-Match", header))


def _tags(name: str, header: str) -> list[tuple[bool, int]]:
    """The tags that can be a version's, and whether each is weak."""
    if not _TAGS.fullmatch(header):
        raise invalid({name: 'must be * or entity tags such as "3", parted by commas'})
    return [(bool(weak), int(version)) for weak, version in _VERSION.findall(header)]
