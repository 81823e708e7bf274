"""Attempts that went wrong, read: what the next one is told, and what it locks.

A live run that ended at the wrong target or in the wrong direction locks its text for live use: the
same steps would lead the same tired person to the same place (M13 of the story: the same wrong
direction twice in one night, with no correction in between). A text that acts the same is locked
wherever it stands, and so is every other revision of the runbook, until the step that failed has
another command or guard and an approver says why that will do; or until somebody waives it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from accounts.models import User
from lib.refusals import Refused
from runbooks.enums import RunKind, RunRole, RunStatus
from runbooks.log.texts import of_kinds
from runbooks.machine.events.run import EndedEarly, RunAborted, RunTurnedBack, deviation_words
from runbooks.machine.events.steps import StepMismatched
from runbooks.models import Revision, Run, Runbook, Waiver
from runbooks.procedure.executable import has_deed, step_digests, way_to
from runbooks.procedure.model import Procedure
from runbooks.procedure.serialization import from_json

_TOLD = (RunTurnedBack.kind, RunAborted.kind, StepMismatched.kind)


@dataclass(frozen=True)
class Failure:
    """An attempt that went wrong. `step` is the number and title of the step at which it did, ''
    when it stood at none, `index` its place; `why` is told by who saw it; `waiver` says that it
    locks nothing more."""

    run: Run
    step: str
    why: str
    waiver: Waiver | None
    index: int | None = None

    @property
    def deviation(self) -> str:
        """In what it went wrong, in a few words."""
        return deviation_words(self.run.deviation)

    @property
    def sentence(self) -> str:
        """Which run went wrong, in what, where and why."""
        where = f" at step {self.step}" if self.step else ""
        return f"Run {self.run.pk} ended early ({self.deviation}){where}, because: {self.why}"


def last_failure(runbook: Runbook, *, before: Run | None = None) -> Failure | None:
    """The last live attempt at `runbook` that ended, if it went wrong; with `before`, the last one
    that had ended when that run started. Drills neither show up here nor hide anything."""
    runs = Run.objects.live().ended().of_runbook(runbook).with_failures()
    if before is not None:
        runs = runs.exclude(pk=before.pk)
        if before.started_at is not None:
            runs = runs.filter(ended_at__lte=before.started_at)
    run = runs.order_by("-ended_at", "-pk").first()
    return _failure(run) if run is not None and run.deviation else None


def lock(revision: Revision) -> Failure | None:
    """The newest failure that keeps `revision` from being run live; None when none does."""
    return next((tie.failure for tie in ties(revision) if tie.locks), None)


@dataclass(frozen=True)
class Tie:
    """A failure and what `revision` has to do with it. `same`: it acts the same as the text that
    failed, or did up to the step that failed; `changed`: the step that failed has another command
    or guard in it; `lifted`: an approver said afterwards why that will do; `step`: the number of
    the step of another runbook that acts the same and is reached on another way, which locks
    nothing and asks the approver for a reason."""

    failure: Failure
    same: bool
    changed: bool
    lifted: bool
    step: str = ""

    @property
    def locks(self) -> bool:
        """Whether it keeps `revision` from being run live."""
        return not self.lifted and not self.step

    @property
    def asks(self) -> bool:
        """Whether the approver has to say why it will not go wrong again."""
        return self.changed or bool(self.step)

    @property
    def sentence(self) -> str:
        """What an approver is told of it."""
        run = self.failure.run
        where = f" at step {self.failure.step}" if self.failure.step else ""
        went = f"run {run.pk} went wrong in it ({self.failure.deviation}){where}"
        if self.step:
            return (
                f"Step {self.step} acts the same as the step that failed in run {run.pk}"
                f" ({self.failure.deviation})."
            )
        if self.same:
            return f"This text acts the same as a locked procedure: {went}. It stays locked."
        if not self.changed:
            return (
                f"The step that failed acts as it did: {went.replace('in it ', '')}. This text"
                " stays locked until that step has another command or guard."
            )
        return f"An earlier text is locked: {went}. The step that failed has changed here."


def ties(revision: Revision) -> tuple[Tie, ...]:
    """The failures that lock `revision`, or did until it was approved; the newest first."""
    read = from_json(revision.procedure)
    ties = (
        _tie(revision, run) if _is_own(revision, run) else _elsewhere(revision, read, run)
        for run in Run.objects.locking().with_failures().order_by("-ended_at", "-pk")
    )
    return tuple(tie for tie in ties if tie is not None)


def _elsewhere(revision: Revision, read: Procedure, run: Run) -> Tie | None:
    """What `revision` has to do with a failure in another runbook whose failed step is in it too.
    A step without a command says nothing beyond its system: every good text identifies first."""
    failure = _failure(run)
    if failure.index is None:
        return None
    failed = from_json(run.revision.procedure)
    way = way_to(failed, failure.index)
    system = run.revision.runbook.system_id
    near = system is not None and system == revision.runbook.system_id
    near = near or any(step.commands for step in failed.steps[: failure.index + 1])
    if not near or not has_deed(failed.steps[failure.index]):
        return None
    if way_to(read)[: len(way)] == way:
        return Tie(failure, same=True, changed=False, lifted=False)
    steps = zip(read.steps, step_digests(read), strict=True)
    number = next((step.number for step, digest in steps if digest == way[-1]), "")
    answered = _is_answered(revision, run)
    return Tie(failure, same=False, changed=False, lifted=answered, step=number) if number else None


def _tie(revision: Revision, run: Run) -> Tie:
    same = run.revision_id == revision.pk or bool(
        revision.acts and revision.acts == run.revision.acts
    )
    later = run.revision.runbook_id == revision.runbook_id
    later = later and revision.number > run.revision.number
    failure = _failure(run)
    changed = later and not same and _is_changed(revision, run, failure.index)
    return Tie(failure, same, changed, changed and _is_answered(revision, run))


def _is_answered(revision: Revision, run: Run) -> bool:
    """Whether an approver said, after `run` had failed, why `revision` will not go wrong so."""
    return (
        bool(revision.approval_reason)
        and revision.approved_at is not None
        and run.ended_at is not None
        and revision.approved_at >= run.ended_at
    )


def _is_changed(revision: Revision, run: Run, index: int | None) -> bool:
    """Whether what acts at the failed step of `run` is gone from `revision`; of a run that failed
    at no step, whether anything that acts is other than it was, which the digests have said."""
    if index is None:
        return True
    before = step_digests(from_json(run.revision.procedure))
    after = step_digests(from_json(revision.procedure))
    return after.count(before[index]) < before.count(before[index])


def check(revision: Revision) -> None:
    """Raise `Refused` (locked) when `revision` may not be run live because of a failure."""
    failure = lock(revision)
    if failure is not None:
        raise Refused("locked", *words(revision, failure))


def before_run(run: Run) -> dict[str, Failure | None]:
    """What those who brief `run`, or think about resuming it, are told: the `failure` of the last
    attempt before it, and the one that keeps it from being started (`lock`). While it is under way
    nothing: there is no time to read then."""
    briefing = run.status == RunStatus.BRIEFING.value
    if not briefing and run.status != RunStatus.ON_HOLD.value:
        return {"failure": None, "lock": None}
    return {
        "failure": last_failure(run.revision.runbook, before=run),
        "lock": lock(run.revision) if briefing and run.kind == RunKind.LIVE.value else None,
    }


def lock_on(run: Run) -> str:
    """Why `run`, a live one, may not start, because of a failure; '' when it may."""
    failure = lock(run.revision)
    return words(run.revision, failure)[0] if failure is not None else ""


def words(revision: Revision, failure: Failure) -> tuple[str, str]:
    """Why `revision` is locked, and what to do about it."""
    return (
        f"Revision {revision.number} is locked for live use. {failure.sentence}",
        "Change the command or the guard of the step that failed and have it approved, with the"
        " reason; or ask an approver who did not operate that run to waive it, with a reason."
        " Drills stay possible.",
    )


def operated(run: Run, person: User) -> bool:
    """Whether `person` is, or at any time was, the operator of `run`."""
    if run.people.filter(person=person, role=RunRole.OPERATOR.value).exists():
        return True
    texts = run.events.filter(by=person).values_list("text", flat=True)
    return any(json.loads(text)["role"] == RunRole.OPERATOR for text in texts)


def _is_own(revision: Revision, run: Run) -> bool:
    """Whether `run` is of the same runbook, or of a text that acts the same."""
    failed = run.revision
    same = bool(revision.acts) and failed.acts == revision.acts
    return same or failed.runbook_id == revision.runbook_id


def _failure(run: Run) -> Failure:
    """What the log of `run` tells of it. The first event that says what went wrong names the step;
    what was found there is why, else what the run was ended for."""
    step, why = None, ""
    lines = of_kinds(run, _TOLD)
    events = [line.event for line in lines]
    for event in events:
        if isinstance(event, EndedEarly) and event.deviation == run.deviation:
            step, why = event.failed_step, event.reason
            break
    for event in events:
        if isinstance(event, StepMismatched) and event.deviation == run.deviation:
            why = event.why if event.step == step else why
    steps = from_json(run.revision.procedure).steps
    failed = steps[step] if step is not None else None
    waiver = getattr(run, "waiver", None)
    return Failure(run, f"{failed.number}, {failed.title}" if failed else "", why, waiver, step)
