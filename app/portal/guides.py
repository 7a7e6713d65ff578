"""The guides: which there are, and each made of its Markdown and of what the declarations say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.portal.examples import LANGUAGES, Example
from app.portal.markdown import Passage, Section, parsed, passages, sections
from app.portal.reference import PLACEHOLDERS

DIRECTORY = Path(__file__).parent / "guides"
FIRST = "overview"
# The navigation: its headings, and under each the guides by file name and title.
NAVIGATION: dict[str, dict[str, str]] = {
    "Start": {
        "overview": "Overview",
        "quickstart": "Quick start",
        "authentication": "Authentication",
        "errors": "Errors",
    },
    "Use": {
        "filtering": "Filtering and paging",
        "writing": "Writing",
        "graphql": "GraphQL",
        "bindings": "Bindings",
    },
    "Reference": {"users": "Users", "customers": "Customers", "clients": "Clients"},
    "Run": {
        "import": "Import",
        "operations": "Operations",
        "performance": "Performance",
        "reliability": "Reliability",
        "security": "Security",
    },
}
TITLES: dict[str, str] = {name: title for titles in NAVIGATION.values() for name, title in titles.items()}
PLACEHOLDER = re.compile(r"\{\{ ([a-z_]+)(?: ([A-Za-z]+))? \}\}")


@dataclass(frozen=True)
class Guide:
    """One guide: its sections, the first of which is what stands under its title, and its text in passages."""

    name: str
    title: str
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        return tuple(one for section in self.sections for part in section.parts for one in part.examples)

    @cached_property
    def languages(self) -> dict[str, str]:
        """The languages that its tabs offer: all when it has examples in more than one, else none."""
        return LANGUAGES if len({name for one in self.examples for name in one.asked}) > 1 else {}


def guide(name: str, base_url: str) -> Guide:
    """A guide by its name, its placeholders filled."""
    tokens = parsed(_filled(source(name), base_url))
    return Guide(name, TITLES[name], sections(tokens), passages(tokens))


def source(name: str) -> str:
    """The Markdown of a guide as it was written."""
    return (DIRECTORY / f"{name}.md").read_text(encoding="utf-8")


def _filled(text: str, base_url: str) -> str:
    """`{{ base_url }}` becomes the address; `{{ fields customer }}` what the declarations say."""

    def fill(match: re.Match[str]) -> str:
        name, argument = match.groups()
        if name == "base_url":
            return base_url
        return PLACEHOLDERS[name](argument or "")

    return PLACEHOLDER.sub(fill, text)
