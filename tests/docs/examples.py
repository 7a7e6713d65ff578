"""The examples of a Markdown page: its code blocks in order, with what each says of its own answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

from markdown_it import MarkdownIt

_ANSWERS = re.compile(r"^(?:#|//) Answers (\d{3})$", re.MULTILINE)
# A reader's own terminal runs these; here the server of the test is in their place.
_SERVES_OR_TESTS = re.compile(r"^(?:[A-Z_]+=\S+ )?\./scripts/(?:run|test)$")
_GAP = 3


@dataclass(frozen=True, slots=True)
class Example:
    """A code block. `line` is where it stands; `shown` is the block that follows it as its output."""

    page: str
    line: int
    language: str
    text: str
    shown: tuple[str, str] | None = None

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def answers(self) -> int | None:
        """The one status that the example says; None where all is to go well."""
        found = _ANSWERS.search(self.text)
        return int(found[1]) if found else None

    @property
    def is_served(self) -> bool:
        """Whether it is what starts a server, or the tests."""
        return bool(_SERVES_OR_TESTS.fullmatch(self.text.strip()))


def examples(page: str, text: str) -> list[Example]:
    """Every code block of a page. JSON or text right after another block, or after one line more, is its output."""
    blocks = [token for token in MarkdownIt("commonmark").parse(text) if token.type == "fence"]
    found = []
    for block, following in zip_longest(blocks, blocks[1:]):
        first, end = block.map or (0, 0)
        shown = None
        if following and following.info in ("json", "text") and (following.map or [0])[0] - end <= _GAP:
            shown = (following.info, following.content)
        found.append(Example(page, first + 1, block.info.strip(), block.content, shown))
    return found


def wrong(example: Example, statuses: list[int]) -> str:
    """What is wrong with the statuses of the answers that an example got; empty when nothing is."""
    if example.answers is not None:
        return "" if statuses == [example.answers] else f"{example.place}: says {example.answers}, got {statuses}"
    return "" if all(200 <= one < 300 for one in statuses) else f"{example.place}: got {statuses}"
