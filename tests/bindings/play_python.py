"""The scenario played by the Python binding, in plain and in `async` code."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import Any

from cube_api import AsyncCube, Cube, CubeError
from tests.bindings.scenario import REFUSED, Json, filled, save

Door = Cube | AsyncCube


async def play(opened: Callable[[str], Door], key: str, steps: list[Json]) -> list[Json]:
    """What comes of each step; `opened` is a door for a key."""
    saved: Json = {}
    outcomes = []
    for step in steps:
        asked = filled(step, saved)
        door = opened(asked.get("key", key))
        try:
            outcome = {"ok": await _done(door, asked)}
        except CubeError as error:
            outcome = {"error": told(error)}
        except ValueError:
            outcome = REFUSED
        finally:
            closed = door.close()
            if inspect.isawaitable(closed):
                await closed
        save(step, outcome, saved)
        outcomes.append(outcome)
    return outcomes


def told(error: CubeError) -> Json:
    return {
        "statusCode": error.status_code,
        "code": error.code,
        "message": error.message,
        "detail": error.detail,
        "traceId": error.trace_id,
        "fields": error.fields,
        "currentVersion": error.current_version,
    }


async def _done(door: Any, asked: Json) -> Any:
    on: str = asked.get("on", "").replace("apiKeys", "api_keys")
    return await DO[asked["do"]](getattr(door, on) if on else door, asked)


def _conditions(asked: Json) -> Json:
    filter_ = {"filter": asked["filter"]} if "filter" in asked else {}
    return {**asked.get("where", {}), **asked.get("options", {}), **filter_}


def _options(asked: Json) -> Json:
    names = {"ifVersion": "if_version", "createOnly": "create_only", "dryRun": "dry_run", "atomic": "atomic"}
    names["idempotencyKey"] = "idempotency_key"
    return {name: asked[given] for given, name in names.items() if given in asked}


async def _list(records: Any, asked: Json) -> Any:
    return await _all(records.list(**_conditions(asked)))


async def _pages(records: Any, asked: Json) -> Any:
    return [len(page.data) for page in await _all(records.list(**_conditions(asked)).pages())]


async def _first_page(records: Any, asked: Json) -> Any:
    page = await _answer(records.list(**_conditions(asked)).first_page())
    total = {} if page.total_count is None else {"totalCount": page.total_count}
    return {"data": page.data, "nextCursor": page.next_cursor, "previousCursor": page.previous_cursor, **total}


async def _history(records: Any, asked: Json) -> Any:
    return await _all(records.history(asked["ref"], **_conditions(asked)))


async def _upsert(records: Any, asked: Json) -> Any:
    return (await _answer(records.upsert(asked["ref"], asked["data"], **_options(asked))))._asdict()


async def _token(door: Any, asked: Json) -> Any:
    return await _answer(door.token(expires_in=asked["data"]["expiresIn"], scopes=asked["data"]["scopes"]))


async def _graphql(door: Any, asked: Json) -> Any:
    name = asked.get("operationName")
    return await _answer(door.graphql(asked["document"], asked.get("variables"), operation_name=name))


DO: dict[str, Callable[[Any, Json], Coroutine[Any, Any, Any]]] = {
    "list": _list,
    "pages": _pages,
    "firstPage": _first_page,
    "history": _history,
    "stats": lambda records, asked: _answer(records.stats(asked["by"], **_conditions(asked))),
    "get": lambda records, asked: _answer(records.get(asked["ref"], **asked.get("options", {}))),
    "create": lambda records, asked: _answer(records.create(asked["data"], **_options(asked))),
    "update": lambda records, asked: _answer(records.update(asked["ref"], asked["data"], **_options(asked))),
    "upsert": _upsert,
    "delete": lambda records, asked: _answer(records.delete(asked["ref"], **_options(asked))),
    "restore": lambda records, asked: _answer(records.restore(asked["ref"], **_options(asked))),
    "rotate": lambda records, asked: _answer(
        records.rotate(asked["ref"], overlap_seconds=asked["data"]["overlapSeconds"], **_options(asked))
    ),
    "me": lambda door, _: _answer(door.me()),
    "token": _token,
    "batch": lambda door, asked: _answer(door.batch(asked["operations"], **_options(asked))),
    "graphql": _graphql,
}


async def _answer(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


async def _all(listing: Any) -> list[Any]:
    return [one async for one in listing] if hasattr(listing, "__aiter__") else list(listing)
