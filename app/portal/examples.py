"""The examples of a guide: groups of code blocks that stand together, one block for a language, with their answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.portal.curl import Request, request_of

# The languages of the tabs; the first stands in for one that a group lacks.
LANGUAGES = {"shell": "Shell", "python": "Python", "javascript": "JavaScript", "graphql": "GraphQL"}
GRAPHQL = "graphql"
OTHERS = {"json": "JSON", "http": "HTTP", "text": "Text"}


@dataclass(frozen=True, slots=True)
class Block:
    """A code block of a guide; `line` is where its text begins in the source."""

    language: str
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A block with the choices of the tabs under which it is shown, and those of them whose own block is missing."""

    block: Block
    languages: tuple[str, ...]
    instead_of: tuple[str, ...] = ()
    is_answer: bool = False


@dataclass(frozen=True)
class Example:
    """A group of blocks. An answer belongs to the blocks between it and the answer before it; GraphQL has its own."""

    blocks: tuple[Block, ...]

    @cached_property
    def asked(self) -> dict[str, Block]:
        """The block of each language that the group has."""
        return {block.language: block for block in self.blocks if block.language in LANGUAGES}

    @cached_property
    def answers(self) -> dict[str, Block]:
        """The answer that is shown for a language, for those that have one."""
        found: dict[str, Block] = {}
        waiting: list[str] = []
        for block in self.blocks:
            if block.language in LANGUAGES:
                waiting.append(block.language)
            else:
                found |= dict.fromkeys([GRAPHQL] if GRAPHQL in waiting else waiting, block)
                waiting = []
        return found

    @property
    def request(self) -> Request | None:
        """What its block in Shell asks of REST; None where that is no request, or are several."""
        return request_of(self.asked["shell"].text) if "shell" in self.asked else None

    @property
    def document(self) -> str | None:
        """Its GraphQL document."""
        return self.asked[GRAPHQL].text if GRAPHQL in self.asked else None

    def nearest(self, language: str) -> str | None:
        """The language whose block a reader of this language sees: that one, or Shell, or what there is."""
        return language if language in self.asked else next((one for one in LANGUAGES if one in self.asked), None)

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """Its blocks in their order."""
        return tuple(self._shown(block) for block in self.blocks)

    def _shown(self, block: Block) -> Shown:
        if block.language in LANGUAGES:
            languages = tuple(one for one in LANGUAGES if self.nearest(one) == block.language)
            return Shown(block, languages, tuple(one for one in languages if one != block.language))
        languages = tuple(one for one in LANGUAGES if self.answers.get(self.nearest(one) or "") is block)
        return Shown(block, languages or tuple(LANGUAGES), is_answer=bool(languages))


def grouped(blocks: Sequence[Block]) -> tuple[Example, ...]:
    """Blocks that stand together, as examples: where a language comes a second time another example begins."""
    groups: list[list[Block]] = []
    for block in blocks:
        if not groups or (block.language in LANGUAGES and _has(groups[-1], block.language)):
            groups.append([])
        groups[-1].append(block)
    return tuple(Example(tuple(group)) for group in groups)


def _has(blocks: Iterable[Block], language: str) -> bool:
    return any(block.language == language for block in blocks)
