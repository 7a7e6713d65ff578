"""One record has one JSON form, whichever door and database it leaves by."""

from __future__ import annotations

from typing import Any

from schema.resources import CLIENT, CUSTOMER, USER
from tests.faces.face import Asked, Face, Graphql, Json, Rest

CREATED = "2024-02-29T10:00:00.123Z"

USER_IN: Json = {
    "name": "  Jane   Doe ",
    "email": " Jane@BÜCHER.example ",
    "createdAt": "2024-02-29T12:00:00.1239+02:00",
    "phone": "+41 44 668 18 00",
}
CLIENT_IN: Json = {
    "name": "Acme",
    "domain": "https://www.Acme.io/about",
    "employees": 12,
    "createdAt": CREATED,
    "ownerId": "email:JANE@bücher.example",
    "address": {"line1": "1 High St\nFloor 2", "country": "United Kingdom"},
}
CUSTOMER_IN: Json = {
    "givenName": "Luís",
    "familyName": "Gonçalves",
    "email": "LuisG@Embraer.com.br",
    "phone": "(12) 3923-5555",
    "address": {"city": "São José", "country": "Brazil"},
    "clientId": "domain:acme.io",
    "ownerId": "email:jane@bücher.example",
    "tags": ["b", "a", "b", "B"],
    "metadata": {"z": 1.0, "a": "x", "m": True, "f": 2.5},
    "externalIds": {"stripe": "cus_1", "erp": "0042"},
    "createdAt": CREATED,
}


def placed(record: Json, names: dict[str, str]) -> list[tuple[str, Any]]:
    """The members in their order, what differs from run to run replaced."""
    return [
        (key, names.get(value, value) if isinstance(value, str) else value)
        for key, value in record.items()
        if key != "updatedAt"
    ]


async def test_the_same_members_in_the_same_order(face: Face, rest: Rest, graphql: Graphql) -> None:
    user = await face.create(USER, USER_IN)
    client = await face.create(CLIENT, CLIENT_IN)
    customer = await face.create(CUSTOMER, CUSTOMER_IN)
    names = {user["id"]: "usr", client["id"]: "cli", customer["id"]: "cus"}
    assert placed(user, names) == [
        ("id", "usr"),
        ("version", 1),
        ("createdAt", CREATED),
        ("deletedAt", None),
        ("name", "Jane   Doe"),
        ("email", "Jane@xn--bcher-kva.example"),
        ("role", "VIEWER"),
        ("status", "ACTIVE"),
        ("title", None),
        ("phone", "+41446681800"),
        ("locale", None),
        ("timeZone", None),
        ("externalIds", {}),
        ("tags", []),
        ("metadata", {}),
    ]
    assert placed(customer, names) == [
        ("id", "cus"),
        ("version", 1),
        ("createdAt", CREATED),
        ("deletedAt", None),
        ("name", "Luís Gonçalves"),
        ("givenName", "Luís"),
        ("familyName", "Gonçalves"),
        ("email", "LuisG@embraer.com.br"),
        ("additionalEmails", []),
        ("phone", "+551239235555"),
        ("additionalPhones", []),
        ("title", None),
        ("locale", None),
        ("timeZone", None),
        ("status", "LEAD"),
        ("emailConsent", "UNKNOWN"),
        (
            "address",
            {"line1": None, "line2": None, "city": "São José", "region": None, "postalCode": None, "country": "BR"},
        ),
        ("clientId", "cli"),
        ("ownerId", "usr"),
        ("externalIds", {"erp": "0042", "stripe": "cus_1"}),
        ("tags", ["b", "a", "B"]),
        ("metadata", {"a": "x", "f": 2.5, "m": True, "z": 1}),
    ]
    assert list(customer["metadata"]) == ["a", "f", "m", "z"]
    assert type(customer["metadata"]["z"]) is int
    assert placed(client, names)[4:8] == [
        ("name", "Acme"),
        ("legalName", None),
        ("domain", "acme.io"),
        ("website", None),
    ]
    assert client["address"]["line1"] == "1 High St\nFloor 2"
    for resource, record in ((USER, user), (CLIENT, client), (CUSTOMER, customer)):
        found = [await one.get(resource, record["id"]) for one in (rest, graphql)]
        pages = [
            (await one.page(resource, Asked(filter={"id": {"eq": record["id"]}}))).records[0] for one in (rest, graphql)
        ]
        for other in (*found, *pages):
            assert other == record
            assert list(other or {}) == list(record)


async def test_a_record_is_found_by_every_reference(face: Face) -> None:
    await face.create(USER, USER_IN)
    await face.create(CLIENT, CLIENT_IN)
    made = await face.create(CUSTOMER, CUSTOMER_IN)
    for ref in (made["id"], "email:luisg@EMBRAER.com.br", "erp:0042", "stripe:cus_1"):
        assert await face.get(CUSTOMER, ref) == made, ref
    for ref in ("erp:42", "other:0042", "email:x@y.zz", "cus_01h455vb4pex5vsknk084sn02q", "nonsense", "domain:acme.io"):
        assert await face.get(CUSTOMER, ref) is None, ref
    slash = await face.create(CUSTOMER, {"name": "Slash", "externalIds": {"erp": "a/b:c d%2F?#é"}})
    assert await face.get(CUSTOMER, "erp:a/b:c d%2F?#é") == slash


async def test_stats_count_each_combination_most_first(face: Face) -> None:
    client = await face.create(CLIENT, {"name": "Acme", "industry": "Software"})
    for i, status in enumerate(("ACTIVE", "ACTIVE", "LEAD", "ACTIVE")):
        await face.create(CUSTOMER, {"name": str(i), "status": status, "clientId": client["id"] if i < 3 else None})
    assert await face.stats(CUSTOMER, ["status", "client.industry"]) == [
        {"by": {"status": "ACTIVE", "client.industry": "Software"}, "count": 2},
        {"by": {"status": "ACTIVE", "client.industry": None}, "count": 1},
        {"by": {"status": "LEAD", "client.industry": "Software"}, "count": 1},
    ]
    assert await face.stats(CUSTOMER, ["status"], {"client": {"name": {"eq": "Acme"}}}) == [
        {"by": {"status": "ACTIVE"}, "count": 2},
        {"by": {"status": "LEAD"}, "count": 1},
    ]
