"""What is wrong in a text that is kept here, or about to be, as of a moment: the words of the
parser, the library and the linter together.

Nothing of it is stored. The rules of the linter grow, and some look at facts that change (when was
the last drill, does the time still fit the RTO): a stored finding would be old news. A process
remembers what it found under all that it depends on: the immutable revision, and the facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lib.recent import Recent
from runbooks.library import facts
from runbooks.library.reading import TextReading, doubts
from runbooks.lint.facts import LintFacts
from runbooks.lint.findings import LintResult, lint_text
from runbooks.models import Revision, Runbook
from runbooks.procedure.serialization import from_json

#: By revision, SHA-256 of its text, and the facts.
_judgements: Recent[tuple[int, str, LintFacts], LintResult] = Recent(500)


def of_revision(revision: Revision, *, at: datetime) -> LintResult:
    """What is wrong in a kept text, as of `at` (aware). It is the stored procedure that is judged,
    for that is what a run follows."""
    return of_revisions([revision], at=at)[revision.pk]


def of_revisions(revisions: Iterable[Revision], *, at: datetime) -> dict[int, LintResult]:
    """The same for many, by their keys; the number of queries does not grow with them, if they come
    with their runbooks and systems."""
    kept = list(revisions)
    known = facts.of_revisions(kept, at=at)
    return {revision.pk: _judged(revision, known[revision.pk]) for revision in kept}


def of_reading(
    source: bytes, reading: TextReading, *, runbook: Runbook | None, at: datetime
) -> LintResult:
    """What is wrong in a text that was just read; `runbook` is the one whose next revision it would
    be, None for a new one."""
    known = facts.of_text(reading.system, runbook, at=at)
    return lint_text(reading.procedure, source, reading.findings, known)


def _judged(revision: Revision, known: LintFacts) -> LintResult:
    def look() -> LintResult:
        source = bytes(revision.source)
        return lint_text(from_json(revision.procedure), source, doubts(source), known)

    return _judgements.get_or((revision.pk, revision.sha256, known), look)
