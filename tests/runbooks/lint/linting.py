"""What the tests of the linter share: texts in, codes out."""

from __future__ import annotations

from pathlib import Path

from runbooks.lint.facts import LintFacts
from runbooks.lint.linter import lint
from runbooks.procedure.model import Finding
from runbooks.procedure.parser import parse

FRONT = """---
parameters:
  dump: {type: copy, label: The backup}
  other: {type: copy, label: Another backup}
  source: {type: instance, label: The server that is read}
  target: {type: instance, label: The server that is overwritten}
  second: {type: instance, label: Another server}
---

"""
RESTORE_FRONT = """---
title: Restore the ledger
parameters:
  dump: {type: copy, label: The backup to restore}
  target: {type: instance, label: The server that is overwritten}
---

"""
OVERWRITE = "overwrite: {target: target, from: dump}"
EXAMPLES = Path(__file__).resolve().parents[3] / "runbooks" / "lint" / "examples"


def findings(source: str, facts: LintFacts | None = None) -> tuple[Finding, ...]:
    """All findings of the linter; fails with the parser's when it refuses the text."""
    parsed = parse(source.encode(), name="tried.md")
    assert parsed.procedure is not None, parsed.findings
    return lint(parsed.procedure, source, facts)


def flagged(code: str, source: str, facts: LintFacts | None = None) -> list[Finding]:
    """The findings of one rule."""
    return [f for f in findings(source, facts) if f.code == code]


def step(title: str, guard: str = "", command: str = "", text: str = "") -> str:
    """A step with a line of text, a shell command and a guard in YAML."""
    lines = [f"- [ ] {title}", ""]
    lines += [f"  {text}", ""] if text else []
    for label, block in (("sh", command), ("guard", guard)):
        if block:
            lines += [f"  ```{label}", *(f"  {line}" for line in block.split("\n")), "  ```", ""]
    return "\n".join(lines) + "\n"


def runbook(*steps: str, front: str = FRONT) -> str:
    return front + "".join(steps)


def restore(*steps: str) -> str:
    return runbook(*steps, front=RESTORE_FRONT)


#: A step that cannot be taken back.
ACT = step("Rename the databases", OVERWRITE)
#: What makes a runbook a restore for the linter.
RESTORING = "# Restore\n\n- [ ] Restore it\n\n  ```sh\n  psql -h <h> -d <d> < x\n  ```\n\n"


def command_step(command: str, label: str = "sh") -> str:
    lines = "".join(f"  {line}\n" for line in command.split("\n"))
    return f"- [ ] Run it\n\n  ```{label}\n{lines}  ```\n"


def prose_step(*lines: str) -> str:
    return "- [ ] Go on\n\n" + "\n".join(f"  {line}" for line in lines) + "\n"
