"""The linter: finds what is unsafe in a runbook before it is run.

Pure: no database, no clock. What the inventory and the history know comes in as `LintFacts`.
The rules are in families by subject, in `runbooks.lint.rules`; `book` is the runbook as the rules
see it, `commands` reads what command blocks call, `dangers` knows what that does to data.
`docs/reference/lint-rules.md` is made from the rules.
"""
