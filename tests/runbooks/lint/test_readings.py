"""The page of readings says what the linter says of the twelve texts today, line by line."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from runbooks.enums import Level
from runbooks.lint.linter import lint, split
from runbooks.procedure.parser import parse

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[2] / "docs" / "decisions" / "linter-readings.md"
TEXTS = sorted(path.stem for path in (HERE / "readings").glob("*.md"))
VERDICTS = ("right", "arguable", "wrong")
LEAST_RIGHT = 0.9
_ROW = re.compile(r"\| (\d+) \| (L\d\d) \| (\w+) \| (\w+) \| (\S.*) \|")
_SUM = re.compile(r"\| \[([\w-]+)\]\(#\1\) \|[^|]+\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|")
_TOGETHER = re.compile(r"\| \*\*Together\*\* \| \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|")


@dataclass(frozen=True)
class Judged:
    """A row of the page: a finding, and what its reader thought of it."""

    line: int
    code: str
    level: str
    verdict: str


def judged() -> dict[str, list[Judged]]:
    """The rows of the page, by the text that they are about."""
    by_file: dict[str, list[Judged]] = {}
    for part in PAGE.read_text("utf-8").split("\n### ")[1:]:
        name, _, rows = part.partition("\n")
        by_file[name.strip()] = [
            Judged(int(line), code, level, verdict)
            for line, code, level, verdict, _ in _ROW.findall(rows)
        ]
    return by_file


def findings(name: str) -> list[tuple[int, str, str]]:
    """What the linter says of a text, without what it waives."""
    source = (HERE / "readings" / f"{name}.md").read_text("utf-8")
    procedure = parse(source.encode(), name=f"{name}.md").procedure
    assert procedure is not None
    left, _ = split(lint(procedure, source), procedure.waive)
    return [(f.line, f.code, f.level.value) for f in left]


def test_twelve_texts_are_read_and_each_has_its_table():
    assert len(TEXTS) == 12
    assert sorted(judged()) == TEXTS


@pytest.mark.parametrize("name", TEXTS)
def test_the_table_has_a_row_for_each_finding_and_no_other(name):
    rows = Counter((row.line, row.code, row.level) for row in judged()[name])
    assert rows == Counter(findings(name))


def test_the_sums_are_those_of_the_tables():
    text = PAGE.read_text("utf-8")
    sums = {name: [int(n) for n in rest] for name, *rest in _SUM.findall(text)}
    assert sorted(sums) == TEXTS
    for name, rows in judged().items():
        assert sums[name][1:] == counted(rows), name
        source = (HERE / "readings" / f"{name}.md").read_bytes()
        procedure = parse(source, name=f"{name}.md").procedure
        assert procedure is not None
        assert sums[name][0] == len(procedure.steps)
    (together,) = _TOGETHER.findall(text)
    columns = zip(*sums.values(), strict=True)
    assert [int(n) for n in together] == [sum(column) for column in columns]


def counted(rows: list[Judged]) -> list[int]:
    """How many, and how many of each verdict."""
    verdicts = Counter(row.verdict for row in rows)
    assert set(verdicts) <= set(VERDICTS)
    return [len(rows), *(verdicts[verdict] for verdict in VERDICTS)]


def test_nine_of_ten_findings_are_right_and_no_error_is_wrong():
    rows = [row for group in judged().values() for row in group]
    assert sum(row.verdict == "right" for row in rows) >= LEAST_RIGHT * len(rows)
    wrong = [row for row in rows if row.verdict == "wrong" and row.level == Level.ERROR.value]
    assert wrong == []
