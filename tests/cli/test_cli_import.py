"""Tests for `cube import`: its report and its exit codes."""

import pytest


@pytest.fixture
def prepared(cube):
    assert cube("init").returncode == 0
    return cube


def test_all_rows_are_in(prepared, tmp_path):
    (tmp_path / "people.csv").write_text("Nr;First Name;Firma;Fax\n7;Ola;Fjord;1\n8;Åse;;\n", encoding="utf-8")
    done = prepared(
        "import", "people.csv", "--resource", "customers", "--map", "Nr=externalIds.erp", "--map", "Firma=client.name"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "people.csv to customers: UTF-8, parted by semicolon",
        "column\tgoes to",
        "Nr\texternalIds.erp",
        "First Name\tgivenName",
        "Firma\tclient.name",
        "Fax\tnowhere",
        "Not imported: Fax.",
        "2 created, 0 updated, 0 unchanged, 0 failed, 0 skipped, 2 total",
        "Made on the way: 1 client",
    ]


def test_some_rows_failed(prepared, tmp_path):
    (tmp_path / "people.csv").write_text("name,email\nA,nope\nB,b@x.example\nC\n\n")
    done = prepared("import", "people.csv", "--resource", "customers")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-4:] == [
        "line\tcolumn\tvalue\treason",
        "2\temail\tnope\tis not a valid address",
        "4\t\tC\thas 1 cell, the header has 2",
        "1 created, 0 updated, 0 unchanged, 2 failed, 1 skipped, 4 total",
    ]
    stopped = prepared("import", "people.csv", "--resource", "customers", "--on-error", "stop")
    assert (stopped.returncode, stopped.stderr) == (1, "Stopped at line 2\n")


def test_nothing_was_read(prepared, tmp_path):
    files = {
        "empty.csv": b"",
        "header.csv": b"name,email\n",
        "odd.csv": b"foo^bar\n1^2\n",
        "bytes.csv": b"name\n\x81\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for name in (*files, "none.csv", "."):
        refused = prepared("import", name, "--resource", "customers")
        assert refused.returncode == 2, (name, refused)
        assert refused.stderr.count("\n") == 1
    for args in (("--map", "x=name"), ("--delimiter", "ab"), ("--match", "email"), ("--resource", "keys")):
        assert prepared("import", "header.csv", "--resource", "customers", *args).returncode == 2


def test_a_map_that_is_none(prepared, tmp_path):
    (tmp_path / "people.csv").write_text("name\nA\n")
    for text in ("name", "=name", "name="):
        refused = prepared("import", "people.csv", "--resource", "customers", "--map", text)
        assert refused.returncode == 2
        assert "must be COLUMN=field" in refused.stderr
