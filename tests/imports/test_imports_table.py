"""Tests for the reader of tables: encodings, delimiters, headers, rows that are broken."""

from pathlib import Path

import pytest

from app.services.imports.file import Unreadable
from app.services.imports.table import BrokenRow, Row, Table, delimiter_of


def read(tmp_path: Path, content: str | bytes, delimiter: str | None = None) -> tuple[Table, list[Row | BrokenRow]]:
    path = tmp_path / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with Table(path, lambda name: name.lower() in ("name", "email", "city"), delimiter) as table:
        return table, list(table.rows())


def cells(rows: list[Row | BrokenRow]) -> list[tuple[str, ...]]:
    return [row.cells for row in rows if isinstance(row, Row)]


def test_a_plain_file(tmp_path):
    table, rows = read(tmp_path, "name,email\nJane,jane@x.example\nBob,bob@x.example")
    assert table.header == ("name", "email")
    assert rows == [Row(2, ("Jane", "jane@x.example")), Row(3, ("Bob", "bob@x.example"))]


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le-marked", "utf-16-be-marked", "utf-32", "utf-8", "cp1252"]
)
def test_fc_055_the_mark_of_the_encoding_is_no_part_of_the_first_column(tmp_path, encoding):
    text = '"email",name\r\nköhler@x.example,Leonie Köhler\r\n'
    name = encoding.removesuffix("-marked")
    raw = text.encode(name)
    if encoding.endswith("-marked"):
        raw = "\ufeff".encode(name) + raw
    table, rows = read(tmp_path, raw)
    assert table.header == ("email", "name")
    assert cells(rows) == [("köhler@x.example", "Leonie Köhler")]


def test_bytes_that_are_no_text_are_refused(tmp_path):
    with pytest.raises(Unreadable, match="no text in UTF-8 OR CP1252"):
        read(tmp_path, b"name\n\x81\x8d")
    with pytest.raises(Unreadable, match="no text"):
        read(tmp_path, "name,email\na,b".encode("utf-16-le"))
    with pytest.raises(Unreadable, match="empty"):
        read(tmp_path, b"")
    with pytest.raises(Unreadable, match="no header"):
        read(tmp_path, b"\n\n  ,\n")
    with pytest.raises(Unreadable, match="no such file"):
        Table(tmp_path / "none.csv", lambda name: True)


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("name;email\nJane;j@x.example", ";"),
        ("name\temail\nJane\tj@x.example", "\t"),
        ("name|email\nJane|j@x.example", "|"),
        ("sep=;\r\nname;email\r\nJane;j@x.example", ";"),
        ('"sep=|"\nname|email\nJane|j@x.example', "|"),
        ("\ufeffsep=;\nname;email\nJane;j@x.example", ";"),
        ("name;email;city, or town\nJane;j@x.example;Bergen, Norway", ";"),
        ("name,email,city; or town\nJane,j@x.example,Bergen", ","),
    ],
)
def test_fc_056_the_header_shows_the_delimiter(tmp_path, content, delimiter):
    table, rows = read(tmp_path, content)
    assert table.delimiter == delimiter
    assert cells(rows)[0][:2] == ("Jane", "j@x.example")


def test_fc_056_a_comma_in_a_cell_of_a_semicolon_file(tmp_path):
    _, rows = read(tmp_path, "name;city\nJane;Oslo, Norway")
    assert cells(rows) == [("Jane", "Oslo, Norway")]


def test_fc_056_doubt_is_an_error_that_names_what_was_seen(tmp_path):
    with pytest.raises(Unreadable, match=r"comma \(2 cells\) and semicolon \(2 cells\)"):
        read(tmp_path, "foo,bar;baz\n1,2;3")
    with pytest.raises(Unreadable, match=r"no comma, semicolon, tab or pipe parts the header 'name\^email'"):
        read(tmp_path, "name^email\nJane^j@x.example")


def test_one_column_is_no_doubt_when_its_name_is_known(tmp_path):
    _, rows = read(tmp_path, "email\nj@x.example\n")
    assert cells(rows) == [("j@x.example",)]


def test_the_delimiter_as_a_person_names_it():
    assert [delimiter_of(text) for text in ("comma", "Tab", "\\t", ";", "^")] == [",", "\t", "\t", ";", "^"]
    with pytest.raises(Unreadable, match="must be one sign"):
        delimiter_of("+|")


def test_a_row_with_a_cell_too_many_or_too_few_is_broken_not_shifted(tmp_path):
    _, rows = read(tmp_path, "name,email,city\nA,a@x.example,24, place Kléber\nB\nC,c@x.example,Rome\n")
    assert rows[0] == BrokenRow(2, "A,a@x.example,24, place Kléber", "has 4 cells, the header has 3")
    assert rows[1] == BrokenRow(3, "B", "has 1 cell, the header has 3")
    assert rows[2] == Row(4, ("C", "c@x.example", "Rome"))


def test_a_cell_of_several_lines_and_the_lines_of_the_rows_after_it(tmp_path):
    _, rows = read(tmp_path, 'name,city\r\n"Jane\r\nDoe","a ""b"" c"\r\nBob,Rome\r\n')
    assert rows == [Row(2, ("Jane\r\nDoe", 'a "b" c')), Row(4, ("Bob", "Rome"))]


def test_lines_that_end_in_carriage_returns_alone(tmp_path):
    _, rows = read(tmp_path, "name,city\rJane,Rome\rBob,Oslo")
    assert cells(rows) == [("Jane", "Rome"), ("Bob", "Oslo")]


def test_a_quote_that_is_not_closed_swallows_no_other_row(tmp_path):
    _, rows = read(tmp_path, 'name,city\n"Jane,Rome\nBob,Oslo\n"Eve" x,Bonn\nAnn,Kyiv\n')
    assert [row.line for row in rows if isinstance(row, BrokenRow)] == [2, 4]
    assert cells(rows) == [("Bob", "Oslo"), ("Ann", "Kyiv")]


def test_blank_rows_have_no_cells(tmp_path):
    _, rows = read(tmp_path, "\nname,city\n\n , \nJane,Rome\n,,,\n")
    assert rows == [Row(3, ()), Row(4, ()), Row(5, ("Jane", "Rome")), Row(6, ())]


def test_fc_058_cells_are_text(tmp_path):
    _, rows = read(tmp_path, 'name,city\n00501,"1E5"\n02138, 7 \n')
    assert cells(rows) == [("00501", "1E5"), ("02138", " 7 ")]
