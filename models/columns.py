"""The kinds of column that the tables are made of."""

from typing import Any

from tortoise import fields
from tortoise.fields.base import Field


class Text(Field[str], str):  # type: ignore[misc]
    """Text of any length, in the order of its code points on every database."""

    SQL_TYPE = "TEXT"

    class _db_postgres:  # noqa: N801 - the name by which Tortoise finds it
        SQL_TYPE = 'TEXT COLLATE "C"'


class Reference(Text):
    """The id of a record of the table `to`, which must be there; records are never removed."""

    def __init__(self, to: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.to = to

    def get_for_dialect(self, dialect: str, key: str) -> Any:
        value = super().get_for_dialect(dialect, key)
        return f'{value} REFERENCES "{self.to}" ("id")' if key == "SQL_TYPE" else value


def sequence() -> Any:
    """The row's number: what is added later has a greater one."""
    return fields.BigIntField(primary_key=True)


def integer(**kwargs: Any) -> Any:
    return fields.BigIntField(**kwargs)
