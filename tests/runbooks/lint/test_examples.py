"""Every rule finds its bad example and is silent about its good one."""

from __future__ import annotations

import pytest

from runbooks.lint import RULES, LintFacts
from tests.runbooks.lint.linting import EXAMPLES, of

#: Facts that a rule needs besides the text, where it needs some.
FACTS: dict[str, LintFacts] = {}


@pytest.mark.parametrize("code", RULES)
def test_a_rule_finds_its_bad_example_and_not_its_good_one(code):
    bad, good = ((EXAMPLES / code / f"{name}.md").read_text("utf-8") for name in ("bad", "good"))
    found = of(code, bad, FACTS.get(code))
    assert found
    for finding in found:
        assert finding.suggestion
        assert finding.line <= len(bad.splitlines())
        assert finding.column <= len(bad.splitlines()[finding.line - 1])
    assert not of(code, good, FACTS.get(code))


def test_every_example_belongs_to_a_rule():
    assert {folder.name for folder in EXAMPLES.iterdir()} == set(RULES)


def test_rules_say_what_and_why():
    for code, rule in RULES.items():
        assert code == rule.code
        assert not rule.summary.endswith(".")
        assert rule.reason.endswith(".")
