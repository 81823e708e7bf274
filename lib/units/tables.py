"""The one cell of a table, as psql and mysql print it. Pure."""

from __future__ import annotations

import re

_ROWS = re.compile(r"\(?\d+ rows?\)?( in set.*)?", re.IGNORECASE)
#: The same on one line, as a field of a page makes it of what was pasted.
_ON_ONE_LINE = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"[^|]+? -{2,} (?P<cell>[^|]+?) \((?P<rows>\d+) rows?\)",  # psql
        r"\+-+\+ \|[^|]+\| \+-+\+ \|(?P<cell>[^|]+)\| \+-+\+(?: (?P<rows>\d+) rows? in set.*)?",
    )
)
_MORE = "This table has more than one value. Write the one that is asked for."


def cell(text: str) -> str:
    """The one cell of a table that psql or mysql printed, its lines perhaps run together; what is
    no table is given back as is. Raises `ValueError` with a sentence for a table of more cells."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if len(lines) == 1:
        return _run_together(text)
    rules = [at for at, line in enumerate(lines) if _is_rule(line)]
    if not rules:
        return text
    after = rules[1] if len(rules) == 3 else rules[0]  # mysql draws a frame: three lines
    cells = [
        line.strip("| ")
        for line in lines[after + 1 :]
        if not _is_rule(line) and not _ROWS.fullmatch(line)
    ]
    if len(cells) != 1 or "|" in cells[0]:
        raise ValueError(_MORE)
    return cells[0]


def _run_together(text: str) -> str:
    line = " ".join(text.split())
    match = next((m for form in _ON_ONE_LINE if (m := form.fullmatch(line))), None)
    if match is None:
        return text
    if match["rows"] not in {None, "1"}:
        raise ValueError(_MORE)
    return match["cell"].strip()


def _is_rule(line: str) -> bool:
    """Whether `line` is what a table draws under its head."""
    return "--" in line and set(line) <= set("-+|= ")
