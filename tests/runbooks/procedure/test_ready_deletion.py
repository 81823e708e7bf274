"""The text to paste of docs/how-to/write-a-deletion-runbook.md is read and linted without a
finding."""

from __future__ import annotations

import re
from pathlib import Path

from runbooks.enums import Level, Operation
from runbooks.lint.linter import lint
from runbooks.procedure.irreversible import acts, deletes
from runbooks.procedure.parser import parse

PAGE = Path(__file__).resolve().parents[3] / "docs/how-to/write-a-deletion-runbook.md"
(READY,) = re.findall(r"````markdown\n(.*?)\n````", PAGE.read_text("utf-8"), re.DOTALL)


def test_it_is_a_deletion_with_one_act() -> None:
    read = parse(READY.encode())
    assert read.procedure is not None, read.findings
    assert read.findings == ()
    assert read.procedure.operation is Operation.DELETE
    (act,) = acts(read.procedure)
    assert deletes(act.guard)


def test_the_linter_has_nothing_against_it() -> None:
    read = parse(READY.encode())
    assert read.procedure is not None
    findings = [
        finding for finding in lint(read.procedure, READY) if finding.level is not Level.HINT
    ]
    assert [f"{finding.code} {finding.line} {finding.sentence}" for finding in findings] == []
