"""The tests' own ground: databases are fresh, and a server does not outlive the process that started it."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from tests.postgres import PostgresServer

_STARTED_AND_KILLED = """
import os, signal
from tests.postgres import postgres_server
with postgres_server() as server:
    print(server.port, server.folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_a_fresh_database_is_empty(database_url: str) -> None:
    if database_url.startswith("sqlite:"):
        with sqlite3.connect(urlsplit(database_url).path) as database:
            assert database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        return
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert await connection.fetchval("SHOW server_encoding") == "UTF8"
    await connection.close()


def test_a_copy_holds_what_its_template_holds(postgres: PostgresServer) -> None:
    template = postgres.create_database()
    postgres.run("CREATE TABLE kept AS SELECT 7 AS number", database=template.rpartition("/")[2])
    copy = postgres.create_database(template)
    assert postgres.run("SELECT number FROM kept", database=copy.rpartition("/")[2]) == [(7,)]
    postgres.drop_database(copy)
    postgres.drop_database(template)


def test_a_server_ends_with_a_killed_process() -> None:
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", _STARTED_AND_KILLED], env=environ, stdout=subprocess.PIPE, text=True)
    assert done.returncode == -signal.SIGKILL
    port, folder = done.stdout.split(maxsplit=1)
    while Path(folder.strip()).exists():
        time.sleep(0.05)
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", int(port))) != 0
