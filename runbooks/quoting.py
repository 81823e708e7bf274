"""Quotes and comments in commands for a shell and in SQL. Each text is read once, from its
beginning, however many places are asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runbooks.parser.bodies import SQL_LABELS

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


def _atoms(label: str) -> re.Pattern[str]:
    return _SQL if label in SQL_LABELS else _SHELL


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


def without_comments(text: str, label: str) -> str:
    """`text` without what a shell or a database skips as a comment."""
    read, kept = 0, []
    while found := _atoms(label).match(text, read):
        kept.append(found[0] if found["comment"] is None else " ")
        read = found.end()
    return "".join(kept) + text[read:]
