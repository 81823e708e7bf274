"""Quotes and comments in commands for a shell and in SQL. Each text is read once, from its
beginning, however many places are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from runbooks.procedure.code_kinds import CodeKind, kind_of

# A comment, other text outside of quotes, or a closed string. What is never closed is none of them.
_SHELL = re.compile(
    r"""(?P<comment>(?<![^\s;&|()])\#[^\n]*)|(?P<free>[^'"\\#]++|\#)"""
    r"""|\\.|'[^']*+'|"(?:[^"\\]++|\\.)*+\"""",
    re.DOTALL,
)
_SQL = re.compile(
    r"""(?P<comment>--[^\n]*|/\*(?!!).*?(?:\*/|\Z))|(?P<free>[^'"/-]++|[/-])"""
    r"""|'[^']*+'|"[^"]*+\"""",
    re.DOTALL,
)


_HERE = re.compile(
    r"(?<!<)<<-?[ \t]*(?P<mark>['\"]?)\\?(?P<word>[A-Za-z_][\w.-]{0,79})(?P=mark)(?![\w.-])"
)
#: What gives its words, or the text behind `-c`, to a shell that reads them once more.
_READ_AGAIN = re.compile(
    r"(?:^|[\s;&|(`/])(?:ssh|rsh|eval|watch|pdsh|clush|(?:ba|da|k|z)?sh\s+-[a-z]*c|su\b[^\n;&|]{0,80}?\s-c)"
    r"\s(?:[^\n;&|]|\\\n)*$"
)
_LONGEST = 2000
_ATOMS = {CodeKind.SHELL: _SHELL, CodeKind.SQL: _SQL}


def has_known_quoting(label: str) -> bool:
    """Whether quotes and comments of a block with this label are told apart here."""
    return kind_of(label) in _ATOMS


def _atoms(label: str) -> re.Pattern[str]:
    return _ATOMS.get(kind_of(label), _SHELL)


def between_quotes(text: str, starts: Sequence[int], label: str) -> list[bool]:
    """Whether each of `starts`, in ascending order, stands between quotes in the block `text` with
    this label. A comment ends with its line, however many apostrophes it has."""
    read, atoms = 0, _atoms(label)
    last: re.Match[str] | None = None
    quoted = []
    for start in starts:
        while read < start and (read == 0 or last):
            last = atoms.match(text, read)
            read = last.end() if last else read
        inside = last is not None and read > start and last["comment"] is last["free"] is None
        quoted.append(read < start or inside)
    return quoted


def takes_no_quotes(text: str, starts: Sequence[int], label: str) -> list[bool]:
    """Whether each of `starts`, in ascending order, stands where a value cannot be quoted: between
    quotes, and in a shell also in a here-document, or in what a second shell reads."""
    quoted = between_quotes(text, starts, label)
    if kind_of(label) is not CodeKind.SHELL:
        return quoted
    documents = _here_documents(text)
    return [
        inside
        or _is_read_again(text, start)
        or any(begin <= start < end for begin, end in documents)
        for inside, start in zip(quoted, starts, strict=True)
    ]


def _is_read_again(text: str, start: int) -> bool:
    """Whether what stands at `start` is handed to a second shell: `ssh db rm <path>`."""
    return _READ_AGAIN.search(text[max(0, start - _LONGEST) : start]) is not None


class PartKind(StrEnum):
    """What a part of a block is to a shell or a database."""

    CODE = "code"
    STRING = "string"
    COMMENT = "comment"


@dataclass(frozen=True)
class CodePart:
    """A part of a block, from the offset `begin` up to `end`."""

    begin: int
    end: int
    kind: PartKind


def parts(text: str, label: str) -> Iterator[CodePart]:
    """The block `text` with this label in its parts, in order: what stands between quotes or in a
    here-document is a string. A quote that nothing closes is code, and what follows it too."""
    atoms, read = _atoms(label), 0
    documents = [] if kind_of(label) is CodeKind.SQL else _here_documents(text)
    while read < len(text):
        if documents and read >= documents[0][0]:
            begin, end = documents.pop(0)
            if end > read:
                yield CodePart(read, end, PartKind.STRING)
                read = end
            continue
        match = atoms.match(text, read)
        end = match.end() if match else read + 1
        if match is None or match["free"] is not None:
            kind = PartKind.CODE
            end = min(end, documents[0][0]) if documents and documents[0][0] > read else end
        else:
            kind = PartKind.STRING if match["comment"] is None else PartKind.COMMENT
        yield CodePart(read, end, kind)
        read = end


def _here_documents(text: str) -> list[tuple[int, int]]:
    """Where the here-documents of a shell block begin and end, in order."""
    documents, read = [], 0
    for opened in _HERE.finditer(text):
        begin = text.find("\n", opened.end()) + 1
        if not begin or opened.start() < read:
            continue
        closed = re.compile(rf"^[ \t]*{re.escape(opened['word'])}[ \t]*$", re.MULTILINE).search(
            text, begin
        )
        read = closed.start() if closed else len(text)
        documents.append((begin, read))
    return documents


def without_comments(text: str, label: str) -> str:
    """`text` without what a shell or a database skips as a comment; as it is where that is not
    known."""
    if not has_known_quoting(label):
        return text
    read, kept = 0, []
    while match := _atoms(label).match(text, read):
        kept.append(match[0] if match["comment"] is None else " ")
        read = match.end()
    return "".join(kept) + text[read:]


def read_until(text: str, label: str, start: int = 0) -> int:
    """Where the quote begins that `text`, read from `start`, leaves open; its length when it leaves
    none open. `start` is what was returned for a shorter text."""
    while match := _atoms(label).match(text, start):
        start = match.end()
    return start
