"""The runbooks of the demonstration: two that may be approved, and one that shows what is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.enums import Level
from runbooks.lint.linter import split
from runbooks.procedure.parser import parse
from tests.runbooks.lint.linting import findings

FOLDER = Path(__file__).resolve().parents[3] / "demo" / "runbooks"


@pytest.mark.parametrize("name", ["restore-ledger-beside.md", "copy-production-to-development.md"])
def test_the_good_ones_have_no_error_that_is_not_waived(name):
    source = (FOLDER / name).read_text("utf-8")
    parsed = parse(source.encode())
    assert parsed.procedure is not None
    left, waived = split(findings(source), parsed.procedure.waive)
    assert [f for f in left if f.level is Level.ERROR] == []
    assert {f.code for f in waived} == {code for code, _ in parsed.procedure.waive}


def test_the_bad_one_breaks_the_discipline_of_restores():
    codes = {f.code for f in findings((FOLDER / "bad-restore.md").read_text("utf-8"))}
    assert codes >= {
        "L01", "L04", "L05", "L08", "L10", "L11", "L22", "L23", "L25", "L27",
        "L29", "L30", "L32", "L34", "L35", "L37", "L38", "L39", "L45",
    }  # fmt: skip
