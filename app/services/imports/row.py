"""One row on its way: checked outside of any transaction, stored within one, or refused with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.services.imports.columns import Column
from app.services.imports.draft import CellFault, Draft, draft_of, faults_of
from app.services.imports.match import Match
from app.services.imports.related import find, make
from app.services.imports.table import Row
from app.services.imports.target import reference_of
from app.services.known import Known, unique_of
from app.services.making import make_known
from app.services.unit_of_work import UnitOfWork
from app.services.write import Checked, check, perform
from schema.actor import Actor
from schema.change import Create, Outcome, Update
from schema.problem import Problem
from schema.reference import Reference
from schema.resource import Relation, Resource
from schema.resources import BY_NAME


@dataclass(frozen=True, slots=True)
class Plan:
    """What is the same for every row."""

    resource: Resource
    columns: tuple[Column, ...]
    match: Match | None
    null_word: str | None
    actor: Actor


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row that nothing speaks against so far: a change, and what its relations are to find."""

    row: Row
    draft: Draft
    checked: Checked

    @property
    def line(self) -> int:
        return self.row.line


@dataclass(frozen=True, slots=True)
class Refused:
    line: int
    faults: Sequence[CellFault]


def prepare(plan: Plan, row: Row, seen: dict[Reference, int]) -> Prepared | Refused:
    """What can be said of a row without the database. `seen` are the keys of earlier rows, by which they match."""
    draft = draft_of(plan.resource, plan.columns, row.cells, plan.null_word)
    if draft.faults:
        return Refused(row.line, draft.faults)
    try:
        if plan.match is None:
            return Prepared(row, draft, check(Create(plan.resource, draft.data), plan.actor))
        return _matched(plan, plan.match, row, draft, seen)
    except Problem as problem:
        return Refused(row.line, faults_of_problem(plan, row, problem))


async def store(work: UnitOfWork, plan: Plan, row: Prepared, known: Known) -> tuple[Outcome, list[str]]:
    """Stores a row, and the records that its relations mean and that are not there yet, whose resources it names.

    Raises Problem when either may not be, and then stores neither.
    """
    links: dict[str, Reference | None] = {}
    missing: list[Relation] = []
    for name, said in row.draft.related.items():
        relation = plan.resource.relation(name)
        assert relation is not None
        id_ = None if _is_cleared(said) else await find(work, relation, said)
        if id_ is None and not _is_cleared(said):
            missing.append(relation)
        links[reference_of(plan.resource, relation)] = None if id_ is None else Reference(relation.target, "id", id_)
    if not missing:
        return await _write(work, plan, row, links, known), []
    await work.tx.savepoint()
    try:
        for relation in missing:
            id_ = await make(work, relation, row.draft.related[relation.name])
            links[reference_of(plan.resource, relation)] = Reference(relation.target, "id", id_)
        known.free.clear()
        outcome = await _write(work, plan, row, links, known)
    except Problem:
        await work.tx.undo()
        raise
    await work.tx.keep()
    return outcome, [BY_NAME[relation.target].plural for relation in missing]


def faults_of_problem(plan: Plan, row: Row, problem: Problem) -> list[CellFault]:
    """A refusal's reasons, at the columns that they are about."""
    errors: Mapping[str, Sequence[str]] = problem.errors
    if problem.code == "already_exists" and problem.detail:
        parts = (part.partition(": ") for part in problem.detail.split("; "))
        errors = {path: (reason or problem.text,) for path, _, reason in parts}
    return faults_of(errors or {"": (problem.detail or problem.text,)}, plan.columns, row.cells)


def _matched(plan: Plan, match: Match, row: Row, draft: Draft, seen: dict[Reference, int]) -> Prepared | Refused:
    # When a record was made cannot change: the cell serves new records only.
    data = {name: value for name, value in draft.data.items() if name != "createdAt"}
    nowhere = Reference(plan.resource.name, "id", "")
    checked = check(Update(plan.resource, nowhere, data), plan.actor)
    key = match.reference(plan.resource, checked.given)
    if key is None:
        return Refused(row.line, [match.blank()])
    if key in seen:
        cell = row.cells[match.column.index]
        return Refused(row.line, [CellFault(match.column.shown, cell, f"stands in line {seen[key]} already")])
    seen[key] = row.line
    return Prepared(row, draft, checked._replace(change=Update(plan.resource, key, data)))


async def _write(
    work: UnitOfWork, plan: Plan, row: Prepared, links: Mapping[str, Reference | None], known: Known
) -> Outcome:
    given = {**row.checked.given, **links}
    if isinstance(row.checked.change, Create):
        await make_known(work, plan.resource, given, known)
        return Outcome.CREATED
    if row.checked.change.by not in known.free:
        try:
            written = await perform(work, row.checked._replace(given=known.resolved(plan.resource, given)))
        except Problem as problem:
            if problem.code != "not_found":
                raise
        else:
            known.forget(unique_of(plan.resource, given))
            return written.outcome
    created = check(Create(plan.resource, row.draft.data), plan.actor)
    await make_known(work, plan.resource, {**created.given, **links}, known)
    return Outcome.CREATED


def _is_cleared(said: Mapping[str, Any]) -> bool:
    return all(value is None for value in said.values())
