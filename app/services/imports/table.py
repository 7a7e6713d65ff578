"""A CSV file as a table: its delimiter, its header, and its rows with the lines on which they begin."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.services.imports.file import Lines, Unreadable, open_lines

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_NAMES = {sign: name for name, sign in DELIMITERS.items()}
_HINT = re.compile(r'"?sep=(?P<sign>[^\r\n"])"?[,;\t| ]*[\r\n]*', re.IGNORECASE)
_INVISIBLE = " \t\r\n\ufeff\u200b\u00a0"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of cells, as many as the header has; no cells at all is a blank row."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be told apart into the header's columns, and why."""

    line: int
    text: str
    reason: str


class Table:
    """An open CSV file; `known` tells whether a name in the header means something, which settles doubts."""

    def __init__(self, path: Path, known: Callable[[str], bool], delimiter: str | None = None) -> None:
        self._lines, self.encoding = open_lines(path)
        try:
            hint = _hint(self._lines)
            self.delimiter = delimiter or hint or _sniffed(self._lines, known)
            self.header = self._read_header(path)
        except BaseException:
            self._lines.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._lines.close()

    def rows(self) -> Iterator[Row | BrokenRow]:
        """What follows the header; a row with a cell too many or too few is broken, never shifted."""
        width = len(self.header)
        for line, cells, text, reason in _records(self._lines, self.delimiter):
            if reason:
                yield BrokenRow(line, text, reason)
            elif not any(cell.strip(_INVISIBLE) for cell in cells):
                yield Row(line, ())
            elif len(cells) != width:
                yield BrokenRow(line, text, f"has {_cells(len(cells))}, the header has {width}")
            else:
                yield Row(line, tuple(cells))

    def _read_header(self, path: Path) -> tuple[str, ...]:
        for line, cells, _, reason in _records(self._lines, self.delimiter):
            if reason:
                raise Unreadable(f"{path}: the header, line {line}, {reason}")
            names = tuple(cell.strip(_INVISIBLE) for cell in cells)
            if any(names):
                return names
        raise Unreadable(f"{path}: there is no header, all lines are blank")


def delimiter_of(text: str) -> str:
    """The delimiter that a person names: the sign itself, `comma`, `semicolon`, `tab`, `pipe` or `\\t`."""
    sign = DELIMITERS.get(text.strip().lower(), "\t" if text == "\\t" else text)
    if len(sign) != 1 or sign.isalnum() or sign in '"\r\n':
        raise Unreadable(f"the delimiter must be one sign, or one of {', '.join(DELIMITERS)}; not {text[:20]!r}")
    return sign


def _records(lines: Lines, delimiter: str) -> Iterator[tuple[int, list[str], str, str]]:
    """Line, cells, text and what is wrong. After a broken row reading goes on with its second line."""
    while True:
        line, taken = lines.number + 1, list[str]()
        try:
            cells = next(csv.reader(lines.take(taken), delimiter=delimiter, strict=True), None)
        except csv.Error as error:
            # A quote that nobody closed must not swallow the rows after it.
            lines.give_back(taken[1:])
            yield line, [], taken[0].rstrip("\r\n"), _reason(str(error))
            continue
        if cells is None:
            return
        yield line, cells, "".join(taken).rstrip("\r\n"), ""


def _reason(error: str) -> str:
    if "expected after" in error:
        return "has text after the closing quote of a cell; a quote inside a quoted cell is written twice"
    if "field limit" in error:
        return f"has a cell of more than {csv.field_size_limit()} characters, or a quote that is not closed"
    if "end of data" in error:
        return "has a quote that is not closed"
    return "cannot be told apart into cells"


def _hint(lines: Lines) -> str | None:
    """The sign in a first line `sep=;`, which is taken; any other first line stays."""
    taken: list[str] = []
    first = next(lines.take(taken), "")
    found = _HINT.fullmatch(first.strip("\ufeff"))
    if found is None:
        lines.give_back(taken)
        return None
    return found["sign"]


def _sniffed(lines: Lines, known: Callable[[str], bool]) -> str:
    """The one delimiter that parts the header; where several do, the one that parts it into most known names."""
    seen = {sign: _header_under(lines, sign) for sign in _NAMES}
    parted = [sign for sign, names in seen.items() if len(names) > 1]
    if len(parted) == 1:
        return parted[0]
    if not parted:
        names = seen[","]
        if not names or known(names[0]):
            return ","
        raise Unreadable(
            f"no comma, semicolon, tab or pipe parts the header {_shown(names[0])}: name the delimiter"
            " (--delimiter), or the field that the one column holds (--map)"
        )
    count = {sign: sum(known(name) for name in seen[sign]) for sign in parted}
    best = max(parted, key=lambda sign: count[sign])
    if sum(count[sign] == count[best] for sign in parted) > 1:
        found = " and ".join(f"{_NAMES[sign]} ({_cells(len(seen[sign]))})" for sign in parted)
        raise Unreadable(f"the header can be parted by {found}: name the delimiter (--delimiter)")
    return best


def _header_under(lines: Lines, sign: str) -> list[str]:
    """The names of the first line that is not blank, if this sign parts them; nothing is taken."""
    taken: list[str] = []
    source = lines.take(taken)
    try:
        for cells in csv.reader(source, delimiter=sign, strict=True):
            names = [cell.strip(_INVISIBLE) for cell in cells]
            if any(names):
                return names
    except csv.Error:
        return []
    finally:
        lines.give_back(taken)
    return []


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")
