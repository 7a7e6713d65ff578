"""Tests for imports as a whole, on both databases: what is stored, what is refused, what a second time does."""

import json

import pytest

from app.services.imports.file import Unreadable
from schema.change import Outcome


def faults(report):
    return [(fault.line, fault.column, fault.value, fault.reason) for fault in report.faults]


def counts(report):
    return {
        "created": report.outcomes[Outcome.CREATED],
        "updated": report.outcomes[Outcome.UPDATED],
        "unchanged": report.outcomes[Outcome.UNCHANGED],
        "failed": report.failed,
        "blank": report.blank,
        "total": report.total,
    }


PEOPLE = (
    "Id;First Name;Last Name;E-mail;Phone;Zip;City;Country;metadata.score;Tags;Fax\r\n"
    "000123;Ola;Ødegård;Ola@Fjord.Example;22 12 34 56;0171;Oslo;Norway;007;vip, trade;1\r\n"
    "1E5;Bob;O'Dell;;0444 12 34 56;00501;;US;;;\r\n"
)


async def test_rows_become_records(into, records, db):
    report = await into("customers", "\ufeff" + PEOPLE, mapping={"Id": "externalIds.erp"})
    assert (counts(report)["created"], report.unmapped, report.delimiter) == (2, ["Fax"], ";")
    ola, bob = await records("customers")
    assert ola["name"] == "Ola Ødegård"
    assert ola["email"] == "Ola@fjord.example"
    assert ola["phone"] == "+4722123456"
    assert ola["address"] == {
        "line1": None, "line2": None, "city": "Oslo", "region": None, "postalCode": "0171", "country": "NO",
    }  # fmt: skip
    assert ola["metadata"] == {"score": "007"}
    assert ola["tags"] == ["vip", "trade"]
    assert (ola["externalIds"], bob["externalIds"]) == ({"erp": "000123"}, {"erp": "1E5"})
    assert (bob["email"], bob["phone"], bob["address"]["postalCode"]) == (None, "0444 12 34 56", "00501")
    rows = await db.fetch("SELECT action, source, key_id, user_id, version, trace_id FROM changes")
    assert {tuple(row[:5]) for row in rows} == {("CREATED", "IMPORT", None, None, 1)}
    assert len(rows) == 2


async def test_records_are_found_by_search_and_reference(into, records):
    await into("customers", PEOPLE, mapping={"Id": "externalIds.erp"})
    assert [one["name"] for one in await records("customers", q="odeg")] == ["Ola Ødegård"]
    assert [one["name"] for one in await records("customers", **{"externalIds.erp": "1E5"})] == ["Bob O'Dell"]


async def test_a_row_that_fails_harms_no_other(into, records):
    text = (
        "name,email,createdAt,status,country\n"
        "A,a@x.example,2020-01-01T00:00:00Z,active,NO\n"
        "B,nope,03/04/2026,gone,Mars\n"
        "C,c@x.example,x,y,Oslo,too many\n"
        "\n"
        "D,d@x.example,2026-02-30T00:00:00Z,,\n"
        "E,A@X.example,,,\n"
        "F,f@x.example,,Lead,Norway\n"
    )
    report = await into("customers", text)
    assert counts(report) == {"created": 2, "updated": 0, "unchanged": 0, "failed": 4, "blank": 1, "total": 7}
    a, f = await records("customers")
    assert (a["createdAt"], a["status"], f["name"], f["status"]) == ("2020-01-01T00:00:00.000Z", "ACTIVE", "F", "LEAD")
    found = faults(report)
    assert [(line, column) for line, column, _, _ in found] == [
        (3, "email"), (3, "createdAt"), (3, "status"), (3, "country"), (4, ""), (6, "createdAt"), (7, "email"),
    ]  # fmt: skip
    assert found[4] == (4, "", "C,c@x.example,x,y,Oslo,too many", "has 6 cells, the header has 5")
    assert found[6][2:] == ("A@X.example", f"A@x.example is taken by {a['id']}")


