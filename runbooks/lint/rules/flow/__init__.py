"""Rules about the flow of a run: decisions, branches, stops and pace."""

from __future__ import annotations

from runbooks.lint.rules.flow import decisions, pacing

RULES = (*decisions.RULES, *pacing.RULES)
