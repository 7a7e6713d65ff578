"""Static files: their types and tags, compressed or not, kept for ever where the name says what is inside."""

import gzip
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from app.middleware.document import accepts_gzip
from app.portal.static import DIRECTORY, MEDIA_TYPES, kept_url

FILES = sorted(path.relative_to(DIRECTORY).as_posix() for path in DIRECTORY.rglob("*") if path.is_file())
SOURCES = {".css", ".html", ".js", ".jsx", ".json"}
HASHED = [name for name in FILES if "/assets/" in name]
PLAIN = [name for name in FILES if "/assets/" not in name]


def test_the_bundle_is_there():
    assert len(HASHED) > 10
    scripts = {"answer", "copy", "copy-button", "docs", "draft", "dry-run", "early", "element", "json", "mutation"}
    scripts |= {"request", "search", "session", "trial", "try", "way-back"}
    explorer = {"api", "caller", "curl", "explorer", "field", "operation-list", "operation-view", "request-form"}
    scripts |= {f"explorer/{name}" for name in explorer | {"sample", "schema", "words"}}
    own = {f"{name}.js" for name in scripts} | {"code.css", "docs.css", "explorer.css", "trial.css", "icon.svg"}
    assert own | {"graphiql/index.html", "graphiql/LICENSES.md"} == set(PLAIN)


def test_the_bundle_is_made_of_its_sources():
    source = DIRECTORY.parent / "graphiql"
    lines = [line.split() for line in (source / "bundled.sha256").read_text().splitlines()]
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in source.iterdir() if path.suffix in SOURCES}
    assert {name: digest for digest, name in lines} == found, "run scripts/bundle-graphiql"


@pytest.mark.parametrize("name", FILES)
def test_file_is_served_with_its_type(portal: httpx.Client, name: str):
    answer = portal.get(f"/docs/static/{name}", headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.content == (DIRECTORY / name).read_bytes()
    assert answer.headers["content-type"] == MEDIA_TYPES[Path(name).suffix]
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("name", HASHED)
def test_hashed_names_are_kept_for_ever(portal: httpx.Client, name: str):
    answer = portal.head(f"/docs/static/{name}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", PLAIN)
def test_other_names_are_asked_for_again(portal: httpx.Client, name: str):
    assert portal.head(f"/docs/static/{name}").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", PLAIN)
def test_the_address_that_names_what_is_inside_is_kept_for_ever(portal: httpx.Client, name: str):
    url = kept_url(name)
    assert portal.head(url).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert portal.head(f"{url}0").headers["cache-control"] == "no-cache"


def test_compressed_and_plain_have_tags_of_their_own(portal: httpx.Client):
    plain = portal.get("/docs/static/docs.css", headers={"Accept-Encoding": "identity"})
    packed = portal.get("/docs/static/docs.css", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, 6)) < len(plain.content)
    assert packed.headers["etag"] != plain.headers["etag"]
    assert not packed.headers["etag"].startswith("W/")
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


def test_head_has_the_headers_of_get(portal: httpx.Client):
    got, asked = (portal.request(method, "/docs/static/docs.css") for method in ("GET", "HEAD"))
    assert asked.content == b""
    assert {**asked.headers, "date": ""} == {**got.headers, "date": ""}


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*"])
def test_known_file_is_304(portal: httpx.Client, form: str):
    etag = portal.get("/docs/static/docs.css").headers["etag"]
    answer = portal.get("/docs/static/docs.css", headers={"If-None-Match": form.format(etag)})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


@pytest.mark.parametrize(
    "path",
    ["", "nothing.css", "../pages.py", "..%2Fpages.py", "graphiql/../../pages.py", "%2Fetc%2Fpasswd", "./docs.css"],
)
def test_only_listed_files_are_served(portal: httpx.Client, path: str):
    # By a connection that sends the path as it stands, where httpx would tidy it up first.
    connection = HTTPConnection(portal.base_url.host, portal.base_url.port)
    connection.request("GET", f"/docs/static/{path}")
    assert connection.getresponse().status == 404
    connection.close()


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
    ],
)
def test_accepts_gzip(header: str, accepted: bool):
    assert accepts_gzip(header) is accepted
