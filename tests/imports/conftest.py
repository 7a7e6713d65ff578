"""What tests of imports run on: a migrated database of each kind, files, and what the records became."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.services.database import Database
from app.services.imports.report import Report
from app.services.imports.run import Import, run_import
from app.services.read import read
from schema.actor import SYSTEM
from schema.change import Call, Source
from schema.query_string import list_selection
from schema.resources import BY_PATH

CALL = Call(SYSTEM, Source.IMPORT, "00-a405f077df056a498323ffbcec05923f-aa63e6f4dbbc734a-01")

Into = Callable[..., Awaitable[Report]]
Records = Callable[..., Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def into(db: Database, tmp_path: Path) -> Into:
    """Imports a text, or a file, into a resource."""

    async def run(resource: str, content: str | Path, **options: Any) -> Report:
        path = content if isinstance(content, Path) else tmp_path / "file.csv"
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        return await run_import(db, Import(path, BY_PATH[resource], **options), CALL)

    return run


@pytest.fixture
def records(db: Database) -> Records:
    """The records of a resource, the first made first, by the parameters of a list."""

    async def run(resource: str, **params: str) -> list[dict[str, Any]]:
        asked = {"limit": "1000", "sort": "id"} | params
        answer = await read(db, list_selection(BY_PATH[resource], asked), SYSTEM)
        found: list[dict[str, Any]] = json.loads(answer.body or b"")["data"]
        return found

    return run
