"""What a key may see is part of its statements: one text for all keys that are bound alike, each with its values."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.prepared import Prepared, prepare
from app.services.sql.dialect import DIALECTS
from schema.actor import SYSTEM, Actor, actor_of
from schema.query_string import list_selection, parameters
from schema.resources import CUSTOMER
from schema.selection import Connection

QUERY = "fields=name,clientId,client.name&sort=-ownerId&clientId[isNull]=false"


def actor(filters: str = "{}", hidden: str = "[]") -> Actor:
    return actor_of("key_x", "usr_x", ["*"], "ADMIN", filters, hidden)


def asked() -> Connection:
    return list_selection(CUSTOMER, parameters(QUERY))


def statement(who: Actor, dialect: str) -> Prepared:
    return prepare(asked(), who, DIALECTS[dialect])


def bound(value: Any) -> str:
    return f'{{"clients": {{"metadata": {{"n": {{"eq": {value}}}}}}}}}'


@pytest.mark.parametrize("dialect", DIALECTS)
def test_keys_that_are_bound_alike_share_a_text(dialect: str) -> None:
    found = [statement(actor(bound(value)), dialect) for value in ("1", "2", "true")]
    assert found[0].text is found[1].text
    assert found[0].text == found[2].text
    assert len({tuple(one.params(asked(), None)) for one in found}) == 3


@pytest.mark.parametrize("dialect", DIALECTS)
def test_keys_that_are_bound_otherwise_do_not(dialect: str) -> None:
    filters = [bound("1"), '{"clients": {"status": {"eq": "ACTIVE"}}}', "{}"]
    filters += ['{"customers": {"status": {"eq": "ACTIVE"}}}', '{"customers": {"status": {"in": []}}}']
    assert len({statement(actor(one), dialect).text for one in filters}) == len(filters)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_who_sees_all_has_the_text_of_everybody(dialect: str) -> None:
    assert statement(actor(), dialect).text is statement(SYSTEM, dialect).text
    users = actor('{"users": {"status": {"eq": "ACTIVE"}}}')
    assert "CASE WHEN EXISTS" in statement(users, dialect).text


def test_a_selection_that_was_read_for_others_is_not_planned() -> None:
    with pytest.raises(ValueError, match="not read for this actor"):
        statement(actor(hidden='["customer.phone"]'), "sqlite")
