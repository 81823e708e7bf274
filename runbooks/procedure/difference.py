"""What changed between two texts, line by line and word by word, for people to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

CONTEXT = 3
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST_LINE = 300  # words are compared only in lines up to this length: it costs its square
_ALIKE = 0.4


class RowKind(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class DifferencePiece:
    """A part of a line; `changed` when it is what sets the line apart from its counterpart."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class DifferenceRow:
    """A line. `old` and `new` are its numbers, from 1, in the two texts; None where it is not.
    A SKIPPED row stands for `count` unchanged lines."""

    kind: RowKind
    old: int | None = None
    new: int | None = None
    pieces: tuple[DifferencePiece, ...] = ()
    count: int = 0

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Difference:
    """Rows with a little context, how many lines came and went, and a remark in words when the
    texts differ in what cannot be seen."""

    rows: tuple[DifferenceRow, ...]
    added: int
    removed: int
    remark: str = ""


def difference(old: bytes, new: bytes) -> Difference:
    """What leads from `old` to `new`, both UTF-8. Line endings and a byte order mark make no
    difference line by line; where nothing else differs, `remark` says so."""
    before, after = _lines(old), _lines(new)
    rows = tuple(_rows(before, after))
    added = sum(row.kind is RowKind.ADDED for row in rows)
    removed = sum(row.kind is RowKind.REMOVED for row in rows)
    remark = ""
    if not added and not removed:
        remark = "The two texts are the same, byte for byte."
        if old != new:
            remark = "Only line endings, the byte order mark or the end of the file differ."
    return Difference(rows if added or removed else (), added, removed, remark)


def _lines(source: bytes) -> list[str]:
    lines = re.split(r"\r\n|\r|\n", source.decode("utf-8-sig", errors="replace"))
    return lines[:-1] if lines[-1] == "" else lines


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[DifferenceRow]:
    opcodes = SequenceMatcher(None, before, after).get_opcodes()
    for place, (tag, i1, i2, j1, j2) in enumerate(opcodes):
        if tag == "equal":
            head = CONTEXT if place > 0 else 0
            tail = CONTEXT if place < len(opcodes) - 1 else 0
            yield from _unchanged(before[i1:i2], i1, j1, head, tail)
        else:
            yield from _changed(before[i1:i2], after[j1:j2], i1, j1)


def _unchanged(
    lines: Sequence[str], i: int, j: int, head: int, tail: int
) -> Iterator[DifferenceRow]:
    """The context after the change above (`head` lines) and before the one below (`tail`)."""
    skipped = len(lines) - head - tail
    for n, line in enumerate(lines):
        if skipped > 1 and head <= n < len(lines) - tail:
            if n == head:
                yield DifferenceRow(RowKind.SKIPPED, count=skipped)
        else:
            yield DifferenceRow(RowKind.SAME, i + n + 1, j + n + 1, (DifferencePiece(line),))


def _changed(old: Sequence[str], new: Sequence[str], i: int, j: int) -> Iterator[DifferenceRow]:
    marked_old: list[tuple[DifferencePiece, ...]] = [(DifferencePiece(line),) for line in old]
    marked_new: list[tuple[DifferencePiece, ...]] = [(DifferencePiece(line),) for line in new]
    if len(old) == len(new):
        for n, (before, after) in enumerate(zip(old, new, strict=True)):
            marked_old[n], marked_new[n] = _words(before, after)
    for n, pieces in enumerate(marked_old):
        yield DifferenceRow(RowKind.REMOVED, i + n + 1, None, pieces)
    for n, pieces in enumerate(marked_new):
        yield DifferenceRow(RowKind.ADDED, None, j + n + 1, pieces)


def _words(old: str, new: str) -> tuple[tuple[DifferencePiece, ...], tuple[DifferencePiece, ...]]:
    """Both lines in pieces; in one piece each when they have too little in common."""
    if max(len(old), len(new)) > _LONGEST_LINE:
        return (DifferencePiece(old),), (DifferencePiece(new),)
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return (DifferencePiece(old),), (DifferencePiece(new),)
    gone, come = [], []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        changed = tag != "equal"
        gone.append(DifferencePiece("".join(before[i1:i2]), changed))
        come.append(DifferencePiece("".join(after[j1:j2]), changed))
    return tuple(p for p in gone if p.text), tuple(p for p in come if p.text)