async def test_fc_061_any_number_of_people_without_an_address(into, records):
    report = await into("customers", 'name,email,title\nA,,NULL\nB,"",\nC,  ,\nD,NULL,NULL\n')
    assert counts(report)["created"] == 3
    assert faults(report) == [(5, "email", "NULL", "is not a valid address")]
    assert [one["title"] for one in await records("customers", **{"email[isNull]": "true"})] == ["NULL", None, None]
    report = await into("customers", "name,email,title\nD,NULL,NULL\n", null_word="NULL")
    assert counts(report)["created"] == 1


async def test_fc_062_dates_are_iso_or_refused(into):
    dates = ("03/04/2026", "12/31/2026", "15.04.26", "4/15/91", "2026-02-30", "29/02/2027", "2026-01-01T10:00:00")
    report = await into("customers", "name,createdAt\n" + "".join(f"A,{date}\n" for date in dates))
    assert report.failed == len(dates)
    assert {fault.column for fault in report.faults} == {"createdAt"}


async def test_the_same_file_twice_changes_nothing_with_match(into, records):
    options = {"mapping": {"Id": "externalIds.erp"}, "match": "externalIds.erp"}
    first = await into("customers", PEOPLE, **options)
    before = await records("customers")
    second = await into("customers", PEOPLE, **options)
    assert (counts(first)["created"], counts(second)["unchanged"], counts(second)["total"]) == (2, 2, 2)
    assert await records("customers") == before


async def test_match_updates_and_leaves_blank_cells_alone(into, records):
    await into("customers", PEOPLE, mapping={"Id": "externalIds.erp"})
    text = "email,phone,city,title,createdAt\nOLA@fjord.example,,Bergen,Boss,2019-01-01T00:00:00Z\nnew@x.example,,,,\n"
    report = await into("customers", text, match="email")
    assert counts(report) | {"blank": 0} == counts(report)
    assert (counts(report)["updated"], counts(report)["created"]) == (1, 1)
    ola = (await records("customers"))[0]
    assert (ola["address"]["city"], ola["address"]["postalCode"], ola["title"], ola["version"]) == (
        "Bergen", "0171", "Boss", 2,
    )  # fmt: skip
    assert ola["phone"] == "+4722123456"
    report = await into("customers", "email,phone\nola@fjord.example,NULL\n", match="email", null_word="NULL")
    assert counts(report)["updated"] == 1
    assert (await records("customers"))[0]["phone"] is None


async def test_fc_085_an_empty_key_is_a_row_error(into, records):
    text = "name,email\nA,a@x.example\nB,\nC,  \nD,A@x.example\n"
    for _ in range(2):
        report = await into("customers", text, match="email")
        assert faults(report) == [
            (3, "email", "", "is blank, but it is what rows are matched by"),
            (4, "email", "", "is blank, but it is what rows are matched by"),
            (5, "email", "A@x.example", "stands in line 2 already"),
        ]
    assert counts(report)["unchanged"] == 1
    assert len(await records("customers")) == 1


async def test_a_match_makes_a_new_record_beside_a_deleted_one(into, records, db):
    from app.services.write import write
    from schema.change import Delete
    from schema.reference import Reference
    from schema.resources import CUSTOMER
    from tests.imports.conftest import CALL

    await into("customers", "name,email\nA,a@x.example\n")
    await write(db, Delete(CUSTOMER, Reference("customer", "email", "a@x.example")), CALL)
    report = await into("customers", "name,email\nA,a@x.example\n", match="email")
    assert counts(report)["created"] == 1
    assert len(await records("customers", deleted="include")) == 2


async def test_a_relations_name_finds_the_record_or_makes_it(into, records):
    await into("clients", "name,domain\nAcmé Corp,acme.example\n")
    text = "name,company\nA,ACME corp\nB,Beta\nC,beta\nD,\n"
    report = await into("customers", text)
    assert (counts(report)["created"], dict(report.made)) == (4, {"clients": 1})
    people = await records("customers", expand="client")
    assert [one["client"] and one["client"]["name"] for one in people] == ["Acmé Corp", "Beta", "Beta", None]


