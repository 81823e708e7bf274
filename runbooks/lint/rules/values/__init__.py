"""Rules about recorded values: what they must be, are compared with, and what follows if not."""

from __future__ import annotations

from runbooks.lint.rules.values import comparisons, mismatches, recorded

RULES = (*comparisons.RULES, *mismatches.RULES, *recorded.RULES)
