"""The frame of the linter: order of findings, waivers, and no text that breaks it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbooks.enums import Level
from runbooks.lint.linter import lint, split
from runbooks.procedure.model import Finding
from runbooks.procedure.parser import parse
from tests.richtext.documents import documents
from tests.runbooks.lint.linting import findings
from tests.runbooks.texts import ALL
from tests.runbooks.texts import procedure as procedure_of

ROOT = Path(__file__).resolve().parents[3]
CORPUS = os.environ.get("COUNTERSIGN_CORPUS", "")
FILES = sorted(p for p in Path(CORPUS or "/nowhere").rglob("*") if p.suffix in (".md", ".erb"))
_NASTY = "ab rm-f$PGDATA{}()<>|&;\n\t'\"\\`#/*=drop table psql -c"


def accepted(source: str) -> tuple[Finding, ...]:
    """Findings of a text if the parser accepts it; each is at a place of the text."""
    procedure = parse(source.encode()).procedure
    if procedure is None:
        return ()
    findings = lint(procedure, source)
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for finding in findings:
        assert 1 <= finding.line <= len(lines)
        assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
        assert finding.sentence.endswith(".")
    return findings


@given(documents(tasks=True))
@settings(max_examples=100, deadline=None)
def test_no_document_breaks_it(made):
    accepted(made.source)


@given(st.text(alphabet=_NASTY, max_size=200), st.sampled_from(["sh", "sql", ""]))
@settings(max_examples=300, deadline=None)
def test_no_command_breaks_it(text, label):
    body = "".join(f"  {line}\n" for line in text.split("\n"))
    accepted(f"# Restore\n\n- [ ] Restore it\n\n  ```{label}\n{body}  ```\n")


@pytest.mark.parametrize("name", ALL)
def test_no_text_of_the_machine_breaks_it(name):
    accepted(ALL[name].decode())


@pytest.mark.skipif(not FILES, reason="COUNTERSIGN_CORPUS names no folder of Markdown files")
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_no_real_file_breaks_it(path):
    accepted(path.read_text("utf-8-sig", errors="replace"))


def test_a_plain_checklist_is_left_alone():
    assert findings("# Monday\n\n- [ ] Read the mail\n- [ ] Water the plants\n") == ()


def test_findings_stand_in_the_order_of_the_source():
    flags = findings((ROOT / "demo/runbooks/bad-restore.md").read_text("utf-8"))
    assert [f.line for f in flags] == sorted(f.line for f in flags)
    assert {"L01", "L10", "L22"} <= {f.code for f in flags}


def test_a_waiver_takes_a_finding_aside_and_leaves_its_level():
    source = (ROOT / "demo/runbooks/bad-restore.md").read_text("utf-8")
    flags = findings(source)
    left, waived = split(flags, (("L22", "A scratch machine."),))
    assert {f.code for f in waived} == {"L22"}
    assert {f.level for f in waived} == {Level.ERROR}
    assert sorted([*left, *waived], key=flags.index) == list(flags)


def test_ten_thousand_lines_take_no_longer_than_a_breath():
    command = "psql -c 'drop table x; {filling}' | (rm -rf"
    step = f"- [ ] Restore '{{n}} into $X \"\n\n  ```sh\n  {command}\n  ```\n\n" + "  a (\n" * 15
    filling = " (a $" * 5
    source = "".join(step.format(n=n, filling=filling) for n in range(499))
    source = f"# Restore\n\n{source}"
    assert source.count("\n") > 10_000
    procedure = procedure_of(source.encode())
    begun = time.perf_counter()
    lint(procedure, source)
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("unit", ["   ", "/* ", "a", "`a` ", "$(", "' ", "delete from ", "with a "])
def test_text_that_is_made_to_be_slow_is_not(unit):
    line = unit * (9_000 // len(unit))
    source = f"# Restore\n\n- [ ] Restore it\n\n  ```sh\n  psql {line}\n  {line}\n  ```\n\n"
    procedure = procedure_of(source.encode())
    begun = time.perf_counter()
    lint(procedure, source)
    assert time.perf_counter() - begun < 5