async def test_two_records_of_one_name_are_a_row_error(into):
    await into("clients", "name\nAcme\nacme\n")
    report = await into("customers", "name,company\nA,ACME\nB,Beta\n")
    assert faults(report) == [(2, "company", "ACME", "there is more than one client of this name")]
    assert counts(report)["created"] == 1


async def test_a_record_is_made_only_with_the_row_that_needs_it(into, records):
    await into("customers", "name,email\nA,a@x.example\n")
    report = await into("customers", "name,email,company\nB,a@x.example,Beta\nC,c@x.example,Gamma\n")
    assert report.failed == 1
    assert [one["name"] for one in await records("clients")] == ["Gamma"]


async def test_other_fields_of_a_relation(into, records):
    header = "name,client.name,client.domain,owner.email\n"
    await into("users", "name,email\nJane,jane@cube.example\n")
    text = "A,Acme,www.Acme.example,JANE@cube.example\nB,Other,acme.example,\n"
    text = f"{header}{text}C,X,not a domain,\n,Y,,nobody@x.example\n"
    report = await into("customers", text)
    assert counts(report)["created"] == 2
    assert faults(report) == [
        (4, "client.domain", "not a domain", "is not a web domain such as acme.example"),
        (5, "owner.email", "nobody@x.example", "there is no such user, and to make one owner.name is needed"),
    ]
    a, b = await records("customers", expand="client,owner")
    assert a["client"]["domain"] == "acme.example"
    assert (b["clientId"], a["owner"]["name"], b["owner"]) == (a["clientId"], "Jane", None)


async def test_references_and_ids_of_other_systems(into, records):
    await into("users", "externalIds.hr,name,email\n7,Jane,jane@cube.example\n8,Bob,bob@cube.example\n")
    report = await into("clients", "name,ownerId\nA,hr:7\nB,email:bob@cube.example\nC,hr:9\nD,7\n")
    assert [(fault.line, fault.column, fault.value) for fault in report.faults] == [
        (4, "ownerId", "hr:9"), (5, "ownerId", "7"),
    ]  # fmt: skip
    report = await into("clients", "name,Rep\nE,7\nF,\nG,9\n", mapping={"Rep": "ownerId:hr"})
    assert faults(report) == [(4, "Rep", "9", "is not a live user")]
    owners = [one["owner"] and one["owner"]["name"] for one in await records("clients", expand="owner")]
    assert owners == ["Jane", "Bob", "Jane", None]


async def test_a_row_can_point_at_an_earlier_row_of_its_file(into, records):
    report = await into("clients", "externalIds.erp,name,parentId\n1,A,\n2,B,erp:1\n3,C,erp:4\n4,D,erp:2\n")
    assert faults(report) == [(4, "parentId", "erp:4", "is not a live client")]
    a, b, d = await records("clients")
    assert (b["parentId"], d["parentId"]) == (a["id"], b["id"])


async def test_equal_values_within_a_file_are_refused(into, records):
    text = "externalIds.erp,name,domain\n1,A,a.example\n1,B,b.example\n2,C,www.A.example\n3,D,d.example\n"
    report = await into("clients", text)
    assert [(fault.line, fault.column) for fault in report.faults] == [(3, "externalIds.erp"), (4, "domain")]
    assert [one["name"] for one in await records("clients")] == ["A", "D"]


async def test_what_is_left_goes_to_metadata_on_request(into, records):
    await into("customers", "name,Loyalty No.,Note\nA,007,\n", rest_to_metadata=True)
    assert (await records("customers"))[0]["metadata"] == {"Loyalty No_": "007"}


async def test_stop_at_the_first_row_that_fails(into, records):
    text = "name,email\nA,a@x.example\n\nB,nope\nC,c@x.example\n"
    report = await into("customers", text, on_error="stop")
    assert counts(report) == {"created": 1, "updated": 0, "unchanged": 0, "failed": 1, "blank": 1, "total": 3}
    assert (report.stopped_at, len(await records("customers"))) == (4, 1)


