"""Run all rules over one runbook."""

from __future__ import annotations

from collections.abc import Iterable

from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.facts import LintFacts
from runbooks.lint.rule import LintRule, scopes_of
from runbooks.lint.rules import RULES
from runbooks.procedure.model import Finding, Procedure


def lint(procedure: Procedure, source: str, facts: LintFacts | None = None) -> tuple[Finding, ...]:
    """The findings of all rules, in the order of the source, waived findings too.

    `source` is the text that `procedure` was read from; `facts` what is known besides it. A rule
    that needs a fact which is not there yields nothing. Never raises for what an author can write.
    """
    book = Book(procedure, source, facts or LintFacts())
    scopes = scopes_of(book)
    findings = (
        _finding(rule, remark)
        for rule in RULES.values()
        if rule.scope in scopes
        for remark in rule.check(book)
    )
    return tuple(sorted(findings, key=lambda f: (f.line, f.column, f.code)))


def split(
    findings: Iterable[Finding], waive: Iterable[tuple[str, str]]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that count, and those that the author waived. `waive` is `Procedure.waive`."""
    codes = {code for code, _ in waive}
    every = tuple(findings)
    return (
        tuple(f for f in every if f.code not in codes),
        tuple(f for f in every if f.code in codes),
    )


def _finding(rule: LintRule, remark: Remark) -> Finding:
    level = remark.level or rule.level
    return Finding(rule.code, level, remark.line, remark.column, remark.sentence, remark.suggestion)
