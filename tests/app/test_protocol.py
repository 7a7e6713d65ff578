"""Bad HTTP, sent as bytes to a real server of either protocol: always Cube's own answer, and the server stays up."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.lenient_protocol import H11Protocol
from app.protocol import HttpToolsProtocol
from app.services.database import Database
from app.settings import Settings
from tests.app.keys import key, user
from tests.app.raw import Raw, served, talk

HOST = b"Host: cube.test\r\n"
PROTOCOLS = {"httptools": HttpToolsProtocol, "h11": H11Protocol}


@dataclass(frozen=True)
class Place:
    """Where a server listens, and a key that it takes."""

    port: int
    authorization: bytes


@pytest.fixture(scope="module", params=PROTOCOLS)
def place(
    request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    file = Path(shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("protocol")))
    settings = Settings.load({"CUBE_DATABASE_URL": f"sqlite://{file}"}, dotenv=None)

    async def secret() -> str:
        db = await Database.open(settings)
        issued = await key(db, await user(db), "*")
        await db.close()
        return issued.secret

    authorization = f"Authorization: Bearer {asyncio.run(secret())}\r\n".encode()
    protocol: type[asyncio.Protocol] = PROTOCOLS[request.param]
    with served(settings, protocol) as port:
        yield Place(port, authorization)


@pytest.fixture
def port(place: Place) -> int:
    return place.port


def is_refusal(answer: Raw, status: int, message: str) -> None:
    """The contract's object and the headers that every answer has."""
    assert answer.status == status
    assert answer.json["statusCode"] == status
    assert answer.json["message"] == message
    assert set(answer.json) <= {"statusCode", "traceId", "message", "detail"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["traceresponse"] == answer.json["traceId"]
    assert answer.json["traceId"] in answer.headers["server-timing"]
    assert "server" not in answer.headers


MALFORMED = {
    "no request": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "no version": b"GET /me\r\n\r\n",
    "an unknown version": b"GET /me HTTP/3.7\r\n" + HOST + b"\r\n",
    "no Host": b"GET /me HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET /me HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "FC-041 a Host with a path": b"GET /me HTTP/1.1\r\nHost: a.example/public?x=\r\n\r\n",
    "FC-041 a Host with a user": b"GET /me HTTP/1.1\r\nHost: a@b.example\r\n\r\n",
    "FC-041 a Host with a space": b"GET /me HTTP/1.1\r\nHost: a b\r\n\r\n",
    "a space in a header's name": b"GET /me HTTP/1.1\r\n" + HOST + b"A b: c\r\n\r\n",
    "a bad length": b"POST /customers HTTP/1.1\r\n" + HOST + b"Content-Length: x\r\n\r\n",
    "two lengths": b"POST /customers HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "length and encoding": b"POST /customers HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "raw bytes in the path": b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "a space in the path": b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n",
    "a key in the URL": b"GET /customers?api_key=x HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method that is no token": b"G(T /me HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("request_", MALFORMED.values(), ids=MALFORMED)
def test_malformed(port: int, request_: bytes) -> None:
    (answer,) = talk(port, request_)
    is_refusal(answer, 400, "The request is malformed.")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("size", [17 * 1024, 40 * 1024, 70 * 1024, 300 * 1024])
def test_long_uri(port: int, size: int) -> None:
    (answer,) = talk(port, b"GET /" + b"a" * size + b" HTTP/1.1\r\n" + HOST + b"\r\n")
    is_refusal(answer, 414, "The request is too large.")


def test_endless_uri(port: int) -> None:
    (answer,) = talk(port, b"GET /", *[b"a" * 20_000] * 20)
    is_refusal(answer, 414, "The request is too large.")


@pytest.mark.parametrize("size", [66 * 1024, 300 * 1024])
def test_large_headers(port: int, size: int) -> None:
    (answer,) = talk(port, b"GET /me HTTP/1.1\r\n" + HOST + b"A: " + b"a" * size + b"\r\n\r\n")
    is_refusal(answer, 431, "The request is too large.")


def test_endless_headers(port: int) -> None:
    (answer,) = talk(port, b"GET /me HTTP/1.1\r\n" + HOST, *[b"A: " + b"a" * 20_000 + b"\r\n"] * 20)
    is_refusal(answer, 431, "The request is too large.")


def test_many_small_headers(port: int) -> None:
    (answer,) = talk(port, b"GET /me HTTP/1.1\r\n" + HOST + b"a: b\r\n" * 12_000 + b"\r\n")
    is_refusal(answer, 431, "The request is too large.")


def test_large_body_by_its_length(port: int) -> None:
    head = b"POST /customers HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 1048577\r\n\r\n"
    (answer,) = talk(port, head)
    is_refusal(answer, 413, "The request is too large.")
    assert answer.headers["connection"] == "close"


def test_fc_044_a_large_form(port: int) -> None:
    head = b"POST /customers HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
    (answer,) = talk(port, head + b"Content-Length: 500000000\r\n\r\na=")
    is_refusal(answer, 413, "The request is too large.")


POST = b"POST /customers HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def test_a_bad_chunk(place: Place) -> None:
    """The app has the request already and waits for its body when the parser gives up."""
    (answer,) = talk(place.port, POST + place.authorization + CHUNKED + b'2\r\n{"\r\n', b"zz\r\n")
    is_refusal(answer, 400, "The request is malformed.")


def test_a_large_body_in_chunks(place: Place) -> None:
    """Counted as it comes in: it is refused long before its end."""
    found = talk(place.port, POST + place.authorization + CHUNKED, *[b"10000\r\n" + b" " * 65536 + b"\r\n"] * 400)
    is_refusal(found[0], 413, "The request is too large.")
    assert len(found) == 1


def test_the_largest_body_is_read(place: Place) -> None:
    body = b'{"name": "' + b"a" * (1024 * 1024 - 12) + b'"}'
    length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    (answer,) = talk(place.port, POST + place.authorization + length + body)
    is_refusal(answer, 400, "One or more validation errors occurred.")


def test_a_body_that_never_ends_leaves_nothing(place: Place) -> None:
    """The caller goes away in the middle; the next one is served."""
    with socket.create_connection(("127.0.0.1", place.port), timeout=20) as connection:
        connection.sendall(POST + place.authorization + b'Content-Length: 100\r\n\r\n{"na')
    (answer,) = talk(place.port, b"GET /me HTTP/1.1\r\n" + HOST + place.authorization + b"Connection: close\r\n\r\n")
    assert answer.status == 200


def test_endless_trailers(port: int) -> None:
    head = b"POST /customers HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    found = talk(port, head, *[b"A: " + b"a" * 20_000 + b"\r\n"] * 20)
    assert [answer.status for answer in found] in ([400], [401], [431])


@pytest.mark.parametrize("method", [b"FOO", b"get", b"PROPFIND", b"TRACE", b"DELETE"])
def test_fc_052_other_methods(port: int, method: bytes) -> None:
    (answer,) = talk(port, method + b" /customers HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    is_refusal(answer, 405, "Method not allowed.")
    assert answer.headers["allow"] == "GET, HEAD, QUERY, POST, OPTIONS"


def test_a_method_that_comes_in_pieces(port: int) -> None:
    (answer,) = talk(port, b"FO", b"O /customers HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    is_refusal(answer, 405, "Method not allowed.")
    (answer,) = talk(port, b"GE", b"T /health/live HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert answer.status == 200


def test_good_requests_follow_each_other(port: int) -> None:
    live = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
    assert [answer.status for answer in talk(port, live, live + live, live, until=4)] == [200] * 4


def test_another_method_between_good_requests(port: int) -> None:
    live = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
    found = talk(port, live, b"FOO /me HTTP/1.1\r\n" + HOST + b"\r\n", live, until=3, in_turn=True)
    assert [answer.status for answer in found] == [200, 405, 200]


def test_a_bad_request_after_a_good_one(port: int) -> None:
    good = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
    found = talk(port, good + b"GET /me HTTP/1.1\r\n" + HOST + b"A b: c\r\n\r\n")
    assert [answer.status for answer in found] == [200, 400]
    is_refusal(found[1], 400, "The request is malformed.")


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_an_idle_connection_ends_and_a_busy_one_does_not(
    migrated_sqlite: Path, tmp_path: Path, protocol: type[asyncio.Protocol]
) -> None:
    settings = Settings.load({"CUBE_DATABASE_URL": f"sqlite://{shutil.copy(migrated_sqlite, tmp_path)}"}, dotenv=None)
    live = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
    with (
        served(settings, protocol, kept_alive=1) as port,
        socket.create_connection(("127.0.0.1", port), timeout=20) as slow,
    ):
        # Longer at one request than a connection is kept that has none.
        slow.sendall(live)
        assert b"200 OK" in slow.recv(65536)
        slow.sendall(live[:-2])
        assert [answer.status for answer in talk(port, live)] == [200]  # which ends when the server ends it
        slow.sendall(live[-2:])
        assert b"200 OK" in slow.recv(65536)
        # And it ends like any other, however often it was used.
        assert slow.recv(65536) == b""


def test_a_body_that_comes_after_the_answer_keeps_no_connection(migrated_sqlite: Path, tmp_path: Path) -> None:
    settings = Settings.load({"CUBE_DATABASE_URL": f"sqlite://{shutil.copy(migrated_sqlite, tmp_path)}"}, dotenv=None)
    with (
        served(settings, HttpToolsProtocol, kept_alive=1) as port,
        socket.create_connection(("127.0.0.1", port), timeout=20) as late,
    ):
        late.sendall(b"POST /nothing HTTP/1.1\r\n" + HOST + b"Content-Length: 8\r\n\r\n")
        assert b"404 Not Found" in late.recv(65536)
        late.sendall(b"late")
        late.sendall(b"r on")
        assert late.recv(65536) == b""


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_an_offer_of_another_protocol_is_not_taken(port: int, protocol: bytes) -> None:
    head = b"GET /health/live HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: " + protocol + b"\r\n\r\n"
    assert [answer.status for answer in talk(port, head, head, until=2)] == [200, 200]


def test_the_absolute_form(port: int) -> None:
    (answer,) = talk(port, b"GET http://other.test/health/live HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert answer.status == 200


def test_http_1_0_needs_no_host(port: int) -> None:
    (answer,) = talk(port, b"GET /health/live HTTP/1.0\r\n\r\n")
    assert answer.status == 200


def test_head_has_no_body(port: int) -> None:
    head = b"HEAD /nope HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head)
        data = b""
        while more := connection.recv(65536):
            data += more
    assert data.startswith(b"HTTP/1.1 404 ")
    assert data.endswith(b"\r\n\r\n")


def test_refusals_keep_the_callers_trace_and_form(port: int) -> None:
    trace = b"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
    accept = b"Accept: application/problem+json\r\n"
    (answer,) = talk(port, b"GET /me?token=x HTTP/1.1\r\n" + HOST + trace + accept + b"\r\n")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["code"] == "malformed_request"
    assert answer.json["traceId"].startswith("00-0af7651916cd43dd8448eb211c80319c-")
