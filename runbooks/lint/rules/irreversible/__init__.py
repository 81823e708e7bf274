"""Rules about irreversible acts: what must come before one, and how to go back."""

from __future__ import annotations

from runbooks.lint.rules.irreversible import deletions, prechecks, preparation, rollback

RULES = (*preparation.RULES, *prechecks.RULES, *rollback.RULES, *deletions.RULES)
