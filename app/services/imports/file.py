"""The lines of a text file, in the encoding that its bytes show."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

# The longer marks first: UTF-32 LE begins with the mark of UTF-16 LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20


class Unreadable(ValueError):
    """A file or a mapping from which no row can be read; the text says why and what would be right."""


class Lines:
    """Lines with their numbers, of which some can be given back and read again."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._given_back: list[str] = []
        self.number = 0

    def take(self, taken: list[str]) -> Iterator[str]:
        """The lines from here on, each noted in `taken`."""
        while line := self._given_back.pop() if self._given_back else self._text.readline():
            self.number += 1
            taken.append(line)
            yield line

    def give_back(self, lines: list[str]) -> None:
        self.number -= len(lines)
        self._given_back.extend(reversed(lines))

    def close(self) -> None:
        self._text.close()


def open_lines(path: Path) -> tuple[Lines, str]:
    """The file's lines and the name of its encoding: that of its mark, else UTF-8, else Windows-1252."""
    try:
        encoding = _encoding(path)
        return Lines(path.open(encoding=encoding, newline="")), encoding.removesuffix("-sig")
    except OSError as error:
        raise Unreadable(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise Unreadable(f"{path}: the file is empty")
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        position = _first_fault(path, encoding)
        if position is None:
            return encoding
    raise Unreadable(f"{path}: the bytes at {position} are no text in {(marked or 'utf-8 or cp1252').upper()}")


def _first_fault(path: Path, encoding: str) -> int | None:
    """Where the file is not text in this encoding, or None; text holds no NUL."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                if "\0" in decoder.decode(chunk, final=not chunk):
                    return position
            except UnicodeDecodeError as error:
                return position + error.start
            if not chunk:
                return None
            position += len(chunk)
