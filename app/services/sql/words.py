"""The words of a record: what search and exact membership look up, as tokens that both databases index alike.

A token is a letter for its sort and lower-case hex, so that neither database's tokenizer ever splits, folds or drops
anything, and a prefix of the text is a prefix of the token:
`w` a word, `p` a run of a phone's last digits, `f` a fact (the hash of a tag, an address, a pair of a map).
Beside each of the first two stand the places of the fields that it comes from, for those who may not see all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any

import orjson

from schema.narrowing import KEPT
from schema.resource import Field, Kind, Resource
from schema.resources import BY_NAME
from schema.values.domain import shown
from schema.values.email import exact
from schema.values.maps import number
from schema.values.phone import digits
from schema.values.text import fold, words

MAX_WORD = 64
MIN_DIGITS = 4
_KEPT = 4096  # names, words and values of maps come again and again

Tokens = dict[str, str]
"""The places of the fields that each token comes from, as `2,7`."""

Reader = Callable[[Any], Iterable[str]]
"""Makes the tokens of a value."""

# Stored with every record: what is once given stays.
PLACES: Mapping[str, int] = {
    "name": 1,
    "givenName": 2,
    "familyName": 3,
    "legalName": 4,
    "title": 5,
    "domain": 6,
    "email": 7,
    "additionalEmails": 8,
    "phone": 9,
    "additionalPhones": 10,
    "tags": 11,
    "externalIds": 12,
}


def tokens(resource: Resource, row: Mapping[str, Any]) -> Tokens:
    """The tokens of a record, given its values by the names of its fields (lists and maps decoded)."""
    found: Tokens = {}
    for name, place, read in _readers(resource):
        value = row.get(name)
        if not value:
            continue
        for token in read(value):
            if token not in found:
                found[token] = place
            elif place not in found[token].split(","):
                found[token] += f",{place}"
    return found


def search_places(known: Resource) -> tuple[int, ...] | None:
    """The places that may be searched by those who know the resource so; None if no place is hidden from them."""
    return _places(known) if known.hidden else None


@lru_cache(maxsize=KEPT)
def _places(known: Resource) -> tuple[int, ...] | None:
    names = {f.name for f in known.fields}
    whole = [name for name, _, _ in _readers(BY_NAME[known.name]) if name in PLACES]
    return None if names.issuperset(whole) else tuple(PLACES[name] for name in whole if name in names)


@cache
def _readers(resource: Resource) -> list[tuple[str, str, Reader]]:
    """The fields that have tokens, each with its place and the function that makes them of a value."""
    found = ((f.name, str(PLACES.get(f.name, 0)), _reader(f)) for f in resource.fields)
    return [(name, place, read) for name, place, read in found if read is not None]


def _reader(field: Field) -> Reader | None:
    if field.kind in _OF_FIELD:
        return partial(_OF_FIELD[field.kind], field.name)
    return _READERS.get(field.kind) if field.searched or field.kind is Kind.PHONE else None


def _phones(name: str, numbers: list[str]) -> list[str]:
    return [token for one in numbers for token in (*_digits(one), fact(name, one))]


def _emails(name: str, addresses: list[str]) -> list[str]:
    return [token for one in addresses for token in (*_address(one), fact(name, exact(one)))]


def _tags(name: str, tags: list[str]) -> list[str]:
    return [token for tag in tags for token in (*map(_word, words(tag)), fact(name, tag))]


def _external_ids(name: str, ids: Mapping[str, str]) -> list[str]:
    return [token for pair in ids.items() for token in (*map(_word, words(pair[1])), *_pair(name, *pair))]


def _metadata(name: str, pairs: Mapping[str, Any]) -> list[str]:
    return [token for pair in pairs.items() for token in _pair(name, *pair)]


def _domain(domain: str) -> Iterable[str]:
    return map(_word, dict.fromkeys((*words(domain), *words(shown(domain)))))


@lru_cache(maxsize=_KEPT)
def _of_text(text: str) -> tuple[str, ...]:
    return tuple(map(_word, words(text)))


@lru_cache(maxsize=_KEPT, typed=True)
def _pair(name: str, key: str, value: Any) -> tuple[str, str]:
    """That a map has this key with this value, and that it has this key."""
    return fact(name, key, value), fact(name, key)


def fact(*parts: Any) -> str:
    """The token of an exact fact: the field's name, a key if it is a map, and the value with its JSON type."""
    if type(parts[-1]) is float or type(parts[-1]) is int:
        parts = (*parts[:-1], number(parts[-1]))
    return "f" + hashlib.blake2b(orjson.dumps(parts), digest_size=16).hexdigest()


