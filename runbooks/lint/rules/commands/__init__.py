"""Rules about commands: what they destroy, where they connect, how they are written."""

from __future__ import annotations

from runbooks.lint.rules.commands import characters, connections, destruction, literals, options

RULES = (*characters.RULES, *connections.RULES, *destruction.RULES, *literals.RULES, *options.RULES)
