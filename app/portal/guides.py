"""The guides: which there are, and each as HTML made of its Markdown and of what the declarations say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise, takewhile
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from app.portal.reference import PLACEHOLDERS

DIRECTORY = Path(__file__).parent / "guides"
FIRST = "overview"
# The navigation: its headings, and under each the guides by file name and title.
NAVIGATION: dict[str, dict[str, str]] = {
    "Start": {"overview": "Overview", "authentication": "Authentication", "errors": "Errors"},
    "Use": {"filtering": "Filtering and paging", "writing": "Writing", "graphql": "GraphQL"},
    "Reference": {"users": "Users", "customers": "Customers", "clients": "Clients"},
    "Run": {"import": "Import", "operations": "Operations", "performance": "Performance"},
}
TITLES: dict[str, str] = {name: title for titles in NAVIGATION.values() for name, title in titles.items()}
# What stands above a code block, where Pygments has another name for its language.
LANGUAGES = {"Bash": "Shell", "Text only": "Text"}
PLACEHOLDER = re.compile(r"\{\{ ([a-z_]+)(?: ([A-Za-z]+))? \}\}")


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide, ready for the page: `sections` are the anchors and texts of its second-level headings."""

    name: str
    title: str
    html: str
    sections: tuple[tuple[str, str], ...]


def guide(name: str, base_url: str) -> Guide:
    """A guide by its name, its placeholders filled."""
    source = (DIRECTORY / f"{name}.md").read_text(encoding="utf-8")
    markdown = _markdown()
    tokens = markdown.parse(_filled(source, base_url))
    sections = _anchored(tokens)
    return Guide(name, TITLES[name], markdown.renderer.render(tokens, markdown.options, {}), sections)


def _filled(source: str, base_url: str) -> str:
    """`{{ base_url }}` becomes the address; `{{ fields customer }}` what the declarations say."""

    def fill(match: re.Match[str]) -> str:
        name, argument = match.groups()
        if name == "base_url":
            return base_url
        return PLACEHOLDERS[name](argument or "")

    return PLACEHOLDER.sub(fill, source)


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("fence", _code_block)
    markdown.add_render_rule("table_open", _table_opens)
    markdown.add_render_rule("table_close", _table_closes)
    return markdown


def _code_block(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    lexer = get_lexer_by_name(token.info.strip() or "text", stripnl=False)
    code = highlight(token.content, lexer, HtmlFormatter(nowrap=True))
    # A block that is too wide scrolls; with a tab index, by the keyboard too.
    return (
        f'<pre data-language="{escape(LANGUAGES.get(lexer.name, lexer.name))}" tabindex="0"><code>{code}</code></pre>\n'
    )


def _table_opens(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A table that is too wide scrolls as a code block does, and says by its headings what it is."""
    row = takewhile(lambda token: token.type != "tr_close", tokens[index:])
    words = ", ".join(token.content.replace("`", "") for token in row if token.type == "inline" and token.content)
    return f'<div class="scrolls" tabindex="0" role="group" aria-label="Table: {escape(words)}">\n<table>\n'


def _table_closes(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return "</table>\n</div>\n"


def _anchored(tokens: Sequence[Token]) -> tuple[tuple[str, str], ...]:
    """Gives each heading an id made of its words; returns those of the second level."""
    sections = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            words = inline.content.replace("`", "")
            anchor = re.sub(r"[^a-z0-9_]+", "-", words.lower()).strip("-")
            opening.attrSet("id", anchor)
            if opening.tag == "h2":
                sections.append((anchor, words))
    return tuple(sections)
