"""What a rule of the linter is. The rules themselves stand in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runbooks.enums import Level
from runbooks.lint.book import Book
from runbooks.lint.remarks import Remark, Scope

Check = Callable[[Book], Iterator[Remark]]


@dataclass(frozen=True)
class Rule:
    """One rule: what it flags, and why.

    `code` never changes its meaning. `level` is the weight of its findings, unless a remark carries
    one of its own. `summary` says in one line what is flagged, `reason` why, with the source.
    `scope` says which runbooks it speaks about. `check` yields a remark for each place.
    """

    code: str
    level: Level
    summary: str
    reason: str
    scope: Scope
    check: Check


def rule(
    code: str, level: Level, summary: str, reason: str, *, scope: Scope = Scope.ALL
) -> Callable[[Check], Rule]:
    """Make the check below it a rule. `runbooks.lint` collects the rules of its modules."""

    def made(check: Check) -> Rule:
        return Rule(code, level, summary, reason, scope, check)

    return made
