"""Fenced blocks that are not closed where their author thinks they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from richtext.codeblocks import label_of
from richtext.reader import Block
from runbooks.procedure.parser.findings import Findings
from runbooks.procedure.parser.outline import is_guard

_INNER = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})[ \t]*[\w{.][^`]*$")


def check_fences(blocks: Iterable[Block], lines: list[str], findings: Findings) -> None:
    """Say of each fenced block that takes in what was not meant, at the line where it begins.
    `blocks` are all, nested ones too, in the order of the text."""
    fences = [block for block in blocks if block.kind == "fence"]
    misplaced: set[int] = set()
    named: set[int] = set()
    for number, fence in enumerate(fences):
        closed, inner = _is_closed(fence, lines), _begins_inside(fence)
        if fence.first in misplaced or (closed and not inner):
            continue
        end = _next_mark(fence, fences[number + 1 :], lines) if not closed else None
        if end is not None:
            misplaced.add(end)
            _report(fence, *_outside(fence, end), findings)
            continue
        origin = _origin(fence, fences[:number], lines)
        if origin.first not in named:
            named.add(origin.first)
            begun = inner and origin is fence
            _report(origin, *(_begun(origin, inner) if begun else _open(origin)), findings)


def _report(fence: Block, sentence: str, suggestion: str, findings: Findings) -> None:
    block = "guard block" if is_guard(fence) else "code block"
    findings.error(
        "open_fence", fence.first, 1, f"The {block} that begins here {sentence}", suggestion
    )


def _open(fence: Block) -> tuple[str, str]:
    return (
        "is never closed, so the rest is taken for code.",
        f"Close it with a line {fence.token.markup}, indented like its first line.",
    )


def _begun(fence: Block, inner: int) -> tuple[str, str]:
    return (
        f"is not closed before line {inner}, where another block begins.",
        f"Close it with a line {fence.token.markup}, indented like its first line. A block that"
        " shows such lines begins and ends with a longer mark.",
    )


def _outside(fence: Block, end: int) -> tuple[str, str]:
    return (
        f"is not closed: line {end} is outside the list item or quotation that the block is in.",
        f"Indent line {end} like line {fence.first}.",
    )


def _is_closed(block: Block, lines: list[str]) -> bool:
    token = block.token
    start, end = token.map or (0, 0)
    # The reader's last line is the closing fence, or the last line of an unclosed block.
    last = lines[end - 1].lstrip(" \t>").rstrip() if end <= len(lines) else ""
    mark = token.markup
    return end - start >= 2 and last.startswith(mark) and not last.strip(mark[0])


def _begins_inside(fence: Block) -> int:
    """The line in a block that begins another one with a label; 0 for none."""
    for offset, line in enumerate(fence.token.content.split("\n"), start=1):
        match = _INNER.match(line)
        if match and match["mark"].startswith(fence.token.markup):
            return fence.first + offset
    return 0


def _next_mark(fence: Block, later: Sequence[Block], lines: list[str]) -> int | None:
    """The line right below an open block that was meant to close it, and begins another one."""
    below = fence.last + 1
    while below <= len(lines) and not lines[below - 1].strip(" \t>"):
        below += 1
    follows = bool(later) and later[0].first == below
    is_mark = follows and later[0].token.markup.startswith(fence.token.markup)
    return below if is_mark and not label_of(later[0].token) else None


def _origin(fence: Block, earlier: Sequence[Block], lines: list[str]) -> Block:
    """The block whose end is missing. One without a label may begin with what was to close another:
    then an earlier block ends with what was to begin one, with a blank line above it and none
    below."""
    if label_of(fence.token):
        return fence
    for block in earlier:
        end = block.last
        above, below = lines[end - 2 : end - 1], lines[end : end + 1]
        if above and not above[0].strip(" \t>") and below and below[0].strip(" \t>"):
            return block
    return fence
