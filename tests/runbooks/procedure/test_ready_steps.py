"""The steps to paste of docs/how-to/write-a-restore-runbook.md: each is read without a finding,
alone and together with the others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runbooks.procedure.guards import DEMANDS
from runbooks.procedure.parser import parse

PAGE = Path(__file__).resolve().parents[3] / "docs/how-to/write-a-restore-runbook.md"
TEXT = PAGE.read_text("utf-8")
READY = dict(re.findall(r"### ([A-Z -]+)\n.*?````markdown\n(.*?)\n````", TEXT, re.DOTALL))
(FRONT,) = re.findall(r"```yaml\n(.*?)\n```", TEXT, re.DOTALL)
LIVE = READY["LIVE"]
KEYS = ("freeze", "thaw", "copy", "protect", "verify", "rearm", "quarantine", "compare")


def source(*steps: str) -> bytes:
    head = f"---\ntitle: Tried\n{FRONT}\n---"
    return "\n\n".join((head, *steps, "")).encode()


@pytest.mark.parametrize("name", READY)
def test_each_step_is_read(name: str) -> None:
    steps = (LIVE, READY[name]) if name == "VERIFY" else (READY[name],)
    read = parse(source(*steps))
    assert read.procedure is not None, read.findings
    assert read.findings == ()
    assert len(read.procedure.steps) == len(steps)
    guard = read.procedure.steps[-1].guard
    assert guard.demands or guard.record


def test_there_is_a_step_for_every_guard_about_copies() -> None:
    read = parse(source(*READY.values()))
    assert read.procedure is not None
    used = {demand.key for demand in read.procedure.demands()}
    assert used == set(KEYS)
    assert used < set(DEMANDS)
