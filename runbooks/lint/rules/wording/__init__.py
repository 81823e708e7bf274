"""Rules about wording: titles, vague words, cautions, and what is easy to read."""

from __future__ import annotations

from runbooks.lint.rules.wording import clarity, readability, titles

RULES = (*clarity.RULES, *readability.RULES, *titles.RULES)
