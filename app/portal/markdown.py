"""The Markdown of a guide as sections: prose in HTML, and beside it the examples that belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import groupby, takewhile

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from app.portal.examples import Block, Example, grouped

LEFT_OUT = re.compile(r'"…": "…"|(?<=[\s\[,])"…"(?=\s*\])')
SEARCHED = frozenset({"shell", "graphql"})


@dataclass(frozen=True, slots=True)
class Part:
    """Some prose, and the examples that stand beside it; `anchor` is that of the heading above it, if it has one."""

    anchor: str
    prose: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under a heading of the second level; of the first section, under the guide's title."""

    anchor: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """What stands under a heading of any level, as text: what search finds."""

    anchor: str
    title: str
    text: str


def parsed(source: str) -> list[Token]:
    """The tokens of a guide, each heading with an anchor made of its words, each list of fields with its class."""
    tokens = _markdown().parse(source)
    for index, opening in enumerate(tokens):
        if opening.type == "heading_open":
            opening.meta["anchor"] = re.sub(r"[^a-z0-9_]+", "-", _words(tokens[index + 1]).lower()).strip("-")
        elif opening.type == "bullet_list_open" and _tells_fields(tokens[index + 3]):
            opening.attrSet("class", "fields")
    return tokens


def sections(tokens: Sequence[Token]) -> tuple[Section, ...]:
    """A guide by its headings of the second level."""
    return tuple(
        Section(
            _anchor(section[0]),
            _words(section[1]),
            tuple(part for under in _split(section, ("h1", "h2", "h3")) for part in _parts(under)),
        )
        for section in _split(tokens, ("h1", "h2"))
    )


def passages(tokens: Sequence[Token]) -> tuple[Passage, ...]:
    """A guide by all its headings. Of the languages, one that speaks of REST and GraphQL are enough to be found by."""
    return tuple(
        Passage(
            _anchor(part[0]),
            _words(part[1]),
            " ".join(_text(token) for token in part[2:] if token.type == "inline" or token.info in SEARCHED),
        )
        for part in _split(tokens, ("h1", "h2", "h3"))
    )


@cache
def code_html(block: Block) -> str:
    """A block with its words in colours."""
    lexer = get_lexer_by_name(block.language, stripnl=False)
    # What is left out of an answer stands as text in the source, which so is sound JSON.
    text = LEFT_OUT.sub("…", block.text) if block.language == "json" else block.text
    return highlight(text.rstrip("\n"), lexer, HtmlFormatter(nowrap=True)).rstrip("\n")


def _split(tokens: Sequence[Token], levels: tuple[str, ...]) -> Iterator[Sequence[Token]]:
    starts = [i for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag in levels]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        yield tokens[start:end]


def _parts(tokens: Sequence[Token]) -> Iterator[Part]:
    """Each run of prose with the code blocks that follow it; beside a bare heading's, what comes after them, too."""
    prose: list[Token] = []
    examples: list[Example] = []
    for is_code, run in groupby(tokens, lambda token: token.type == "fence"):
        if is_code:
            blocks = [Block(token.info.strip(), token.content, (token.map or [0])[0] + 1) for token in run]
            examples += grouped(blocks)
        elif examples and prose[-1].type != "heading_close":
            yield _part(prose, examples)
            prose, examples = list(run), []
        else:
            prose += run
    yield _part(prose, examples)


def _part(prose: Sequence[Token], examples: Sequence[Example]) -> Part:
    anchor = _anchor(prose[0]) if prose[0].type == "heading_open" else ""
    return Part(anchor, _markdown().renderer.render(prose, _markdown().options, {}), tuple(examples))


def _anchor(heading: Token) -> str:
    return str(heading.meta["anchor"])


def _tells_fields(inline: Token) -> bool:
    """Whether an item begins with the name of a field and, in italics, its type."""
    return [child.type for child in inline.children or ()][:3] == ["code_inline", "text", "em_open"]


def _words(inline: Token) -> str:
    return inline.content.replace("`", "")


def _text(token: Token) -> str:
    if token.type == "fence":
        return token.content
    return "".join(" " if child.type == "softbreak" else child.content for child in token.children or ())


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("heading_close", _heading_closes)
    markdown.add_render_rule("table_open", _table_opens)
    markdown.add_render_rule("table_close", _table_closes)
    return markdown


def _heading_closes(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Beside its words a heading has a link to itself."""
    tag, anchor = tokens[index].tag, _anchor(tokens[index - 2])
    if tag == "h1":
        return "</h1>\n"
    label = escape(f"Link to {_words(tokens[index - 1])}")
    return f' <a class="anchor" href="#{anchor}" aria-label="{label}"></a></{tag}>\n'


def _table_opens(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A table that is too wide scrolls as a code block does, and says by its headings what it is."""
    row = takewhile(lambda token: token.type != "tr_close", tokens[index:])
    words = ", ".join(_words(token) for token in row if token.type == "inline" and token.content)
    return f'<div class="scrolls" tabindex="0" role="group" aria-label="Table: {escape(words)}">\n<table>\n'


def _table_closes(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return "</table>\n</div>\n"
