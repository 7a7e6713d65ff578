"""The parts of the guides that are derived: tables and examples in Markdown, made from the declarations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.settings import VARIABLES
from schema.actor import ROLE_SCOPES, SCOPES
from schema.operators import MEANING, Operator, operators_of
from schema.problem import PROBLEMS, PUBLIC_CODES
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Resource
from schema.resources import BY_NAME

KEYED = {Kind.METADATA: "<key>", Kind.EXTERNAL_IDS: "<system>"}
SAMPLE_SUFFIX = "01kg9e3q4tf2rs8v0w5x7y6zab"


def fields(name: str) -> str:
    """Every member of a record: its type, its rules, its meaning."""
    lines = []
    for field in BY_NAME[name].fields:
        lines.append(f"- {_described(field)}")
        lines += [f"  - {_described(part)}" for part in field.members]
    return "\n".join(lines)


def relations(name: str) -> str:
    """Where a record leads to."""
    rows = [
        (
            f"`{relation.name}`",
            f"many {BY_NAME[relation.target].plural}" if relation.many else relation.target,
            relation.doc,
        )
        for relation in BY_NAME[name].relations
    ]
    return _table(("Relation", "Leads to", "Meaning"), rows)


def filters(name: str) -> str:
    """Every path that filters take, with its operators, and whether lists sort by it."""
    rows = []
    for path, field in BY_NAME[name].scalars:
        shown = f"`{path}.{KEYED[field.kind]}`" if field.kind in KEYED else f"`{path}`"
        rows.append((shown, _codes(operators_of(field)), "yes" if field.sortable else "no"))
    return _table(("Field", "Operators", "Sorts"), rows)


def operators(_: str) -> str:
    """Every operator and what it means."""
    return _table(("Operator", "Meaning"), [(f"`{operator}`", MEANING[operator]) for operator in Operator])


def problems(_: str) -> str:
    """Every code under a heading of its own, which `type` of a problem leads to: status, cause, remedy."""
    rows: dict[str, list[str]] = {}
    for code, problem in sorted(PROBLEMS.items(), key=lambda row: row[1].status):
        text = f"**{problem.status}** {problem.message}\n\n{problem.remedy}"
        rows.setdefault(PUBLIC_CODES.get(code, code), []).append(text)
    return "\n\n".join(f"### {code}\n\n" + "\n\n".join(texts) for code, texts in rows.items())


def scopes(_: str) -> str:
    """Every scope, and the roles whose users' keys can hold it."""
    rows = [
        (f"`{scope}`", ", ".join(f"`{role}`" for role, allowed in ROLE_SCOPES.items() if scope in allowed))
        for scope in SCOPES
    ]
    return _table(("Scope", "Works for the keys of"), rows)


def settings(_: str) -> str:
    """Every environment variable that Cube reads."""
    rows = [(f"`{v.name}`", v.default and f"`{v.default}`", v.form.right, v.meaning) for v in VARIABLES]
    return _table(("Variable", "Default", "Takes", "Meaning"), rows)


def record(name: str) -> str:
    """A record as it leaves, from the examples of its fields."""
    resource = BY_NAME[name]
    return json.dumps({field.name: _sample(resource, field) for field in resource.fields}, ensure_ascii=False, indent=2)


def sample_id(name: str) -> str:
    """An id of the form that the resource's ids have."""
    return f"{BY_NAME[name].prefix}_{SAMPLE_SUFFIX}"


def addresses(name: str) -> str:
    """The REST routes of a resource."""
    resource = BY_NAME[name]
    path, read, write = f"/{resource.path}", resource.read_scope, resource.write_scope
    one = f"{path}/{{ref}}"
    nested = [
        (f"GET {one}/{way.name}", BY_NAME[way.target].read_scope, f"200, a page of {BY_NAME[way.target].plural}")
        for way in resource.to_many
    ]
    rows = [
        (f"GET {path}", read, "200, a page"),
        (f"QUERY {path}", read, "200, a page, asked for by a JSON body"),
        (f"GET {path}/stats?by=…", read, "200, counts by group"),
        (f"GET {one}", read, f"200, the {name}"),
        (f"GET {one}/changes", read, "200, its history, oldest first"),
        *nested,
        (f"POST {path}", write, f"201, the new {name}"),
        (f"PATCH {one}", write, f"200, the {name}"),
        (f"PUT {one}", write, "200, or 201 when it is new"),
        (f"DELETE {one}", write, f"200, the {name} with `deletedAt`"),
        (f"POST {one}/restore", write, f"200, the {name}"),
    ]
    return _table(("Request", "Scope", "Answer"), [(f"`{request}`", f"`{scope}`", say) for request, scope, say in rows])


def _described(field: Field) -> str:
    told = ", ".join(filter(None, (_type(field), _rules(field))))
    choices = f" One of {_codes(field.choices)}." if field.choices else ""
    return f"`{field.name}` *{told}* {field.doc}{choices}"


def _type(field: Field) -> str:
    if field.choices:
        return "choice"
    if field.kind is Kind.ID:
        return f"id of a {field.target}" if field.target else "id"
    if field.kind in LIST_KINDS:
        return "list"
    return "object" if field.kind in MAP_KINDS | {Kind.ADDRESS} else field.kind.value


def _rules(field: Field) -> str:
    rules = {
        "read-only": field.access == "read",
        "on create only": field.access == "create",
        "required": field.required,
        "unique": field.unique,
        f"{field.default} by default": field.default is not None,
        "may be null": field.nullable,
    }
    return ", ".join(rule for rule, holds in rules.items() if holds)


def _sample(resource: Resource, field: Field) -> Any:
    if field.kind is Kind.ID:
        return sample_id(field.target or resource.name)
    if field.example is None and field.kind in LIST_KINDS | MAP_KINDS:
        return [] if field.kind in LIST_KINDS else {}
    return field.example


def _codes(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


_SHOWN = (fields, relations, filters, operators, problems, scopes, settings, record, sample_id, addresses)
# What a guide may write between `{{` and `}}`: one of these names, and for most a resource.
PLACEHOLDERS: Mapping[str, Callable[[str], str]] = {shown.__name__: shown for shown in _SHOWN}
