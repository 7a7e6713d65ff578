"""How long the database may take before a caller is told that it is unavailable."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. `wait` is for a connection, a lock or a turn to write; `read` and `inline` are for one statement.

    On SQLite a read that takes no longer than `inline` runs where it is called: a thread would cost more than it.
    """

    wait: float = 5.0
    read: float = 30.0
    inline: float = 0.005
