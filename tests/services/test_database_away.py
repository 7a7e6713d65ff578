"""The database away, locked, full of others or slow: 503, and no longer than that."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from app.services.database import Database, Limits
from tests.postgres import PostgresServer
from tests.services.databases import ENDLESS, add, names, opened, refused, settings_for

HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


async def test_a_read_that_takes_too_long_is_given_up(database_url: str) -> None:
    async with opened(database_url, Limits(read=0.3)) as db:
        for _ in range(5):  # more than there are threads
            async with refused():
                await db.fetch(ENDLESS)
        assert await db.fetch("SELECT 1") == [(1,)]


async def test_sqlite_locked_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "cube.db"
    async with opened(f"sqlite://{path}", Limits(wait=0.2)) as db:
        async with db.transaction() as tx:
            await tx.execute("CREATE TABLE things (name text, size bigint)")
        other = subprocess.Popen(
            [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        for _ in range(2):
            async with refused(), db.transaction():
                pass
        assert await names(db) == []
        other.communicate("")
        async with db.transaction() as tx:
            await tx.execute(add(db), ("a", 1))
        assert await names(db) == ["a"]


async def test_a_turn_to_write_is_not_waited_for_without_end(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'cube.db'}"
    async with opened(url, Limits(wait=0.1)) as db, db.transaction(), refused(), db.transaction():
        pass


async def test_a_transaction_of_sqlite_begins_as_a_writer(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'cube.db'}"
    limits = Limits(wait=0.1)
    async with (
        opened(url, limits) as one,
        opened(url, limits) as other,
        one.transaction(),
        refused(),
        other.transaction(),
    ):
        pass


async def test_a_folder_in_place_of_the_file_is_unavailable(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite://{tmp_path / 'cube.db'}")
    (tmp_path / "cube.db").mkdir()
    async with refused():
        await Database.open(settings)


async def test_connections_that_the_server_ended_are_replaced(postgres: PostgresServer) -> None:
    url = postgres.create_database()
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'".format(url.rpartition("/")[2])
    async with opened(url) as db:
        async with db.transaction() as tx:
            await tx.execute("CREATE TABLE things (name text, size bigint)")
        assert await names(db) == []
        postgres.run(end)
        assert await names(db) == []
        async with db.transaction() as tx:
            await tx.execute(add(db), ("a", 1))
        async with refused(), db.transaction() as tx:
            await tx.execute(add(db), ("b", 1))
            postgres.run(end)
            await tx.execute(add(db), ("c", 1))
        async with refused(), db.transaction() as tx:
            await tx.execute(add(db), ("b", 1))
            postgres.run(end)
        assert await names(db) == ["a"]
    postgres.drop_database(url)


async def test_a_connection_of_which_the_server_has_only_said_that_it_ends(postgres: PostgresServer) -> None:
    url = postgres.create_database()
    parts = urlsplit(url)
    ends = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{parts.path[1:]}'"
    async with (
        way_to(postgres, 0, closing=False) as port,
        opened(parts._replace(netloc=f"cube@127.0.0.1:{port}").geturl()) as db,
    ):

        async def end() -> None:
            await asyncio.to_thread(postgres.run, ends)
            await asyncio.sleep(0.1)  # what it said has arrived by then

        async with db.transaction() as tx:
            await tx.execute("CREATE TABLE things (name text, size bigint)")
        await asyncio.gather(*(db.fetch("SELECT pg_sleep(0.1)") for _ in range(4)))
        await end()
        for _ in range(4):  # of which each would meet another connection that has ended
            assert await names(db) == []
        async with db.transaction() as tx:
            await tx.execute(add(db), ("a", 1))
        await end()
        async with db.transaction() as tx:
            await tx.execute(add(db), ("b", 1))
        async with refused(), db.transaction() as tx:
            await tx.execute(add(db), ("c", 1))
            await end()
            await tx.execute(add(db), ("d", 1))
        assert await names(db) == ["a", "b"]
    postgres.drop_database(url)


@asynccontextmanager
async def way_to(server: PostgresServer, port: int, *, closing: bool = True) -> AsyncIterator[int]:
    """A port that leads to the server, until the block ends; 0 takes a free one. Not closing, it ends no connection."""
    writers: list[asyncio.StreamWriter] = []

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", server.port)
        writers.extend((writer, outer))
        await asyncio.gather(copy(reader, outer), copy(inner, writer))

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        if closing:
            writer.close()

    listener = await asyncio.start_server(lead, "127.0.0.1", port)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        for writer in writers:
            writer.close()


async def test_a_server_that_was_away_is_found_again(postgres: PostgresServer) -> None:
    url = postgres.create_database()
    async with way_to(postgres, 0) as port:
        pass
    parts = urlsplit(url)
    async with opened(parts._replace(netloc=f"cube@127.0.0.1:{port}").geturl()) as db:
        for _ in range(2):
            async with refused():
                await db.fetch("SELECT 1")
            async with refused(), db.transaction() as tx:
                await tx.fetch("SELECT 1")
            async with way_to(postgres, port):
                assert await db.fetch("SELECT 1") == [(1,)]
                async with db.transaction() as tx:
                    assert await tx.fetch("SELECT 2") == [(2,)]
    postgres.drop_database(url)


async def test_a_row_that_another_holds_is_not_waited_for_without_end(postgres: PostgresServer) -> None:
    url = postgres.create_database()
    async with opened(url, Limits(wait=0.3)) as db:
        async with db.transaction() as tx:
            await tx.execute("CREATE TABLE things (name text, size bigint)")
            await tx.execute(add(db), ("a", 1))
        async with db.transaction() as tx:
            await tx.execute("UPDATE things SET size = 2")
            async with refused(), db.transaction() as other:
                await other.execute("UPDATE things SET size = 3")
        assert await db.fetch("SELECT size FROM things") == [(2,)]
    postgres.drop_database(url)


async def test_when_all_connections_are_taken(postgres: PostgresServer) -> None:
    url = postgres.create_database()
    async with opened(url, Limits(wait=0.3)) as db:
        held = [db.transaction() for _ in range(10)]
        for one in held:
            await (await one.__aenter__()).fetch("SELECT 1")
        async with refused(), db.transaction() as tx:
            await tx.fetch("SELECT 1")
        assert await db.fetch("SELECT 1") == [(1,)]
        for one in held:
            await one.__aexit__(None, None, None)
        async with db.transaction() as tx:
            assert await tx.fetch("SELECT 1") == [(1,)]
    postgres.drop_database(url)


async def test_a_database_that_is_not_there(postgres: PostgresServer) -> None:
    async with opened(postgres.url("nowhere")) as db:
        async with refused():
            await db.fetch("SELECT 1")
        async with refused(), db.transaction() as tx:
            await tx.fetch("SELECT 1")
        async with refused(), db.transaction() as tx:
            await tx.peek("SELECT 1")
        async with refused(), db.transaction() as tx:
            tx.later("SELECT 1", ())
