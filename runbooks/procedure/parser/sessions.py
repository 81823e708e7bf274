"""Sessions: blocks that show what is typed behind a prompt, and what is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from runbooks.procedure.code_kinds import CodeKind, is_session, kind_of
from runbooks.procedure.parser.compound import Unfinished
from runbooks.procedure.parser.prompts import ROOT, goes_on, opens_session, typed

# What counts in a prompt: `irb(main):002:0>` is the same one as `irb(main):001:0>`.
_COUNTER = re.compile(r"(?<=\)):\d+(?::\d+)?|(?<=\[)\d+(?=\])|^\d+(?=>$)")
_SQL_SIGNS = "=-*(!?'\"$#> "
_SQL_ENDS = re.compile(r"(?:;|\\[gG]\w*)\s*$")
_SQL_AT_ONCE = re.compile(
    r"\\|\.|@|(?:use|exit|quit|source|connect|conn|spool|help|go|set|show|status|delimiter)\b",
    re.IGNORECASE,
)
_TABLE = re.compile(r"\s*(?:[+|(]|-{3})")


@dataclass
class SessionPiece:
    """A part of a block: lines that are typed to `kind`, without their `prompt`; or output, whose
    kind is `DATA`. `first` is the line of the block in which it begins, counted from 0."""

    kind: CodeKind
    label: str
    prompt: str
    lines: list[str]
    first: int

    @property
    def text(self) -> str:
        """Its lines. It ends without a line feed: pasted with one, it would run at once."""
        return "\n".join(self.lines)

    @property
    def is_run(self) -> bool:
        """Whether somebody runs it."""
        return self.kind.is_run


def pieces(label: str, text: str) -> tuple[SessionPiece, ...]:
    """What is typed in a block and what is only shown, in order. A block without any prompt is one
    piece with its own label: all of it is typed, or none."""
    kind, lines = kind_of(label), text.removesuffix("\n").split("\n")
    session = is_session(label)
    if session or (kind.is_run and opens_session(text)):
        parts = list(_SessionReader(lines, root=session).pieces())
        if any(piece.is_run for piece in parts):
            return tuple(parts)
    name = "" if session and kind is CodeKind.SHELL else kind.label if session else label
    return (SessionPiece(kind, name, "", lines, 0),)


@dataclass
class _SessionReader:
    """One pass over the lines of a session. `root`: `# ` is the prompt of root; elsewhere it begins
    a remark."""

    lines: Sequence[str]
    root: bool
    number: int = 0

    def pieces(self) -> Iterator[SessionPiece]:
        """Its pieces, in order."""
        last: SessionPiece | None = None
        while self.number < len(self.lines):
            piece = self._next(last)
            if last is not None and _goes_on(last, piece):
                last.lines += piece.lines
                continue
            if last is not None:
                yield last
            last = piece
        if last is not None:
            yield last

    def _next(self, last: SessionPiece | None) -> SessionPiece:
        first, line = self.number, self.lines[self.number]
        self.number += 1
        prompted = typed(line)
        prompted = None if prompted and prompted.prompt == ROOT and not self.root else prompted
        more = goes_on(line, last.kind) if last is not None and last.is_run else None
        if last is not None and more is not None:
            return SessionPiece(last.kind, last.label, last.prompt, [more], first)
        if prompted is None:
            return SessionPiece(CodeKind.DATA, CodeKind.DATA.label, "", [line], first)
        piece = SessionPiece(
            prompted.kind, prompted.kind.label, prompted.prompt, [prompted.text], first
        )
        for count in range(self._further(piece)):
            further = self.lines[self.number + count]
            more = goes_on(further, piece.kind)
            piece.lines.append(further if more is None else more)
        self.number = first + len(piece.lines)
        return piece

    def _further(self, piece: SessionPiece) -> int:
        """How many lines without a prompt of their own belong to what was typed."""
        if piece.kind is CodeKind.SQL:
            return self._statement(piece.text)
        return self._script(piece) if piece.kind in (CodeKind.SHELL, CodeKind.FISH) else 0

    def _script(self, piece: SessionPiece) -> int:
        """Lines up to where a shell would run it: a quote, a loop, a here-document, a `\\` at the
        end. What is never closed takes the lines up to the next prompt."""
        state = Unfinished()
        state.read(piece.text)
        for taken, line in enumerate(self.lines[self.number :]):
            # A document that ends further down may hold prompts.
            ends = self._last_line.get(state.documents[0], -1) if state.documents else -1
            again = typed(line) if state and ends < self.number + taken else None
            if not state or (again is not None and again.prompt == piece.prompt):
                return taken
            more = goes_on(line, piece.kind)
            state.read(line if more is None else more)
        return len(self.lines) - self.number

    @cached_property
    def _last_line(self) -> dict[str, int]:
        """Where each line stands last, without blanks and marks around it."""
        return {line.strip(" \t>"): number for number, line in enumerate(self.lines)}

    def _statement(self, text: str) -> int:
        """Lines up to a semicolon, as long as they do not look like an answer."""
        if _SQL_ENDS.search(text) or _SQL_AT_ONCE.match(text):
            return 0
        for taken, line in enumerate(self.lines[self.number :], 1):
            more = goes_on(line, CodeKind.SQL)
            if not line.strip() or _TABLE.match(line) or (more is None and typed(line)):
                return 0
            if _SQL_ENDS.search(line):
                return taken
        return 0


def _goes_on(last: SessionPiece, piece: SessionPiece) -> bool:
    """Whether a piece goes on where the last one ended: both output, or typed at one prompt."""
    return last.kind is piece.kind and _place(last) == _place(piece)


def _place(piece: SessionPiece) -> str:
    prompt = _COUNTER.sub("", piece.prompt)
    return prompt.rstrip(_SQL_SIGNS) if piece.kind is CodeKind.SQL else prompt


def unclear(label: str, text: str) -> list[int]:
    """The lines of a block, counted from 0, that root may have typed or that may be remarks: they
    are read as typed. None where nobody but root types."""
    if not is_session(label):
        return []
    lines = ((number, typed(line)) for number, line in enumerate(text.split("\n")))
    shell = [
        (number, prompted.prompt)
        for number, prompted in lines
        if prompted and prompted.kind is CodeKind.SHELL
    ]
    root = [number for number, prompt in shell if prompt == ROOT]
    return root if len(root) < len(shell) else []
