"""What the answers about runbooks and their revisions are printed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from runbooks.library import failures, linting, queries
from runbooks.library.demands import demands
from runbooks.library.reading import TextReading
from runbooks.lint.findings import LintResult
from runbooks.models import Revision, Runbook
from runbooks.procedure.model import Procedure, Step
from runbooks.procedure.serialization import from_json


@dataclass(frozen=True)
class RunbookAnswer:
    """A runbook: `newest` is its last revision, `approved` the newest approved one; `findings`
    counts those in the revision that counts, which is `revision` where it is printed whole."""

    runbook: Runbook
    newest: Revision | None
    approved: Revision | None
    findings: int
    revision: RevisionAnswer | None = None


def runbook_line(listed: queries.ListedRunbook, judged: Mapping[int, LintResult]) -> RunbookAnswer:
    """A runbook in the list; `judged` are the texts that count, by the keys of their revisions."""
    counts = listed.counts
    findings = judged[counts.pk].open if counts else ()
    return RunbookAnswer(listed.runbook, listed.newest, listed.approved, len(findings))


def whole_runbook(runbook: Runbook, *, at: datetime) -> RunbookAnswer:
    """A runbook with the revision that counts, judged as of `at`."""
    newest, approved = runbook.revisions.newest(), runbook.revisions.approved().newest()
    counts = approved or newest
    revision = RevisionAnswer(counts, linting.of_revision(counts, at=at)) if counts else None
    findings = revision.judgement.open if revision else ()
    return RunbookAnswer(runbook, newest, approved, len(findings), revision)


@dataclass(frozen=True)
class RevisionAnswer:
    """A revision with its text, what was read in it, and what is wrong in it."""

    revision: Revision
    judgement: LintResult

    @property
    def source(self) -> str:
        return bytes(self.revision.source).decode("utf-8-sig", "replace")

    @property
    def procedure(self) -> ProcedureAnswer:
        return ProcedureAnswer(from_json(self.revision.procedure))

    @cached_property
    def ties(self) -> tuple[failures.Tie, ...]:
        return failures.ties(self.revision)

    @property
    def lock(self) -> failures.Failure | None:
        return next((tie.failure for tie in self.ties if tie.locks), None)


@dataclass(frozen=True)
class TextAnswer:
    """A text that is not kept, as it was understood."""

    reading: TextReading
    judgement: LintResult

    @property
    def procedure(self) -> ProcedureAnswer | None:
        procedure = self.reading.procedure
        return ProcedureAnswer(procedure) if procedure else None


@dataclass(frozen=True)
class ProcedureAnswer:
    """What a text says."""

    procedure: Procedure

    @property
    def steps(self) -> list[StepRead]:
        return [StepRead(step, self.procedure) for step in self.procedure.steps]


@dataclass(frozen=True)
class StepRead:
    """A step as it was read, in its procedure."""

    step: Step
    procedure: Procedure

    @property
    def demands(self) -> tuple[str, ...]:
        return tuple(demands(self.step.guard, self.procedure))