def _word(text: str) -> str:
    return "w" + text[:MAX_WORD].encode().hex()


def _address(email: str) -> Iterable[str]:
    """The whole, its local part and the words in it, its domain: as stored, and as people write it."""
    local, _, domain = email.rpartition("@")
    local, domains = fold(local), _domains(domain)
    wholes = [f"{local}@{one}" for one in domains]
    return [_word(part) for part in (*wholes, local, *domains, *words(local)) if part]


@lru_cache(maxsize=_KEPT)
def _domains(domain: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((fold(domain), fold(shown(domain)))))


def _digits(phone: str) -> Iterable[str]:
    """Every run of at least four digits that ends the number: what stands anywhere in it begins one of them."""
    runs = digits(phone)[-32:].encode().hex()
    return ["p" + runs[i:] for i in range(0, len(runs) - 2 * MIN_DIGITS + 1, 2)]


# Fields of these kinds have tokens where they are searched; phones always, for parts of numbers.
_READERS: dict[Kind, Reader] = {Kind.TEXT: _of_text, Kind.DOMAIN: _domain, Kind.EMAIL: _address, Kind.PHONE: _digits}
# Every field of these has tokens, facts among them, which say of which field they are: so their readers take its name.
_OF_FIELD: dict[Kind, Callable[[str, Any], Iterable[str]]] = {
    Kind.PHONES: _phones,
    Kind.EMAILS: _emails,
    Kind.TAGS: _tags,
    Kind.EXTERNAL_IDS: _external_ids,
    Kind.METADATA: _metadata,
}


def search_query(found: Iterable[str], dialect: str) -> str:
    """The match expression for folded words, each the beginning of a word or, if it is a number, within a phone."""
    clauses = [_any([_prefix(p, dialect) for p in _prefixes(text)], dialect) for text in found]
    return (" AND " if dialect == "sqlite" else " & ").join(clauses)


def placed_query(found: Iterable[str], places: Sequence[int], dialect: str) -> str:
    """For each word what must be found in one of these places, as JSON: see the dialects' `placed`."""
    if dialect == "sqlite":
        return orjson.dumps([[f" {at}{p}" for at in places for p in _prefixes(text)] for text in found]).decode()
    return orjson.dumps([_prefixes(text) for text in found]).decode()


def places_text(found: Tokens) -> str:
    """Each token in each of its places, so that ` 7w6a` is found in it if a word of field 7 begins so."""
    placed = [(token, places) for token, places in found.items() if token[0] != "f"]
    return "".join([f" {place}{token}" for token, places in placed for place in places.split(",")])


def vector_text(found: Tokens) -> str:
    """The same as a tsvector, in which places are positions. A fact has none: who may not see it may not ask for it."""
    return " ".join([token if token[0] == "f" else f"{token}:{places}" for token, places in found.items()])


def _prefixes(text: str) -> list[str]:
    """What a token begins with that the folded word finds."""
    prefixes = [_word(text)]
    if len(digits(text)) >= MIN_DIGITS and not any(c.isalpha() for c in text) and "@" not in text:
        prefixes.append("p" + digits(text).encode().hex())
    return prefixes


def facts_query(facts: Iterable[str], dialect: str) -> str:
    """The match expression for any of these facts."""
    return _any([f'"{f}"' if dialect == "sqlite" else f"'{f}'" for f in facts], dialect)


def _prefix(token: str, dialect: str) -> str:
    return f'"{token}"*' if dialect == "sqlite" else f"'{token}':*"


def _any(parts: list[str], dialect: str) -> str:
    return "(" + (" OR " if dialect == "sqlite" else " | ").join(parts) + ")"
