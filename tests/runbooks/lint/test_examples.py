"""Every rule finds its bad example and is silent about its good one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runbooks.lint.facts import LintFacts
from runbooks.lint.rules import RULES
from tests.runbooks.lint.linting import EXAMPLES, flagged

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
PROMISED = LintFacts(rto=timedelta(hours=1))
#: Facts that a rule needs besides the text, where it needs some: with the bad one, and the good.
FACTS: dict[str, tuple[LintFacts, LintFacts]] = {
    "L40": (PROMISED, PROMISED),
    "L41": (
        LintFacts(now=NOW, drill_every=YEAR, drilled_at=NOW - 2 * YEAR),
        LintFacts(now=NOW, drill_every=YEAR, drilled_at=NOW - YEAR / 2),
    ),
    "L42": (
        LintFacts(now=NOW, review_every=YEAR, reviewed_at=NOW - 2 * YEAR),
        LintFacts(now=NOW, review_every=YEAR, reviewed_at=NOW - YEAR / 2),
    ),
}
NOTHING = (LintFacts(), LintFacts())


@pytest.mark.parametrize("code", RULES)
def test_a_rule_finds_its_bad_example_and_not_its_good_one(code):
    bad, good = ((EXAMPLES / code / f"{name}.md").read_text("utf-8") for name in ("bad", "good"))
    with_bad, with_good = FACTS.get(code, NOTHING)
    findings = flagged(code, bad, with_bad)
    assert findings
    for finding in findings:
        assert finding.suggestion
        assert finding.line <= len(bad.splitlines())
        assert finding.column <= len(bad.splitlines()[finding.line - 1])
    assert not flagged(code, good, with_good)


def test_every_example_belongs_to_a_rule():
    assert {folder.name for folder in EXAMPLES.iterdir()} == set(RULES)


def test_rules_say_what_and_why():
    for code, rule in RULES.items():
        assert code == rule.code
        assert not rule.summary.endswith(".")
        assert rule.reason.endswith(".")
