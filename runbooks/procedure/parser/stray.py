"""What is written outside every step and reads like work: commands, and lists without boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from richtext.htmlcode import html_code
from richtext.reader import Block, plain_text
from runbooks.procedure.parser.sessions import SessionPiece
from runbooks.procedure.sections import StrayCommand, StrayList

#: Characters of a paragraph that are kept as what it says before a command.
_BEFORE = 200
_LISTS = frozenset({"bullet_list", "ordered_list"})


def block_command(token: Token, piece: SessionPiece, lines: list[str]) -> StrayCommand:
    """What is run in a block of code, with its place. `lines` are those of the source."""
    begins = token.map[0] + 1 if token.map else 1
    line = begins + (token.type == "fence") + piece.first
    first = piece.lines[0]
    written = lines[line - 1] if line <= len(lines) else ""
    indent = len(written) - len(first) if written.endswith(first) else 0
    return StrayCommand(piece.label, piece.text, line, indent)


def inline_commands(blocks: Iterable[Block], lines: list[str]) -> Iterator[StrayCommand]:
    """The code in running text that has more than one word, in order, each with its place; and what
    is written as HTML."""
    for root in blocks:
        yield from _inline(root, (root.first, root.last), lines)


def _inline(block: Block, around: tuple[int, int], lines: list[str]) -> Iterator[StrayCommand]:
    """Those of a block; `around` are the lines of what it is in, for it may not know its own."""
    first, last = (block.first, block.last) if block.token.map else around
    place, before = (first, 0), ""
    yield from _written_as_html(block, first)
    for token in (block.inline.children or ()) if block.inline else ():
        if token.type == "code_inline" and len(token.content.split()) > 1:
            place = _find(token.content, place, last, lines)
            yield StrayCommand("", token.content, *place, inline=True, before=before)
            place = (place[0], place[1] + len(token.content))
        before = f"{before}{token.content or ' '}"[-_BEFORE:]
    for child in block.children:
        yield from _inline(child, (first, last), lines)


def _written_as_html(block: Block, first: int) -> Iterator[StrayCommand]:
    """The code of a block that is written as HTML. `first` is the line where the block begins."""
    children = (block.inline.children or ()) if block.inline else ()
    if block.kind == "html_block":
        text = block.token.content
    elif any(token.type == "html_inline" for token in children) and block.inline:
        text = block.inline.content
    else:
        return
    for start, code in html_code(text):
        if len(code.split()) > 1:
            blank = len(code) - len(code.lstrip())
            line = first + text.count("\n", 0, start) + code.count("\n", 0, blank)
            before = text[max(0, start - _BEFORE) : start].rpartition("<")[0]
            yield StrayCommand("", code.strip(), line, 0, inline=True, before=before)


def _find(code: str, after: tuple[int, int], last: int, lines: list[str]) -> tuple[int, int]:
    """Line and column of a span of code: the next place that holds it, or the words it begins with
    when it goes on in the next line; where the search began when there is none."""
    first = code.split()[0]
    for wanted in (code, first):
        column = after[1]
        for number in range(after[0], min(last, len(lines)) + 1):
            start = lines[number - 1].find(wanted, column)
            if start >= 0:
                return number, start
            column = 0
    return after


def stray_lists(blocks: Iterable[Block], under: str) -> Iterator[StrayList]:
    """The lists among `blocks`, in quotations too; `under` is the heading above them."""
    lead = ""
    for block in blocks:
        if block.kind == "heading":
            under, lead = plain_text(block.inline), ""
        elif block.kind == "paragraph":
            lead = plain_text(block.inline)
        elif block.kind in _LISTS:
            items = tuple((item.first, _item_text(item)) for item in block.children)
            yield StrayList(items, under, lead, block.kind == "ordered_list")
            lead = ""
        elif block.kind == "blockquote":
            yield from stray_lists(block.children, under)
            lead = ""


def _item_text(item: Block) -> str:
    """What the first paragraph of an item says; '' when it is nothing but a link."""
    inline = item.children[0].inline if item.children else None
    kinds = [token.type for token in inline.children or ()] if inline else []
    is_link = kinds[:1] == ["link_open"] and kinds.index("link_close") == len(kinds) - 1
    return "" if is_link else plain_text(inline)
