"""The guard of a read: its own statement finds out whether the key or session behind it is what was remembered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, field

from app.services.secrets import MARK
from app.services.sql.dialect import Dialect
from app.services.sql.statement import Statement
from schema.actor import Actor
from schema.values.instant import now

_KEPT = 2048


class NotCurrent(Exception):
    """The key or session, or its user, is no longer what was remembered: what was read is not for this caller."""


def usable(dialect: Dialect, at: int) -> str:
    """The one condition of everything that makes a key useless; `at` is the number of the parameter with the time."""
    time = dialect.placeholder(at, "text")
    return f"k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > {time}) AND {active(dialect)}"


def active(dialect: Dialect) -> str:
    """Whether a user may do anything."""
    # Said in a way that keeps SQLite's planner off the index of the status, which holds almost everybody.
    return f"{dialect.live('u')} AND NOT u.status <> 'ACTIVE'"


def holds(dialect: Dialect) -> str:
    """The one condition of everything that ends a session of the portal, but for its time."""
    return f"s.password_version = u.password_version AND {active(dialect)}"


_checks: dict[Hashable, str] = {}  # of which there are as many as forms: a few


@dataclass(slots=True)
class Guard(ABC):
    """What was remembered of an actor, and how a statement finds out whether it still holds.

    `current` is what the statements of this request have found. `final`: whatever came of it, it must not be done
    again - a write of which nobody knows whether it was stored, a read for which the database has no time.
    """

    actor: Actor
    current: bool | None = field(default=None, kw_only=True)
    final: bool = field(default=False, kw_only=True)

    @property
    @abstractmethod
    def form(self) -> Hashable:
        """What the text of the condition depends on."""

    @abstractmethod
    def condition(self, dialect: Dialect, known: int) -> str:
        """True while the actor is the one remembered; `known` parameters stand before its own."""

    @abstractmethod
    def params(self) -> tuple[str | int | None, ...]:
        """The parameters of the condition."""

    def check(self, dialect: Dialect) -> tuple[str, tuple[str | int | None, ...]]:
        """A statement that gives one row while the condition holds, and none when it does not."""
        form = (dialect.name, self.form)
        text = _checks.get(form)
        if text is None:
            text = _checks[form] = f"SELECT 1 WHERE {self.condition(dialect, 0)}"
        return text, self.params()

    def found(self, current: bool) -> None:
        """Keeps what a read has found; raises NotCurrent instead of letting its answer through."""
        self.current = current and self.current is not False
        if not current:
            raise NotCurrent


@dataclass(slots=True)
class KeyGuard(Guard):
    """The versions of the key and its owner, and whether it was the key's secret before the last one."""

    key_version: int
    user_version: int
    by_previous: bool

    @property
    def form(self) -> Hashable:
        return KeyGuard, self.by_previous

    def condition(self, dialect: Dialect, known: int) -> str:
        """True while the rows are those versions and the key works; `known` parameters stand before its own."""
        key, key_version, user_version = (
            dialect.placeholder(known + i, type_) for i, type_ in enumerate(("text", "bigint", "bigint"), 1)
        )
        until = f"AND k.previous_until > {dialect.placeholder(known + 4, 'text')} " if self.by_previous else ""
        return (
            "EXISTS (SELECT 1 FROM api_keys k JOIN users u ON u.id = k.owner_id "
            f"WHERE k.id = {key} AND k.version = {key_version} AND u.version = {user_version} "
            f"{until}AND {usable(dialect, known + 4)})"
        )

    def params(self) -> tuple[str | int | None, ...]:
        return (self.actor.key_id, self.key_version, self.user_version, now())


@dataclass(slots=True)
class SessionGuard(Guard):
    """The guard of a token that a session of the portal was given. It ends by itself no later than the session does.

    `mark` says of which sign-in the token is, and what was the user's role then.
    """

    mark: str = field(repr=False)

    @property
    def form(self) -> Hashable:
        return SessionGuard

    def condition(self, dialect: Dialect, known: int) -> str:
        """True while the session is there, and its user may act in the same role."""
        user, mark = (dialect.placeholder(known + i, "text") for i in (1, 2))
        return (
            "EXISTS (SELECT 1 FROM portal_sessions s JOIN users u ON u.id = s.user_id "
            f"WHERE s.user_id = {user} AND substr(s.token_hash, 1, {MARK}) || ':' || u.role = {mark} "
            f"AND {holds(dialect)})"
        )

    def params(self) -> tuple[str | int | None, ...]:
        return (self.actor.user_id, self.mark)


_texts: dict[Hashable, str] = {}


def guarded(statement: Statement, guard: Guard, dialect: Dialect) -> str:
    """The text with one column before its own: whether the guard's condition holds. It gives a row in any case.

    The guard's parameters stand behind the statement's.
    """
    key = (dialect.name, statement.text, guard.form)
    text = _texts.get(key)
    if text is None:
        condition = guard.condition(dialect, len(statement.ways))
        if statement.always:
            head, own = statement.text[: statement.begins], statement.text[statement.begins :]
            text = f"{head}SELECT {condition}, {own.removeprefix('SELECT ')}"
        else:
            text = f"SELECT {condition}, s.* FROM (SELECT 1) one LEFT JOIN ({statement.text}) s ON TRUE"
        if len(_texts) >= _KEPT:
            del _texts[next(iter(_texts))]
        _texts[key] = text
    return text
