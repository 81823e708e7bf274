"""What of a runbook's text is run, copied or compared: its code, in steps and outside of them, and
the values in its guards and its front matter, each with its place in the source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from markdown_it.token import Token

from richtext.codeblocks import label_of
from richtext.reader import Block, TextTooHard, plain_lines, read_blocks, reread
from richtext.signs import SUSPECT
from runbooks.lint.book.book import Book
from runbooks.procedure.code_kinds import is_session, kind_of
from runbooks.procedure.parser.findings import Findings
from runbooks.procedure.parser.frontmatter import read_front_matter
from runbooks.procedure.parser.outline import is_guard
from runbooks.procedure.quoting import PartKind, has_known_quoting, parts

#: Labels of blocks that show what a program wrote.
_OUTPUT = frozenset(
    {"text", "txt", "plain", "plaintext", "output", "log", "none", "markdown", "md"}
)
_SHOWS = re.compile(r"<(?:code|pre|kbd|samp)\b", re.IGNORECASE)
# Values that are compared with what somebody types, or written into commands.
_COMPARED = re.compile(
    r"\b(?:equals|matches|default|pattern|expect)[ \t]*:[ \t]*"
    r"(?P<single>\"[^\"\n]*\"|'[^'\n]*'|[^,}\n]*)"
    r"|\b(?:options|bad)[ \t]*:[ \t]*(?P<list>\[[^\]\n]*\])"
)
_ECHO = re.compile(r"[ \t]*(?:[$#>][ \t]+)?(?:echo|printf|say|logger|Write-Host|Write-Output)\b")


class CodeUse(StrEnum):
    """What a piece of code is there for."""

    COMMAND = "command"
    UNSURE = "unsure"
    SPAN = "span"
    DATA = "data"
    OUTPUT = "output"
    COMPARED = "compared"


@dataclass(frozen=True)
class CodePiece:
    """A piece of code as it is in the source. `lines` gives for each line of `text` its number
    in the source and its indent there, in characters."""

    text: str
    use: CodeUse
    lines: tuple[tuple[int, int], ...]
    label: str = ""

    def at(self, place: int) -> tuple[int, int]:
        """Line and column of the source, from 1, of an offset in `text`."""
        row = bisect_right(self._starts, place) - 1
        line, indent = self.lines[min(row, len(self.lines) - 1)]
        return line, indent + place - self._starts[row] + 1

    def part(self, place: int) -> PartKind:
        """What an offset in `text` is to a shell or a database. What is echoed is a string."""
        kind = self._parts[bisect_right(self._begins, place) - 1]
        row = bisect_right(self._starts, place) - 1
        begun = self._starts[row]
        if kind is PartKind.CODE and row in self._echoed:
            ended = re.search(r"[|;&>]", self.text[begun:place])
            return kind if ended else PartKind.STRING
        return kind

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(feed.end() for feed in re.finditer("\n", self.text))]

    @cached_property
    def _echoed(self) -> frozenset[int]:
        lines = self.text.split("\n")
        return frozenset(row for row, line in enumerate(lines) if _ECHO.match(line))

    @cached_property
    def _split(self) -> tuple[list[int], list[PartKind]]:
        pieces = list(parts(self.text, self.label))
        return [part.begin for part in pieces], [part.kind for part in pieces]

    @property
    def _begins(self) -> list[int]:
        return self._split[0]

    @property
    def _parts(self) -> list[PartKind]:
        return self._split[1]


def code_pieces(book: Book) -> Iterator[CodePiece]:
    """All that is run, copied or compared and may hold a sign outside of ASCII, in the order of the
    source."""
    plain = plain_lines("\n".join(book.lines))
    front = read_front_matter(plain, Findings())
    yield from _front(book.lines, front.body)
    try:
        document = read_blocks(front.body)
    except TextTooHard:  # The parser has said so.
        return
    shown = plain.split("\n")
    for root in document.blocks:
        around = root
        for block in root.walk():
            # The cells of a table know no line: their row does.
            around = block if block.token.map else around
            if not any(map(SUSPECT.search, book.lines[around.first - 1 : around.last])):
                continue
            if block.inline is not None:
                text = block.inline
                children = reread(text, text.content, document.environment).children or []
                yield from _spans(children, around, book.lines, shown)
            else:
                yield from _of_block(block, book.lines, shown)


def _of_block(block: Block, lines: Sequence[str], plain: Sequence[str]) -> Iterator[CodePiece]:
    if block.kind == "fence" and is_guard(block):
        yield from _compared(_block(block, lines, plain, CodeUse.COMPARED))
    elif block.kind in ("fence", "code_block"):
        yield _block(block, lines, plain, _use(block))
    elif block.kind == "html_block" and _SHOWS.search(block.token.content):
        yield _lines(block, lines)


def _use(block: Block) -> CodeUse:
    """What a block is there for. A session holds output too, and of other languages the comments
    are not told apart."""
    label = label_of(block.token)
    kind = kind_of(label)
    if not kind.is_run:
        return CodeUse.OUTPUT if label in _OUTPUT else CodeUse.DATA
    certain = label and has_known_quoting(label) and not is_session(label)
    return CodeUse.COMMAND if certain and block.kind == "fence" else CodeUse.UNSURE


def _block(block: Block, lines: Sequence[str], plain: Sequence[str], use: CodeUse) -> CodePiece:
    """A block of code. The reader shows control characters as one sign: the source has them."""
    first = block.first + (block.kind == "fence")
    rows, places = [], []
    for number, row in enumerate(block.token.content.removesuffix("\n").split("\n"), first):
        known = number <= len(lines) and plain[number - 1].endswith(row)
        indent = len(lines[number - 1]) - len(row) if known else 0
        rows.append(lines[number - 1][indent:] if known else row)
        places.append((min(number, len(lines)), indent))
    return CodePiece("\n".join(rows), use, tuple(places), label_of(block.token))


def _lines(block: Block, lines: Sequence[str]) -> CodePiece:
    """Everything in a block, as something to read."""
    numbers = range(block.first, min(block.last, len(lines)) + 1)
    text = "\n".join(lines[number - 1] for number in numbers)
    return CodePiece(text, CodeUse.OUTPUT, tuple((number, 0) for number in numbers))


def _spans(
    children: Sequence[Token], around: Block, lines: Sequence[str], plain: Sequence[str]
) -> Iterator[CodePiece]:
    """The code in running text: each span is looked for behind the one before it, in the lines of
    `around`."""
    if any(child.type == "html_inline" and _SHOWS.match(child.content) for child in children):
        yield _lines(around, lines)
    number, column = around.first, 0
    for child in children:
        if child.type != "code_inline" or child.content.isascii() and child.content.isprintable():
            continue
        place = _find(child.content, plain, number, column, around.last)
        if place is None:
            yield CodePiece(child.content, CodeUse.SPAN, ((number, 0),))
            continue
        number, column = place
        text = lines[number - 1][column : column + len(child.content)]
        yield CodePiece(text, CodeUse.SPAN, ((number, column),))
        column += len(child.content)


def _find(
    text: str, plain: Sequence[str], number: int, column: int, last: int
) -> tuple[int, int] | None:
    """Line and column from 0 of `text` at or behind a place, up to the line `last`."""
    for line in range(number, min(last, len(plain)) + 1):
        place = plain[line - 1].find(text, column if line == number else 0)
        if place >= 0:
            return line, place
    return None


def _front(lines: Sequence[str], body: str) -> Iterator[CodePiece]:
    """The values in the front matter, which the body has as empty lines."""
    left = body.split("\n")
    end = next((n for n, line in enumerate(left) if line != lines[n]), None)
    if end is None:
        return
    ends = next((n for n in range(end, len(left)) if left[n] and left[n] == lines[n]), len(left))
    rows = lines[:ends]
    places = tuple((number, 0) for number in range(1, len(rows) + 1))
    yield from _compared(CodePiece("\n".join(rows), CodeUse.COMPARED, places))


def _compared(block: CodePiece) -> Iterator[CodePiece]:
    """The values of a block of YAML that are compared."""
    for match in _COMPARED.finditer(block.text):
        name = "single" if match["single"] is not None else "list"
        line, column = block.at(match.start(name))
        yield CodePiece(match[name], CodeUse.COMPARED, ((line, column - 1),))
