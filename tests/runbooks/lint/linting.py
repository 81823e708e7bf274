"""What the tests of the linter share: texts in, codes out."""

from __future__ import annotations

from pathlib import Path

from runbooks.lint.facts import LintFacts
from runbooks.lint.linter import lint
from runbooks.procedure.model import Finding
from runbooks.procedure.parser import parse

EXAMPLES = Path(__file__).resolve().parents[3] / "runbooks" / "lint" / "examples"


def findings(source: str, facts: LintFacts | None = None) -> tuple[Finding, ...]:
    """All findings of the linter; fails with the parser's when it refuses the text."""
    parsed = parse(source.encode(), name="tried.md")
    assert parsed.procedure is not None, parsed.findings
    return lint(parsed.procedure, source, facts)


def flagged(code: str, source: str, facts: LintFacts | None = None) -> list[Finding]:
    """The findings of one rule."""
    return [f for f in findings(source, facts) if f.code == code]
