"""Field cases of values: what was stored comes back, and is found however it is spelt."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.cases.conftest import created
from tests.rest.conftest import Api

CELLS = [
    "=1+1",
    "+44 20 7946 0000",
    "-5",
    "@cmd",
    "\u00a0x",
    "'=1",
    '"q"',
    "a,b;c\\d",
    "0171",
    "007",
    "1E5",
    "NULL",
    "true",
]


async def test_fc_059_058_text_stays_text(api: Api) -> None:
    """No sign at the beginning means anything; what looks like a number is none."""
    for text in CELLS:
        wanted = text.strip()
        made = await created(
            api, {"name": text, "title": text, "externalIds": {"erp": wanted}, "metadata": {"a": wanted}}
        )
        assert (made["name"], made["title"]) == (wanted, wanted)
        assert (made["externalIds"], made["metadata"]) == ({"erp": wanted}, {"a": wanted})
        found = await api.http.get(f"/customers/erp:{quote(wanted, safe='')}")
        assert found.json() == made
        for field in ("name", "title", "externalIds.erp", "metadata.a"):
            hits = (await api.http.get("/customers", params={field: wanted})).json()["data"]
            assert [one["id"] for one in hits] == [made["id"]], (field, text)


@pytest.mark.parametrize("number", ["-0", "-0.0", "0.1", "-1e-300", "9007199254740991", "1.50", "1e2"])
async def test_fc_079_each_number_that_is_stored_can_be_read(api: Api, number: str) -> None:
    body = f'{{"name": "x", "metadata": {{"n": {number}}}}}'.encode()
    made = await api.http.post("/customers", content=body, headers={"Content-Type": "application/json"})
    assert made.status_code == 201, made.text
    value = made.json()["metadata"]["n"]
    assert float(value) == float(number)
    assert (await api.http.get("/customers")).json()["data"] == [made.json()]
    text = "{ customers { nodes { metadata } } }"
    answer = (await api.http.post("/graphql", json={"query": text})).json()
    assert answer["data"]["customers"]["nodes"] == [{"metadata": {"n": value}}]
    assert type(answer["data"]["customers"]["nodes"][0]["metadata"]["n"]) is type(value)
    found = await api.http.get(f"/customers?metadata.n={number}")
    assert [one["id"] for one in found.json()["data"]] == [made.json()["id"]]


async def test_fc_083_both_spellings_find_one_address(api: Api) -> None:
    made = await created(api, {"email": "rene\u0301@bücher.example"})
    again = await api.http.post("/customers", json={"email": "RENÉ@xn--bcher-kva.example"})
    assert (again.status_code, made["id"] in again.json()["detail"]) == (409, True)
    for spelt in ("ren\u00e9@bücher.example", "rene\u0301@XN--BCHER-KVA.example"):
        assert (await api.http.get(f"/customers/email:{quote(spelt)}")).json() == made
        for params in ({"email": spelt}, {"q": spelt}, {"q": "bücher.ex"}, {"q": "xn--bcher"}):
            hits = (await api.http.get("/customers", params=params)).json()["data"]
            assert [one["id"] for one in hits] == [made["id"]], params
