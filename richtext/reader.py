"""The exact reading of Markdown: CommonMark with tables and strike-through, as a tree of blocks.

Both the structure of a runbook and the check that its rendered text lost nothing rest on this
reading, because a list item that is dropped or merged is a step that nobody takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore, block, inline, normalize, text_join
from markdown_it.token import Token

from richtext.sanitise import tame

MAX_CHARACTERS = 100_000
MAX_BLOCK_CHARACTERS = 20_000
MAX_BLOCK_LINES = 2_000
MAX_BRACKETS = 200
MAX_MARKS = 10_000
MAX_BLOCKS = 6_000
# Python-Markdown's effort grows with the square of the brackets in a paragraph: 500,000 of these
# squares take about a second.
MAX_BRACKET_SQUARES = 400_000
MAX_NESTING = 20

# Two noncharacters delimit our own marks (see `richtext.marks`); control characters mean
# something to Python-Markdown and nothing to a reader. None of them may come from an author.
_RESERVED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0\ufdd1]")
_LINE_END = re.compile("\r\n?")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)*\n")
_CONTAINERS = frozenset({"list_item", "blockquote"})


class TextTooHard(ValueError):
    """The text would cost too much to read. `str()` is a sentence for the author; `line` counts
    from 1."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass
class Block:
    """One block of a document, with what it contains. `inline` is set for text, `children` for
    containers; `first` and `last` are its source lines, counted from 1, both included."""

    kind: str
    token: Token
    close: Token | None = None
    inline: Token | None = None
    children: list[Block] = field(default_factory=list)

    @property
    def first(self) -> int:
        return self.token.map[0] + 1 if self.token.map else 1

    @property
    def last(self) -> int:
        return max(self.token.map[1], self.token.map[0] + 1) if self.token.map else 1

    def tokens(self) -> Iterator[Token]:
        """The block as the flat tokens of the reader."""
        yield self.token
        if self.inline is not None:
            yield self.inline
        for child in self.children:
            yield from child.tokens()
        if self.close is not None:
            yield self.close

    def walk(self) -> Iterator[Block]:
        """The block and everything inside it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class Document:
    """A text that was read. `environment` carries the reference definitions of the whole text."""

    blocks: list[Block]
    environment: dict[str, object]


def _reader() -> MarkdownIt:
    # The preset's own `maxNesting` of 20 skips what is deeper without a word; ours must be deep
    # enough that `_check_nesting` refuses the text before the reader would lose any of it.
    reader = MarkdownIt("commonmark", {"maxNesting": 100})
    return reader.enable(["table", "strikethrough"])


READER = _reader()


def plain_lines(text: str) -> str:
    """`text` with line feeds for line ends and without characters that authors may not use.
    Lines keep their numbers, characters on a line their columns."""
    return _RESERVED.sub("\ufffd", _LINE_END.sub("\n", text))


def read(text: str) -> Document:
    """Read Markdown. Raises `TextTooHard` when the text is over one of the limits above."""
    state = _read_blocks(text)
    inline(state)
    text_join(state)
    return Document(_tree(state.tokens), dict(state.env))


def read_blocks(text: str) -> Document:
    """Read only the blocks, as `read` does: what their text contains is left to `reread`."""
    state = _read_blocks(text)
    return Document(_tree(state.tokens), dict(state.env))


def _read_blocks(text: str) -> StateCore:
    text = plain_lines(text)
    _check_size(text)
    state = StateCore(text, READER, {})
    normalize(state)
    block(state)
    _check_blocks(state.tokens)
    _check_inline(state.tokens)
    return state


def reread(token: Token, content: str, environment: dict[str, object]) -> Token:
    """A copy of an inline token with other text."""
    children: list[Token] = []
    READER.inline.parse(content, READER, environment, children)
    return token.copy(content=content, children=children)


def plain_text(token: Token | None) -> str:
    """What an inline token says, without markup; line breaks become spaces."""
    parts = []
    for child in token.children or [] if token else []:
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "html_inline":
            parts.append(unescape(re.sub(r"<[^>]*>", "", tame(child.content))))
        else:
            parts.append(child.content)
    return " ".join("".join(parts).split())


def _check_size(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise TextTooHard(
            f"The text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read."
        )
    position = 0
    for gap in [*_BLANK_LINES.finditer(text), None]:
        end = gap.start() if gap else len(text)
        lines = text.count("\n", position, end) + 1
        if end - position > MAX_BLOCK_CHARACTERS or lines > MAX_BLOCK_LINES:
            raise TextTooHard(
                f"{end - position:,} characters on {lines:,} lines follow each other without a "
                f"blank line; at most {MAX_BLOCK_CHARACTERS:,} on {MAX_BLOCK_LINES:,} are read.",
                text.count("\n", 0, position) + 1,
            )
        position = gap.end() if gap else end


def _check_blocks(tokens: Sequence[Token]) -> None:
    blocks = sum(token.nesting >= 0 and token.type != "inline" for token in tokens)
    if blocks > MAX_BLOCKS:
        raise TextTooHard(
            f"The text has {blocks:,} paragraphs, items and other blocks; at most {MAX_BLOCKS:,} "
            "are read."
        )
    depth = 0
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        depth += token.nesting if name in _CONTAINERS else 0
        if depth > MAX_NESTING:
            raise TextTooHard(
                f"Lists and quotations stand more than {MAX_NESTING} deep inside each other.",
                _line(token),
            )


def _check_inline(tokens: Sequence[Token]) -> None:
    squares = marks = 0
    for token in tokens:
        if token.type != "inline":
            continue
        brackets = token.content.count("[")
        squares += brackets**2
        marks += sum(token.content.count(mark) for mark in "*_~`<&!")
        if brackets > MAX_BRACKETS or squares > MAX_BRACKET_SQUARES:
            raise TextTooHard(
                f"There are {brackets:,} opening brackets in this paragraph; at most "
                f"{MAX_BRACKETS} are read, and not in many paragraphs.",
                _line(token),
            )
        if marks > MAX_MARKS:
            raise TextTooHard(
                f"There are more than {MAX_MARKS:,} marks such as * _ ` < up to here; no more are "
                "read.",
                _line(token),
            )


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _tree(tokens: Iterable[Token]) -> list[Block]:
    roots: list[Block] = []
    stack: list[Block] = []
    for token in tokens:
        if token.type == "inline":
            stack[-1].inline = token
        elif token.nesting < 0:
            stack.pop().close = token
        else:
            made = Block(token.type.removesuffix("_open"), token)
            (stack[-1].children if stack else roots).append(made)
            if token.nesting > 0:
                stack.append(made)
    return roots
