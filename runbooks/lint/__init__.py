"""The linter: what is unsafe in a runbook, said before it is run.

Pure: no database, no clock. What the inventory and the history know comes in as `LintFacts`.
The rules stand in modules by what they are about; `docs/reference/lint-rules.md` is made from them.
"""

from __future__ import annotations

from collections.abc import Iterable

from runbooks.lint import (
    aftermath,
    commands,
    comparisons,
    connections,
    copies,
    decisions,
    deletions,
    dependencies,
    directions,
    literals,
    mismatches,
    order,
    pace,
    pairs,
    people,
    prechecks,
    promises,
    reading,
    signs,
    stray,
    switches,
    timeouts,
    titles,
    upkeep,
    values,
    verifiers,
    wayback,
    wording,
)
from runbooks.lint.book import Book
from runbooks.lint.remarks import LintFacts, Remark, Scope
from runbooks.lint.rules import Rule
from runbooks.procedure import Finding, Procedure

__all__ = ["RULES", "LintFacts", "Rule", "Scope", "lint", "split"]

_MODULES = (
    aftermath,
    commands,
    comparisons,
    connections,
    copies,
    decisions,
    deletions,
    dependencies,
    directions,
    literals,
    mismatches,
    order,
    pace,
    pairs,
    people,
    prechecks,
    promises,
    reading,
    signs,
    stray,
    switches,
    timeouts,
    titles,
    upkeep,
    values,
    verifiers,
    wayback,
    wording,
)

#: Every rule by its code, in the order of the codes.
RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in sorted(
        (it for module in _MODULES for it in vars(module).values() if isinstance(it, Rule)),
        key=lambda it: it.code,
    )
}


def lint(procedure: Procedure, source: str, facts: LintFacts | None = None) -> tuple[Finding, ...]:
    """What the rules have to say, in the order of the source, waived findings too.

    `source` is the text that `procedure` was read from; `facts` what is known besides it. A rule
    that needs a fact which is not there says nothing. Never raises for what an author can write.
    """
    book = Book(procedure, source, facts or LintFacts())
    found = (
        _finding(rule, remark)
        for rule in RULES.values()
        if rule.scope in book.scopes
        for remark in rule.check(book)
    )
    return tuple(sorted(found, key=lambda f: (f.line, f.column, f.code)))


def split(
    findings: Iterable[Finding], waive: Iterable[tuple[str, str]]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that count, and those that the author waived. `waive` is `Procedure.waive`."""
    codes = {code for code, _ in waive}
    kept = tuple(findings)
    return (
        tuple(f for f in kept if f.code not in codes),
        tuple(f for f in kept if f.code in codes),
    )


def _finding(rule: Rule, remark: Remark) -> Finding:
    level = remark.level or rule.level
    return Finding(rule.code, level, remark.line, remark.column, remark.sentence, remark.suggestion)
