"""Hosts, web domains and web addresses."""

import ipaddress
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

from schema.values.fault import Fault
from schema.values.text import filled

WEBSITE_MAX_LENGTH = 2048
_KEPT = 1024  # many people's addresses are at few hosts
_ASCII_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SCHEME = re.compile(r"(?:([a-z][a-z0-9+.\-]*):)?//", re.IGNORECASE)
_PORT = re.compile(r":([0-9]{0,5})$")
_NOT_ASCII = re.compile(r"[^\x21-\x7e]+")
_AUTHORITY_END = re.compile(r"[/?#]")
_INVALID_DOMAIN = "is not a web domain such as acme.example"
_INVALID_WEBSITE = "is not a web address such as https://acme.example"


@lru_cache(maxsize=_KEPT)
def host(text: str) -> str:
    """A host name of at least two labels as a lower-case A-label (UTS 46)."""
    name = text.lower() if text.isascii() else text
    if not name.isascii() or "xn--" in name:
        name = _a_label(name)
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(map(_ASCII_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        raise Fault("is not a host name")
    return name


def domain(value: object) -> str:
    """The host of a web domain or address, without `www.`; what follows it is dropped, user info refused."""
    text = filled(value, max_length=WEBSITE_MAX_LENGTH)
    scheme = _SCHEME.match(text)
    authority = _AUTHORITY_END.split(text[scheme.end() :] if scheme else text, maxsplit=1)[0]
    name = _PORT.sub("", authority)
    try:
        found = host(name[:-1] if name.endswith(".") else name)
    except Fault:
        raise Fault(_INVALID_DOMAIN) from None
    while found.startswith("www.") and found.count(".") > 1:
        found = found.removeprefix("www.")
    return found


def shown(name: str) -> str:
    """A domain as people write it: `xn--bcher-kva.example` is `bücher.example`."""
    if "xn--" not in name:
        return name
    import idna

    try:
        return idna.decode(name)
    except (idna.IDNAError, UnicodeError):
        return name


def website(value: object) -> str:
    """An http or https address, `https://` where it names no scheme, its host as a lower-case A-label."""
    text = filled(value, max_length=WEBSITE_MAX_LENGTH)
    named = _SCHEME.match(text)
    scheme = ((named and named.group(1)) or "https").lower()
    if scheme not in ("http", "https"):
        raise Fault("must be an http or https address")
    rest = text[named.end() :] if named else text
    end = _AUTHORITY_END.search(rest)
    authority, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    if "\\" in rest or any(character.isspace() for character in rest):
        raise Fault(_INVALID_WEBSITE)
    # Percent-encoded, as it goes over the wire: of one form, and short enough for an index.
    address = f"{scheme}://{_web_authority(authority)}{_NOT_ASCII.sub(lambda found: quote(found[0]), tail)}"
    if len(address) > WEBSITE_MAX_LENGTH:
        raise Fault(f"is longer than {WEBSITE_MAX_LENGTH} characters")
    return address


def _web_authority(authority: str) -> str:
    port = _PORT.search(authority)
    name = authority[: port.start()] if port else authority
    number = port.group(1) if port else ""
    if number and not 0 < int(number) < 65536:
        raise Fault(_INVALID_WEBSITE)
    return _web_host(name) + (f":{int(number)}" if number else "")


def _web_host(name: str) -> str:
    try:
        if name.startswith("[") and name.endswith("]") and "%" not in name:
            return f"[{ipaddress.IPv6Address(name[1:-1])}]"
        if name.replace(".", "").isdigit():
            return str(ipaddress.IPv4Address(name))
        return host(name[:-1] if name.endswith(".") else name)
    except ValueError:
        raise Fault(_INVALID_WEBSITE) from None


def _a_label(name: str) -> str:
    import idna

    try:
        encoded = idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
        shown = idna.decode(encoded)
        if any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in shown):
            # A label that reads left to right can trade places with a right-to-left neighbour on the screen.
            for label in shown.split("."):
                idna.check_bidi(label, check_ltr=True)
    except (idna.IDNAError, UnicodeError):
        raise Fault("is not a host name") from None
    return encoded
