"""Search over all guides: their passages, which a browser fetches once, and the search of whoever has no scripts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property

import orjson

from app.portal.guides import Guide
from schema.values.text import fold

MOST_FOUND = 20
MOST_WORDS = 8
# How much a word counts by where it stands, and all of them as one: static/search.js has the same search.
IN_TITLE, IN_GUIDE, MOST_IN_TEXT, AS_PHRASE = 16, 8, 5, 4


@dataclass(frozen=True)
class Entry:
    """A passage of a guide, and where it is."""

    url: str
    guide: str
    title: str
    text: str

    @cached_property
    def words(self) -> tuple[str, str, str]:
        """Its title, its guide and its text as they are compared."""
        return fold(self.title), fold(self.guide), fold(self.text)


EXPLORERS = (
    Entry(
        "/docs/explorer",
        "Explorers",
        "REST explorer",
        "Every operation of the REST API as a form: fill it in, send it, read the answer, copy the curl command.",
    ),
    Entry(
        "/graphql",
        "Explorers",
        "GraphiQL",
        "GraphQL in the browser: the schema, the examples of the guides, and the same request by REST.",
    ),
)


def entries(guides: Iterable[Guide]) -> tuple[Entry, ...]:
    """Every passage, in the order of the navigation, and the pages that are no guides."""
    passages = (
        Entry(f"/docs/{guide.name}#{one.anchor}", guide.title, one.title, one.text)
        for guide in guides
        for one in guide.passages
    )
    return (*passages, *EXPLORERS)


def index_json(index: Iterable[Entry]) -> bytes:
    """The index as the script of the search reads it."""
    return orjson.dumps([asdict(entry) for entry in index])


def found(index: Iterable[Entry], asked: str) -> list[Entry]:
    """The passages that have each of the words, in whatever case and accents; those come first that are about them."""
    words = fold(asked).split()[:MOST_WORDS]
    if not words:
        return []
    weighed = [(_weight(entry, words), entry) for entry in index]
    weighed.sort(key=lambda pair: -pair[0])
    return [entry for weight, entry in weighed if weight][:MOST_FOUND]


def _weight(entry: Entry, words: list[str]) -> int:
    title, guide, text = entry.words
    *weights, phrase = (
        IN_TITLE * (word in title) + IN_GUIDE * (word in guide) + min(text.count(word), MOST_IN_TEXT)
        for word in (*words, " ".join(words))
    )
    return sum(weights) + AS_PHRASE * phrase if all(weights) else 0
