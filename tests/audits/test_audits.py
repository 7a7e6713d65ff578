"""The 61 audits of GraphQL over HTTP, run by npm's graphql-http against a Cube that serves."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.services.database import Database
from app.services.write import write
from app.settings import Settings
from schema.actor import SYSTEM
from schema.change import Call, Create, Source
from schema.resources import API_KEY, USER

CLI = Call(SYSTEM, Source.CLI, "00-" + "0" * 31 + "1-" + "0" * 15 + "1-01")
TO_START = 30.0


async def a_key(url: str) -> str:
    db = await Database.open(Settings.load({"CUBE_DATABASE_URL": url}, dotenv=None))
    try:
        owner = await write(db, Create(USER, {"name": "Admin", "email": "admin@cube.example", "role": "ADMIN"}), CLI)
        return (await write(db, Create(API_KEY, {"name": "audits", "scopes": ["*"], "ownerId": owner.id}), CLI)).secret
    finally:
        await db.close()


@contextmanager
def serving(url: str, folder: Path) -> Iterator[str]:
    """A Cube in a process of its own; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUBE_")}
    given = {"CUBE_DATABASE_URL": url, "CUBE_PORT": str(port), "CUBE_DATA_DIR": str(folder)}
    code = "from app.server import serve; from app.settings import Settings; serve(Settings.load(dotenv=None))"
    with subprocess.Popen([sys.executable, "-c", code], env=kept | given) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(base, process)
            yield base
        finally:
            process.terminate()


def wait_for(base: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(f"{base}/health/live")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server did not start")


def test_all_61_audits_are_ok(audits: Path, migrated_sqlite: Path, tmp_path: Path) -> None:
    database = tmp_path / "cube.db"
    database.write_bytes(migrated_sqlite.read_bytes())
    url = f"sqlite://{database}"
    key = asyncio.run(a_key(url))
    with serving(url, tmp_path) as base:
        command = ["node", str(audits / "run.mjs"), f"{base}/graphql", key]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    outcomes = json.loads(done.stdout)
    assert [one for one in outcomes if one["status"] != "ok"] == []
    assert len(outcomes) == 61
