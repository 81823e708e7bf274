"""Rules about backups and copies: how they are made and chosen, and what follows a restore."""

from __future__ import annotations

from runbooks.lint.rules.copies import backups, follow_ups

RULES = (*backups.RULES, *follow_ups.RULES)
