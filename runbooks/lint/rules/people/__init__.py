"""Rules about people: the second person, roles, and the team check."""

from __future__ import annotations

from runbooks.lint.rules.people import roles, second_person, team_check

RULES = (*roles.RULES, *second_person.RULES, *team_check.RULES)
