"""The request that a curl command of a guide makes: its method, its path and its body."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_DATA = ("--json", "--data")
_KEY = "Authorization:"
_ALONE = frozenset({"--get", "--globoff"})


@dataclass(frozen=True, slots=True)
class Request:
    """A REST request as an example shows it. `path` holds the query string; `headers` are those beside the key's, which
    it may go without."""

    method: str
    path: str
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    has_key: bool = True


def request_of(text: str) -> Request | None:
    """The request of a block in Shell; None where it is not one curl command and nothing else."""
    words = shlex.split(re.sub(r"^#.*$", "", text, flags=re.MULTILINE).replace("\\\n", " "))
    if not words or words[0] != "curl" or words.count("curl") != 1:
        return None
    given: dict[str, list[str]] = {}
    url, rest = "", iter(words[1:])
    for word in rest:
        if word in _ALONE:
            given[word] = []
        elif word.startswith("--"):
            given.setdefault(word, []).append(next(rest))
        else:
            url = word
    return _request(url, given)


def _request(url: str, given: dict[str, list[str]]) -> Request:
    parts = urlsplit(url)
    query = [parts.query] if parts.query else []
    for pair in given.get("--data-urlencode", []):
        name, _, value = pair.partition("=")
        query.append(f"{name}={quote(value, safe='')}")
    body = next((given[name][0] for name in _DATA if name in given), None)
    (method,) = given.get("--request", ["GET" if body is None else "POST"])
    lines = given.get("--header", [])
    headers = tuple(_header(line) for line in lines if not line.startswith(_KEY))
    path = "?".join([parts.path or "/", "&".join(query)]).rstrip("?")
    return Request(method, path, body, headers, has_key=any(line.startswith(_KEY) for line in lines))


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip()
