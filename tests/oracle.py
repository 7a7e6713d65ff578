"""Filters, sorts and search as the contract says them, over plain records in memory: the tests' second opinion."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from schema.operators import Operator
from schema.resource import Field, Kind, Resource
from schema.resources import BY_NAME
from schema.values.email import exact
from schema.values.phone import digits
from schema.values.text import fold, words

Json = dict[str, Any]


class Directory:
    """Every record of every resource by its id, in the JSON form in which it leaves."""

    def __init__(self, records: dict[str, list[Json]]) -> None:
        self.records = records
        self.by_id = {one["id"]: one for many in records.values() for one in many}

    def live(self, resource: Resource, deleted: str = "EXCLUDE") -> list[Json]:
        wanted = {"EXCLUDE": (True,), "ONLY": (False,), "INCLUDE": (True, False)}[deleted]
        return [one for one in self.records[resource.name] if (one.get("deletedAt") is None) in wanted]

    def one(self, record: Json, key: str) -> Json | None:
        found = self.by_id.get(record[key] or "")
        return found if found is not None and found.get("deletedAt") is None else None

    # -- filters ------------------------------------------------------------------------------------

    def matching(self, resource: Resource, filter_: Json | None, q: str = "", deleted: str = "EXCLUDE") -> list[Json]:
        found = [one for one in self.live(resource, deleted) if filter_ is None or self.fits(resource, one, filter_)]
        return [one for one in found if searched(resource, one, q)]

    def fits(self, resource: Resource, record: Json, filter_: Json) -> bool:
        return all(self._member(resource, record, name, value) for name, value in filter_.items())

    def _member(self, resource: Resource, record: Json, name: str, value: Any) -> bool:
        if name in ("and", "or"):
            return (all if name == "and" else any)(self.fits(resource, record, one) for one in value)
        if name == "not":
            return not self.fits(resource, record, value)
        if relation := resource.relation(name):
            other = BY_NAME[relation.target]
            key = "".join(part.title() if i else part for i, part in enumerate(relation.key.split("_")))
            if relation.many:
                many = [one for one in self.live(other) if one[key] == record["id"]]
                return any(self.fits(other, one, value) for one in many)
            found = self.one(record, key)
            return found is not None and self.fits(other, found, value)
        owner = resource.field(name)
        assert owner is not None
        return self._field(resource, owner, record[name], value)

    def _field(self, resource: Resource, owner: Field, actual: Any, tests: Json) -> bool:
        if owner.kind is Kind.ADDRESS:
            return all(self._address(resource, owner, actual, name, test) for name, test in tests.items())
        if owner.kind in (Kind.METADATA, Kind.EXTERNAL_IDS):
            return all(
                holds(owner, actual.get(key), operator, operand)
                for key, inner in tests.items()
                for operator, operand in inner.items()
            )
        return all(self._test(resource, owner, actual, operator, operand) for operator, operand in tests.items())

    def _address(self, resource: Resource, owner: Field, actual: Any, name: str, test: Any) -> bool:
        if name == "isNull":
            return bool((actual is None) == test)
        member = next(m for m in owner.members if m.name == name)
        return self._field(resource, member, (actual or {}).get(name), test)

    def _test(self, resource: Resource, owner: Field, actual: Any, operator: str, operand: Any) -> bool:
        if owner.kind is Kind.ID and operator != "isNull":
            other = BY_NAME[owner.target or resource.name]
            operand = (
                [self.resolve(other, one) for one in operand]
                if isinstance(operand, list)
                else self.resolve(other, operand)
            )
            if operand is None:
                return operator == "ne"
        return holds(owner, actual, operator, operand)

    def resolve(self, resource: Resource, reference: str) -> str | None:
        """The id of a live record by a reference."""
        if ":" not in reference:
            return reference
        key, _, value = reference.partition(":")
        for one in self.live(resource):
            if key in resource.references:
                if one[key] is not None and exact(one[key]) == exact(value):
                    return str(one["id"])
            elif one["externalIds"].get(key) == value:
                return str(one["id"])
        return None

    # -- sorts --------------------------------------------------------------------------------------

    def ordered(self, resource: Resource, records: Iterable[Json], sort: str = "-createdAt") -> list[Json]:
        keys = [(key.removeprefix("-"), key.startswith("-")) for key in sort.split(",")]
        found = sorted(records, key=lambda one: one["id"], reverse=keys[-1][1])
        for path, descending in reversed(keys):
            value = self._value(resource, path)
            with_value = [one for one in found if value(one) is not None]
            without = [one for one in found if value(one) is None]
            found = sorted(with_value, key=value, reverse=descending) + without
        return found

    def _value(self, resource: Resource, path: str) -> Callable[[Json], Any]:
        def value(record: Json) -> Any:
            at, here = resource, record
            names = path.split(".")
            while (relation := at.relation(names[0])) is not None:
                key = f"{names.pop(0)}Id"
                found = self.one(here, key)
                if found is None:
                    return None
                at, here = BY_NAME[relation.target], found
            owner = at.field(names[0])
            assert owner is not None
            actual = here[names[0]]
            if owner.kind is Kind.ADDRESS:
                actual, owner = (actual or {}).get(names[1]), next(m for m in owner.members if m.name == names[1])
            return fold(actual) if owner.folded and actual is not None else actual

        return value


def holds(owner: Field, actual: Any, operator: str, operand: Any) -> bool:
    """Whether one value passes one operator."""
    match Operator(operator):
        case Operator.IS_NULL:
            return bool((actual is None) == operand)
        case Operator.NE:
            return not holds(owner, actual, "eq", operand)
        case Operator.NOT_IN:
            return not holds(owner, actual, "in", operand)
        case Operator.IN:
            return any(one is not None and holds(owner, actual, "eq", one) for one in operand)
        case Operator.HAS:
            return any(_same(owner, one, operand) for one in actual)
    if actual is None:
        return False
    if operator == "eq":
        return _same(owner, actual, operand)
    return _compared(owner, actual, operator, operand)


def _same(owner: Field, actual: Any, operand: Any) -> bool:
    if owner.kind in (Kind.EMAIL, Kind.EMAILS):
        return exact(actual) == exact(operand)
    operand = _instant(owner, operand)
    return (type(actual) is type(operand) or _numbers(actual, operand)) and bool(actual == operand)


def _instant(owner: Field, operand: Any) -> Any:
    """Two ways to write one instant are equal."""
    if owner.kind is not Kind.INSTANT:
        return operand
    at = datetime.fromisoformat(operand).astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def _numbers(*values: Any) -> bool:
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)


def _compared(owner: Field, actual: Any, operator: str, operand: Any) -> bool:
    operand = _instant(owner, operand)
    if not (_numbers(actual, operand) or (isinstance(actual, str) and isinstance(operand, str))):
        return False
    if owner.folded or (owner.kind is Kind.METADATA and isinstance(actual, str)):
        actual, operand = fold(actual), fold(operand)
    return bool(
        {
            "lt": lambda: actual < operand,
            "lte": lambda: actual <= operand,
            "gt": lambda: actual > operand,
            "gte": lambda: actual >= operand,
            "contains": lambda: operand in actual,
            "startsWith": lambda: actual.startswith(operand),
            "endsWith": lambda: actual.endswith(operand),
        }[operator]()
    )


# -- search ---------------------------------------------------------------------------------------------


def searched(resource: Resource, record: Json, q: str) -> bool:
    """Whether every word of the search begins a word of the record, or stands in a phone's digits."""
    found, phones = _words(resource, record)
    for word in fold(q).split():
        number = digits(word)
        in_phone = len(number) >= 4 and not any(c.isalpha() for c in word) and any(number in p for p in phones)
        if not in_phone and not any(one.startswith(word) for one in found):
            return False
    return True


def _words(resource: Resource, record: Json) -> tuple[set[str], list[str]]:
    found: set[str] = set()
    phones: list[str] = []
    for owner in resource.fields:
        value = record[owner.name]
        if not value:
            continue
        many = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
        if owner.kind in (Kind.PHONE, Kind.PHONES):
            phones += [digits(one) for one in many]
        elif owner.kind in (Kind.EMAIL, Kind.EMAILS) and owner.searched:
            for one in many:
                local, _, domain = fold(one).rpartition("@")
                found |= {fold(one), local, domain, *words(local)}
        elif owner.kind in (Kind.TAGS, Kind.EXTERNAL_IDS) or (
            owner.searched and owner.kind in (Kind.TEXT, Kind.DOMAIN)
        ):
            for one in many:
                found |= set(words(one))
    return found, phones
