"""The findings of the parser and the linter on a text: those that count, and those waived.

Pure, like both of them: the facts come in from outside (`runbooks.library.linting`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from runbooks.enums import Level
from runbooks.lint.facts import LintFacts
from runbooks.lint.linter import lint, split
from runbooks.lint.rules import RULES
from runbooks.procedure.model import Finding, Procedure
from runbooks.procedure.runnable import needs_steps, no_steps


@dataclass(frozen=True)
class WaivedRule:
    """A rule that the author says does not apply here. `summary` is the rule's, '' for a code that
    is none; `findings` are those it takes the weight from."""

    code: str
    reason: str
    summary: str
    findings: tuple[Finding, ...]

    @property
    def lines(self) -> tuple[int, ...]:
        """Where the rule is broken, each line once."""
        return tuple(sorted({finding.line for finding in self.findings}))


@dataclass(frozen=True)
class NotedFinding:
    """A finding as it is shown; `waived` is the reason why it does not count, '' when it does."""

    finding: Finding
    waived: str = ""

    @property
    def why(self) -> str:
        """The reason of its rule; '' for what is no rule of the linter."""
        rule = RULES.get(self.finding.code)
        return rule.reason if rule else ""


@dataclass(frozen=True)
class LintResult:
    """`open` are the findings that count, in the order of the source; `waivers` in that of the
    front matter."""

    open: tuple[Finding, ...] = ()
    waivers: tuple[WaivedRule, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps the text from being approved."""
        return tuple(finding for finding in self.open if finding.level is Level.ERROR)

    @property
    def noted(self) -> tuple[NotedFinding, ...]:
        """All findings line by line, the waived ones with their reason. On one line the heaviest
        come first, and the waived last."""
        waived = [
            NotedFinding(finding, waiver.reason)
            for waiver in self.waivers
            for finding in waiver.findings
        ]
        counting = [NotedFinding(finding) for finding in self.open] + waived
        return tuple(sorted(counting, key=_weight))

    @property
    def counted(self) -> tuple[tuple[Level, int], ...]:
        """How many open findings there are of each level that occurs, the heaviest first."""
        met = [finding.level for finding in self.open]
        return tuple((level, met.count(level)) for level in Level if level in met)


def lint_text(
    procedure: Procedure | None,
    source: bytes,
    others: Iterable[Finding] = (),
    facts: LintFacts | None = None,
) -> LintResult:
    """The findings of the linter, and the `others`: the parser's, the library's.

    `procedure` is what was read from `source`, None when nothing could be: then the linter has
    nothing to look at. Without `facts` the rules that need some say nothing, and no waiver is
    called idle, because its rule may be one of them.
    """
    if procedure is None:
        return LintResult(tuple(others))
    text = source.decode("utf-8-sig", errors="replace")
    findings = lint(procedure, text, facts)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    counting, waived = split(findings, procedure.waive)
    waivers = tuple(
        WaivedRule(
            code,
            reason,
            RULES[code].summary if code in RULES else "",
            tuple(finding for finding in waived if finding.code == code),
        )
        for code, reason in procedure.waive
    )
    idle = (_idle(waiver, text) for waiver in waivers if not waiver.findings)
    doubts = [f for f in idle if facts is not None or f.code == "waive.unknown"]
    if needs_steps(procedure):
        doubts.append(no_steps(procedure))
    return LintResult(tuple(sorted([*others, *counting, *doubts], key=_place)), waivers)


def _idle(waiver: WaivedRule, text: str) -> Finding:
    """The finding about a waiver that does nothing."""
    line, column = _written(waiver.code, text)
    if waiver.summary:
        return Finding(
            "waive.unused",
            Level.WARNING,
            line,
            column,
            f"{waiver.code} is waived, but nothing in this text breaks that rule.",
            "Take the waiver out: it would hide what somebody breaks later.",
        )
    return Finding(
        "waive.unknown",
        Level.WARNING,
        line,
        column,
        f"{waiver.code} is waived, but the linter has no rule of that code.",
        "Take the waiver out, or correct the code.",
    )


def _written(code: str, text: str) -> tuple[int, int]:
    """Line and column at which the front matter waives `code`; the first line when not found."""
    for number, line in enumerate(text.split("\n"), start=1):
        if number > 1 and line.rstrip() in {"---", "..."}:
            break
        if match := re.search(rf"\b{code}['\"]?\s*:", line):
            return number, match.start() + 1
    return 1, 1


def _weight(noted: NotedFinding) -> tuple[int, bool, int, int, str]:
    finding = noted.finding
    level = list(Level).index(finding.level)
    return finding.line, bool(noted.waived), level, finding.column, finding.code


def _place(finding: Finding) -> tuple[int, int, str]:
    return finding.line, finding.column, finding.code
