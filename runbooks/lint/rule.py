"""What a rule of the linter is. The rules are in `runbooks.lint.rules`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from runbooks.enums import Level
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.procedure.model import Guard

Check = Callable[[Book], Iterator[Remark]]


class RuleScope(StrEnum):
    """Which runbooks a rule looks at."""

    ALL = "every runbook"
    GUARDED = "restores, and runbooks with guards"
    DANGEROUS = "runbooks that overwrite or destroy something"
    RESTORES = "restores"
    DELETES = "deletions"
    ACTS = "restores and deletions"
    COPIES_OUT = "copies of data to somewhere else"
    MOVES = "restores, and copies of data to somewhere else"


def scopes_of(book: Book) -> frozenset[RuleScope]:
    """The scopes that a runbook is in."""
    procedure, effects = book.procedure, book.effects
    guarded = any(step.guard != Guard() for step in procedure.steps)
    holds = {
        RuleScope.ALL: True,
        RuleScope.GUARDED: guarded or effects.restores or bool(procedure.operation),
        RuleScope.DANGEROUS: bool(effects.acts),
        RuleScope.RESTORES: effects.restores,
        RuleScope.DELETES: effects.deletes,
        RuleScope.ACTS: effects.restores or effects.deletes,
        RuleScope.COPIES_OUT: procedure.copies_out,
        RuleScope.MOVES: effects.transfers,
    }
    return frozenset(scope for scope, is_in in holds.items() if is_in)


@dataclass(frozen=True)
class LintRule:
    """One rule: what it flags, and why.

    `code` never changes its meaning; `lint/examples/<code>` holds a bad and a good example. `level`
    is the weight of its findings, unless a remark has its own. `summary` says in one line what is
    flagged, `reason` why, with the source. `check` yields a remark for each place.
    """

    code: str
    level: Level
    summary: str
    reason: str
    scope: RuleScope
    check: Check


class RuleGroup(list[LintRule]):
    """The rules of one module, in the order in which they are declared."""

    def add(
        self,
        code: str,
        level: Level,
        summary: str,
        reason: str,
        *,
        scope: RuleScope = RuleScope.ALL,
    ) -> Callable[[Check], Check]:
        """Declare the check below it as a rule of this group."""

        def declare(check: Check) -> Check:
            self.append(LintRule(code, level, summary, reason, scope, check))
            return check

        return declare
