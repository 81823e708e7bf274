"""How a value that somebody typed, pasted or sent is read: one pure reader a kind.

Forms, steps of a run, parameters, constraints in a runbook and the API all read by these. A reader
takes text and gives the value, or raises `ValueError` with a sentence that says what to write. What
can mean two things is refused, and the sentence tells both. docs/reference/values.md says the same
for people.
"""

from __future__ import annotations

import re

_MOST = 120
_MARKS = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")
_BLANKS = re.compile("[\u00a0\u2007\u2008\u2009\u202f]")


def one_line(text: str) -> str:
    """`text` with every kind of blank (no-break, thin, tab, end of line) as one plain space."""
    return " ".join(text.split())


def quoted(text: str) -> str:
    """`text` as a sentence about it shows it: “46 Mb”, shortened when it is long. Half a character
    (a surrogate), which JSON can hold and an answer cannot, is shown as “?”."""
    shown = one_line(text).encode(errors="replace").decode()
    return f"“{shown[:_MOST]}…”" if len(shown) > _MOST else f"“{shown}”"


def grouped(number: int) -> str:
    """A whole number with a comma between thousands: 4,096,000."""
    return f"{number:,}"


def without_marks(text: str) -> str:
    """`text` without the invisible marks (byte order, direction) that pasting brings along."""
    return _MARKS.sub("", text)


def single(text: str) -> str:
    """The one line that `text` is, trimmed, its no-break and thin spaces as plain ones. A tab
    stays: it parts two columns. Raises `ValueError` when there are two lines."""
    wanted = _BLANKS.sub(" ", without_marks(text)).strip()
    if len(wanted.splitlines()) > 1:
        raise ValueError(f"{quoted(text)} has more than one line. Write one value.")
    return wanted
