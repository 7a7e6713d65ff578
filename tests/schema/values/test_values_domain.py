"""Web domains and web addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.values.domain import domain, website
from schema.values.fault import Fault


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("acme.io", "acme.io"),
        (" HTTPS://WWW.Acme.IO:8443/path?q=1#x ", "acme.io"),
        ("//acme.io", "acme.io"),
        ("acme.io.", "acme.io"),
        ("acme.io/a@b", "acme.io"),
        ("www.acme.io", "acme.io"),
        ("www.www.acme.io", "acme.io"),
        ("www.com", "www.com"),
        ("wwwacme.io", "wwwacme.io"),
        ("shop.acme.co.uk", "shop.acme.co.uk"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("WWW.BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("acme。io", "acme.io"),
        ("straße.de", "xn--strae-oqa.de"),
        ("3com.com", "3com.com"),
    ],
)
def test_domain(value, name):
    assert domain(value) == name
    assert domain(name) == name


@pytest.mark.parametrize(
    "value",
    [
        "acme",
        "localhost:8000",
        "127.0.0.1",
        "[::1]",
        "jane@acme.io",
        "https://jane:pw@acme.io/",
        "mailto:jane@acme.io",
        "javascript:alert(1)",
        "acme.io:port",
        "acme .io",
        "-acme.io",
        "acme_.io",
        ".io",
        "a..io",
        "https://",
        "acme.io\\x",
        "a" * 64 + ".io",
        ".".join(["a" * 60] * 5),
        "xn--zzzzzzzzz.io",
    ],
)
def test_not_a_domain(value):
    with pytest.raises(Fault, match=r"^is not a web domain"):
        domain(value)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://acme.io", "https://acme.io"),
        ("HTTP://Acme.IO/Path?Q=1#Top", "http://acme.io/Path?Q=1#Top"),
        ("acme.io/about", "https://acme.io/about"),
        ("acme.io:8080", "https://acme.io:8080"),
        ("//www.acme.io", "https://www.acme.io"),
        ("acme.io?x=//y", "https://acme.io?x=//y"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("http://192.0.2.1:80/", "http://192.0.2.1:80/"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]:80/"),
    ],
)
def test_website(value, address):
    assert website(value) == address
    assert website(address) == address


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "JavaScript://acme.io/%0aalert(1)",
        "data:text/html,x",
        "ftp://acme.io",
        "mailto:jane@acme.io",
        "https://jane:pw@acme.io",
        "https://",
        "https:///x",
        "https://acme",
        "https://acme.io:0",
        "https://acme.io:99999",
        "https://acme.io\\@evil.example",
        "https://acme.io/a b",
        "http://[::1%25<x>]/",
        "http://256.1.1.1/",
        "https://acme.io/" + "x" * 2048,
        "",
        7,
    ],
)
def test_not_a_website(value):
    with pytest.raises(Fault):
        website(value)


def test_another_scheme_is_named_as_the_reason():
    with pytest.raises(Fault, match=r"^must be an http or https address$"):
        website("ftp://acme.io")


@given(st.text() | st.from_regex(r"(https?://)?(www\.)*[a-zä0-9.-]{1,20}(:[0-9]{0,6})?(/.*)?", fullmatch=True))
def test_what_is_accepted_is_accepted_again(text):
    for normalise in (domain, website):
        try:
            found = normalise(text)
        except Fault:
            continue
        assert normalise(found) == found