async def test_more_rows_than_a_batch(into, records, db):
    text = "externalIds.erp,name,email\n" + "".join(f"{i},N {i},n{i}@x.example\n" for i in range(250))
    report = await into("customers", text + "249,again,\n0,again,\n")
    assert counts(report) == {"created": 250, "updated": 0, "unchanged": 0, "failed": 2, "blank": 0, "total": 252}
    assert [fault.line for fault in report.faults] == [252, 253]
    assert [one["name"] for one in await records("customers")] == [f"N {i}" for i in range(250)]
    assert await db.fetch_row("SELECT count(*), count(DISTINCT record) FROM changes") == (250, 250)
    assert await db.fetch_row("SELECT count(*) FROM external_ids") == (250,)


async def test_nothing_can_be_read(into, tmp_path):
    for options, text in (
        ({}, "a,b\n1,2\n"),
        ({"match": "email"}, "name\nA\n"),
        ({"match": "phone"}, "name,phone\nA,1\n"),
        ({"mapping": {"x": "name"}}, "name\nA\n"),
    ):
        with pytest.raises(Unreadable):
            await into("customers", text, **options)


async def test_users_and_their_roles(into, records):
    await into("users", "FirstName,LastName,Email,Role,Address\nAndrew,Adams,a@x.example,admin,11120 Jasper Ave\n")
    user = (await records("users"))[0]
    assert (user["name"], user["role"]) == ("Andrew Adams", "ADMIN")


async def test_chinook(into, records, shared_data):
    staff = {"EmployeeId": "externalIds.chinook"}
    people = {"CustomerId": "externalIds.chinook", "SupportRepId": "ownerId:chinook", "Company": "client.name"}
    report = await into("users", shared_data / "chinook/employee.csv", mapping=staff)
    assert counts(report)["created"] == counts(report)["total"] == 8
    assert "Address" in report.unmapped
    report = await into("customers", shared_data / "chinook/customer.csv", mapping=people)
    assert (counts(report)["created"], counts(report)["failed"], dict(report.made)) == (59, 0, {"clients": 10})
    assert report.unmapped == ["Fax"]
    found = await records("customers", q="goncalves", expand="client,owner")
    assert [(one["name"], one["client"]["name"], one["owner"]["name"]) for one in found] == [
        ("Luís Gonçalves", "Embraer - Empresa Brasileira de Aeronáutica S.A.", "Jane Peacock")
    ]
    assert len(await records("customers", ownerId="chinook:3")) == 21
    assert "0171" in {one["address"]["postalCode"] for one in await records("customers")}
    before = await records("customers")
    for match in ("email", "externalIds.chinook"):
        report = await into("customers", shared_data / "chinook/customer.csv", mapping=people, match=match)
        assert (counts(report)["unchanged"], counts(report)["total"]) == (59, 59)
    assert await records("customers") == before


async def test_northwind(into, records, shared_data):
    mapping = {"customerID": "externalIds.northwind"}
    path = shared_data / "northwind/customers.csv"
    report = await into("customers", path, mapping=mapping, null_word="NULL")
    assert (counts(report)["created"], report.failed, dict(report.made)) == (67, 24, {"clients": 67})
    assert {fault.reason for fault in report.faults} == {"has 12 cells, the header has 11"}
    truth = {one["customerID"]: one for one in json.loads((shared_data / "northwind/customers.json").read_text())}
    for one in await records("customers", expand="client"):
        true = truth[one["externalIds"]["northwind"]]
        assert (one["name"], one["title"], one["client"]["name"]) == (
            true["contactName"], true["contactTitle"], true["companyName"].strip(),
        )  # fmt: skip
        assert (one["address"]["city"], one["phone"] is None) == (true["address"]["city"], False)
    assert all(one["address"]["region"] != "NULL" for one in await records("customers"))
    anatr = await records("customers", **{"externalIds.northwind": "ANATR"})
    assert anatr[0]["address"] == {
        "line1": "Avda. de la Constitución 2222", "line2": None, "city": "México D.F.", "region": None,
        "postalCode": "05021", "country": "MX",
    }  # fmt: skip
