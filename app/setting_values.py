"""The forms that values of the environment may take, and how the text of each is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,19}", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SECRET_PARAMETER = re.compile(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE)


@dataclass(frozen=True)
class Form:
    """What is right, in words, and the reader that raises ValueError, in words, for what is wrong."""

    right: str
    read: Callable[[str], Any]


def whole(least: int, most: int) -> Form:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()):
            raise ValueError(f"{shown(text)} is not a whole number")
        if not least <= int(text[:20]) <= most:
            raise ValueError(f"{shown(text)} is out of range")
        return int(text)

    return Form(f"a whole number from {least} to {most}", read)


def choice(*words: str) -> Form:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"{shown(text)} is none of them")
        return text.lower()

    return Form(f"{', '.join(words[:-1])} or {words[-1]}", read)


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError(f"{shown(text)} is neither")
    return text.lower() == "on"


def _folder(text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise ValueError(f"{shown(text)} is a file")
    return path


def _host(text: str) -> str:
    name = text.removeprefix("[").removesuffix("]") if text.startswith("[") else text
    if not (_is_address(name) or (_HOST.fullmatch(name) and not re.fullmatch(r"[0-9.]+", name))):
        raise ValueError(f"{shown(text)} is neither")
    return name


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError(f"{shown(text)} is not one")
    return text


def _origins(text: str) -> tuple[str, ...]:
    parts = _parts(text)
    if "*" in parts and len(parts) > 1:
        raise ValueError("* stands beside other origins")
    return tuple(dict.fromkeys(part if part == "*" else _origin(part) for part in parts))


def _origin(text: str) -> str:
    """An origin as browsers send it: scheme and host in lower case, a default port left out."""
    url = _web_address(text)
    if url.path or url.query or url.fragment or text.endswith(("?", "#")):
        raise ValueError(f"{shown(text)} is more than a scheme, a host and a port")
    return urlunsplit((url.scheme, url.netloc, "", "", ""))


def _base_url(text: str) -> str:
    url = _web_address(text)
    if url.query or url.fragment:
        raise ValueError(f"{shown(text)} has a query or a fragment")
    return urlunsplit((url.scheme, url.netloc, url.path.rstrip("/"), "", ""))


def _web_address(text: str) -> SplitResult:
    url = _split(text)
    if "@" in text:
        raise ValueError("it holds a user name or a password")
    if url.scheme not in _DEFAULT_PORTS or not url.hostname or re.search(r"\s", text):
        raise ValueError(f"{shown(text)} is not one")
    port = "" if url.port in (None, _DEFAULT_PORTS[url.scheme]) else f":{url.port}"
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return url._replace(netloc=host + port)


def _networks(text: str) -> str:
    parts = _parts(text)
    if "*" in parts and len(parts) > 1:
        raise ValueError("* stands beside other addresses")
    for part in parts:
        try:
            part == "*" or ip_network(part)
        except ValueError:
            raise ValueError(f"{shown(part)} is neither an IP address nor a network") from None
    return ",".join(parts)


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    if "" in parts:
        raise ValueError(f"{shown(text)} has an empty place between its commas")
    return parts


def _database_url(text: str) -> str:
    """The URL in its one form. Its faults quote nothing of it but the scheme: a password may stand anywhere."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        raise ValueError("it is not a URL")
    if scheme.lower() == "sqlite":
        return sqlite_url(_sqlite_path(rest))
    if scheme.lower() not in ("postgresql", "postgres"):
        raise ValueError(
            f"{shown(scheme)} is no database that Cube knows" if _SCHEME.fullmatch(scheme) else "it is not a URL"
        )
    if re.search(r"\s", text):
        raise ValueError("it holds a space: it is written %20")
    url = _split(f"postgresql://{rest}")
    name = unquote(url.path.removeprefix("/"))
    if not name or "/" in name:
        raise ValueError("it does not name one database after the host")
    if not url.hostname and not re.search(r"(^|&)host=.", url.query):
        raise ValueError("it names no host")
    if url.fragment:
        raise ValueError("it has a fragment: # is written %23")
    return f"postgresql://{rest}"


def _sqlite_path(rest: str) -> Path:
    if not rest.startswith("/"):
        raise ValueError("its path is not absolute: three slashes stand before it")
    if "?" in rest or "#" in rest:
        raise ValueError("it has a query or a fragment: ? is written %3F, # %23")
    path = Path("/" + unquote(rest).lstrip("/"))
    if path.name in ("", ":memory:") or rest.endswith("/") or path.is_dir():
        raise ValueError("it does not name a file")
    return path


def sqlite_url(path: Path) -> str:
    return f"sqlite://{quote(str(path))}"


def sqlite_path(url: str) -> Path:
    return Path(unquote(url.removeprefix("sqlite://")))


def redacted(url: str) -> str:
    """The URL with its passwords starred."""
    place = urlsplit(url).netloc
    account, at, host = place.rpartition("@")
    user, colon, _ = account.partition(":")
    if colon:
        url = url.replace(place, f"{user}:***{at}{host}", 1)
    return _SECRET_PARAMETER.sub(r"\1***", url)


def _split(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        raise ValueError("its host or port cannot be read: other signs than letters are percent-encoded") from None
    return url


def shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")


SWITCH = Form("on or off", _switch)
FOLDER = Form("a folder", _folder)
HOST = Form("an IP address or a host name", _host)
EMAIL = Form("an e-mail address", _email)
ORIGINS = Form("* or origins such as https://app.example.com, parted by commas", _origins)
BASE_URL = Form("an absolute http or https URL", _base_url)
NETWORKS = Form("* or IP addresses and networks, parted by commas", _networks)
DATABASE_URL = Form("sqlite:///absolute/path.db or postgresql://user@host:port/name", _database_url)
