"""What is particular to the Python binding: its types, its errors, its doors, and what it never shows."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, assert_type

import httpx
import pytest

import cube_api
from cube_api import (
    Answer,
    ApiKey,
    AsyncCube,
    AsyncListing,
    Change,
    Client,
    Cube,
    CubeError,
    Customer,
    Listing,
    Me,
    NoAnswerError,
    Page,
    Upserted,
)
from cube_api.manner import pause, seconds_of
from tests.bindings.conftest import Place
from tests.bindings.road import LOST, SILENT, Refused, road
from tests.bindings.scenario import BINDINGS


@pytest.fixture
def cube(place: Place) -> Any:
    with Cube(place.url, place.key) as found:
        yield found


def test_errors_are_told_by_their_class(cube: Cube, place: Place) -> None:
    with pytest.raises(cube_api.NotFoundError) as missing:
        cube.customers.get("email:nobody@x.example")
    assert missing.value.status_code == 404
    with pytest.raises(cube_api.BadRequestError) as bad:
        cube.customers.create({"email": "not an address"})
    assert bad.value.fields == {"email": ["is not a valid address"]}
    assert str(bad.value).startswith(
        "400 One or more validation errors occurred. email: is not a valid address (trace 00-"
    )
    with Cube(place.url, "cube_no") as nobody, pytest.raises(cube_api.AuthenticationError):
        nobody.me()
    with pytest.raises(cube_api.GraphQLError) as failed:
        cube.graphql('{ a: customer(id: "x:y") { id } nope }')
    assert (failed.value.status_code, len(failed.value.errors), failed.value.data) == (400, 1, None)


async def test_both_doors_answer_alike(place: Place) -> None:
    async with AsyncCube(place.url, place.key) as waiting:
        made = await asyncio.gather(*(waiting.customers.create({"name": f"Twin {i}"}) for i in range(3)))
        found = [one["name"] async for one in waiting.customers.list(q="twin", sort="name", limit=1)]
        with pytest.raises(cube_api.NotFoundError):
            await waiting.customers.get("cus_nobody:1")
    with Cube(place.url, place.key) as cube:
        assert found == [one["name"] for one in cube.customers.list(q="twin", sort="name", limit=2)]
        assert [cube.customers.get(one["id"]) for one in made] == list(made)


def test_values_may_be_instants(cube: Cube) -> None:
    at = datetime(2020, 5, 17, 8, 30, tzinfo=UTC)
    made = cube.customers.create({"name": "Then", "createdAt": at})
    assert made["createdAt"] == "2020-05-17T08:30:00.000Z"
    assert [one["id"] for one in cube.customers.list(createdAt=at)] == [made["id"]]
    assert not list(cube.customers.list(createdAt={"lt": at}))
    with pytest.raises(TypeError, match="object is no JSON"):
        cube.customers.list(name=object())


def test_on_answer_is_told_of_each_answer(place: Place) -> None:
    told: list[Answer] = []
    with road(place) as way, Cube(way.url, place.key, on_answer=told.append) as cube:
        way.fates = [Refused(503, {"Retry-After": "0"})]
        made = [cube.customers.create({"name": "Told"}, idempotency_key="told") for _ in range(2)]
    assert made[0] == made[1]
    assert [(one.method, one.path, one.status_code, one.attempt) for one in told] == [
        ("POST", "/customers", 503, 1),
        ("POST", "/customers", 201, 2),
        ("POST", "/customers", 201, 1),
    ]
    assert [one.replayed for one in told] == [False, False, True]
    assert {one.idempotency_key for one in told} == {"told"}
    assert str(told[1].trace_id).startswith("00-")


def test_no_answer_in_time_is_no_answer(place: Place) -> None:
    with road(place) as way, Cube(way.url, place.key, timeout=0.05, retries=1) as cube:
        way.fates = [SILENT, SILENT]
        with pytest.raises(NoAnswerError) as error:
            cube.me()
        assert len(way.seen) == 2
    assert isinstance(error.value.__cause__, httpx.TimeoutException)
    assert error.value.status_code is None


def test_without_retries_the_first_word_stands(place: Place) -> None:
    with road(place) as way, Cube(way.url, place.key, retries=0) as cube:
        way.fates = [LOST]
        with pytest.raises(NoAnswerError):
            cube.me()


def test_what_is_no_json_is_an_error_of_the_binding(place: Place) -> None:
    with road(place) as way, Cube(way.url, place.key) as cube:
        way.fates = [Refused(200), Refused(200, body="[]")]
        for ask in (cube.me, cube.customers.list().first_page):
            with pytest.raises(CubeError, match="not one of Cube's"):
                ask()


def test_the_wait_is_what_retry_after_says() -> None:
    assert seconds_of("7") == 7
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 0 < (seconds_of(in_a_minute) or 0) <= 60
    assert seconds_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert seconds_of("soon") is None
    waits = {pause(5, "2") for _ in range(20)}
    assert len(waits) > 1, "nobody waits in step with others"
    assert all(2 < (wait or 0) <= 2 + 4 for wait in waits)
    assert pause(1, "61") is None


def test_a_place_of_your_own_is_used_and_left_open(place: Place) -> None:
    with httpx.Client() as http:
        with Cube(place.url, place.key, http=http) as cube:
            assert cube.me()["name"]
        assert not http.is_closed
    own = Cube(place.url, place.key)
    own.close()
    with pytest.raises(RuntimeError, match="closed"):
        own.me()


def test_the_key_is_not_shown(place: Place, cube: Cube) -> None:
    for thing in (cube, cube.customers, cube._door, cube._door.manner, cube.customers.list()):
        assert place.key not in repr(thing)


@pytest.mark.parametrize(
    ("url", "key", "says"),
    [
        (None, "k", "CUBE_URL"),
        ("localhost:8000", "k", "CUBE_URL"),
        ("http://x", None, "CUBE_KEY"),
        ("http://x", "a\nb", "CUBE_KEY"),
    ],
)
def test_without_an_address_or_a_key_there_is_no_cube(
    monkeypatch: pytest.MonkeyPatch, url: str | None, key: str | None, says: str
) -> None:
    monkeypatch.delenv("CUBE_URL", raising=False)
    monkeypatch.delenv("CUBE_KEY", raising=False)
    with pytest.raises(ValueError, match=says):
        Cube(url, key)


def test_the_environment_says_where_and_who(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    monkeypatch.setenv("CUBE_URL", f"{place.url}/")
    monkeypatch.setenv("CUBE_KEY", place.key)
    with Cube() as cube:
        assert cube.me()["scopes"] == ["*"]


def test_methods_show_what_they_take() -> None:
    assert "if_version" in str(vars(cube_api.Records)["update"].describe.__annotations__)
    with Cube("http://x", "k") as cube:
        assert "Changes the fields" in (cube.customers.update.__doc__ or "")


def test_the_wheel_has_every_module_and_says_that_it_is_typed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*command, str(tmp_path), str(BINDINGS / "python")], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name == f"cube_api-{cube_api.__version__}-py3-none-any.whl"
    names = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("cube_api-")}
    assert names == {f"cube_api/{file.name}" for file in (BINDINGS / "python" / "cube_api").iterdir() if file.is_file()}
    assert names > {"cube_api/__init__.py", "cube_api/directory.py", "cube_api/py.typed"}


def types(cube: Cube, record: Customer) -> None:
    """What a type checker makes of the methods of plain code; nothing runs it."""
    assert_type(cube.customers.get("cus_1"), Customer)
    assert_type(cube.clients.list(status="ACTIVE", expand=["owner"]), Listing[Client])
    assert_type(next(cube.customers.list().pages()), Page[Customer])
    assert_type(cube.customers.upsert("erp:1", {"name": "x"}), Upserted[Customer])
    assert_type(cube.me(), Me)
    assert_type(cube.api_keys.rotate("key_1", overlap_seconds=60, if_version=1, dry_run=True), ApiKey)
    cube.customers.create({"name": "x", "address": {"city": "Lima"}, "metadata": {"plan": None}})
    cube.customers.create({"nam": "x"})  # type: ignore[typeddict-unknown-key]
    cube.customers.update(record["id"], {"status": "NEW"})  # type: ignore[typeddict-item]
    cube.customers.get(5)  # type: ignore[arg-type]
    cube.api_keys.restore("key_1")  # type: ignore[attr-defined]


async def async_types(cube: AsyncCube) -> None:
    """And of those of `async` code."""
    assert_type(await cube.customers.get("cus_1"), Customer)
    assert_type(cube.customers.history("cus_1"), AsyncListing[Change])
    assert_type(await cube.clients.list().first_page(), Page[Client])
    async for one in cube.customers.list(status="ACTIVE"):
        assert_type(one, Customer)
    forgotten: Customer = cube.customers.get("cus_1")  # type: ignore[assignment]
    del forgotten


def test_errors_go_through_a_queue() -> None:
    """As they do between processes."""
    error = cube_api.NotFoundError("Gone.", status_code=404, trace_id="00-1")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.status_code, str(again)) == (type(error), 404, str(error))
    failed = cube_api.GraphQLError([{"message": "No.", "extensions": {"statusCode": 409}}], None)
    assert pickle.loads(pickle.dumps(failed)).status_code == 409
