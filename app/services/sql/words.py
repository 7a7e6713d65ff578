"""The words of a record: what search and exact membership look up, as tokens that both databases index alike.

A token is a letter for its sort and lower-case hex, so that neither database's tokenizer ever splits, folds or drops
anything, and a prefix of the text is a prefix of the token:
`w` a word, `p` a run of a phone's last digits, `f` a fact (the hash of a tag, an address, a pair of a map).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from schema.resource import Kind, Resource
from schema.values.domain import shown
from schema.values.email import exact
from schema.values.maps import number
from schema.values.phone import digits
from schema.values.text import fold, words

MAX_WORD = 64
MIN_DIGITS = 4


def tokens(resource: Resource, row: Mapping[str, Any]) -> list[str]:
    """The tokens of a record, given its values by the names of its fields (lists and maps decoded)."""
    found: dict[str, None] = {}
    for field in resource.fields:
        value = row.get(field.name)
        if value:
            found.update(dict.fromkeys(_of(field.kind, field.name, field.searched, value)))
    return list(found)


def _of(kind: Kind, name: str, searched: bool, value: Any) -> Iterable[str]:
    match kind:
        case Kind.PHONES:
            return [token for one in value for token in (*_digits(one), fact(name, one))]
        case Kind.EMAILS:
            return [token for one in value for token in (*_address(one), fact(name, exact(one)))]
        case Kind.TAGS:
            return [token for tag in value for token in (*map(_word, words(tag)), fact(name, tag))]
        case Kind.EXTERNAL_IDS:
            return [token for pair in value.items() for token in (*map(_word, words(pair[1])), *_pair(name, pair))]
        case Kind.METADATA:
            return [token for pair in value.items() for token in _pair(name, pair)]
        case Kind.PHONE:
            return _digits(value)
        case Kind.EMAIL if searched:
            return _address(value)
        case Kind.DOMAIN if searched:
            return map(_word, dict.fromkeys((*words(value), *words(shown(value)))))
        case Kind.TEXT if searched:
            return map(_word, words(value))
    return ()


def _pair(name: str, pair: tuple[str, Any]) -> tuple[str, str]:
    """That a map has this key with this value, and that it has this key."""
    return fact(name, *pair), fact(name, pair[0])


def fact(*parts: Any) -> str:
    """The token of an exact fact: the field's name, a key if it is a map, and the value with its JSON type."""
    canonical = [number(p) if isinstance(p, int | float) and not isinstance(p, bool) else p for p in parts]
    return "f" + hashlib.blake2b(orjson.dumps(canonical), digest_size=16).hexdigest()


def _word(text: str) -> str:
    return "w" + text[:MAX_WORD].encode().hex()


def _address(email: str) -> Iterable[str]:
    """The whole, its local part and the words in it, its domain: as stored, and as people write it."""
    local, _, domain = email.rpartition("@")
    local, domains = fold(local), dict.fromkeys((fold(domain), fold(shown(domain))))
    wholes = [f"{local}@{one}" for one in domains]
    return [_word(part) for part in (*wholes, local, *domains, *words(local)) if part]


def _digits(phone: str) -> Iterable[str]:
    """Every run of at least four digits that ends the number: what stands anywhere in it begins one of them."""
    number_ = digits(phone)[-32:]
    return ["p" + number_[i:].encode().hex() for i in range(max(0, len(number_) - MIN_DIGITS + 1))]


def search_query(found: Iterable[str], dialect: str) -> str:
    """The match expression for folded words, each the beginning of a word or, if it is a number, within a phone."""
    clauses = []
    for text in found:
        prefixes = [_word(text)]
        if len(digits(text)) >= MIN_DIGITS and not any(c.isalpha() for c in text) and "@" not in text:
            prefixes.append("p" + digits(text).encode().hex())
        clauses.append(_any([_prefix(p, dialect) for p in prefixes], dialect))
    return (" AND " if dialect == "sqlite" else " & ").join(clauses)


def facts_query(facts: Iterable[str], dialect: str) -> str:
    """The match expression for any of these facts."""
    return _any([f'"{f}"' if dialect == "sqlite" else f"'{f}'" for f in facts], dialect)


def _prefix(token: str, dialect: str) -> str:
    return f'"{token}"*' if dialect == "sqlite" else f"'{token}':*"


def _any(parts: list[str], dialect: str) -> str:
    return "(" + (" OR " if dialect == "sqlite" else " | ").join(parts) + ")"
