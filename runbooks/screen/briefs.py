"""What is read aloud before a run: how the last one went, and whether the time will do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from inventory.models import System
from lib.times import stamp
from lib.units.durations import words
from runbooks.enums import RunKind, RunStatus, StepStatus
from runbooks.log import texts
from runbooks.machine.events.run import deviation_words
from runbooks.machine.events.steps import StepTicked
from runbooks.models import Run, Runbook
from runbooks.procedure.counting import StepCount, count_steps, count_timed
from runbooks.procedure.model import Procedure
from runbooks.procedure.serialization import from_json

_ENDED = {
    RunStatus.BRIEFING.value: "was prepared and not started",
    RunStatus.RUNNING.value: "is still running",
    RunStatus.ON_HOLD.value: "is on hold",
    RunStatus.COMPLETED.value: "was completed",
    RunStatus.ABORTED.value: "was aborted",
}


@dataclass(frozen=True)
class LastRun:
    """The run before this one: how it ended, in words, the titles of the steps that met something
    unexpected, and how many of its ticks came too fast to have been looked at (of a live run; a
    drill is not counted, and nobody is named)."""

    run: Run
    ended: str
    mismatches: tuple[str, ...]
    hurried: int = 0

    @property
    def undisturbed(self) -> str:
        """What can be said where nothing differed; '' of a run that never began."""
        if self.run.started_at is None:
            return ""
        whole = self.run.status == RunStatus.COMPLETED.value
        return f"No value differed from what was expected{'' if whole else ', as far as it went'}."

    @property
    def deviation(self) -> str:
        """In what it went wrong, in a few words; '' when it did not."""
        return deviation_words(self.run.deviation) if self.run.deviation else ""


@dataclass(frozen=True)
class TimePlan:
    """The expected durations of the main path, added up. `timed` of `count.steps` steps
    have one; `verdict` compares the sum with the RTO, in words."""

    expected: str
    timed: int
    count: StepCount
    verdict: str
    met: bool | None


def last_run(runbook: Runbook) -> LastRun | None:
    """The newest run of `runbook` and what went wrong in it; None before the first."""
    run = Run.objects.latest_of(runbook)
    if run is None:
        return None
    troubled = (
        run.steps.filter(
            Q(attempt__gt=1) | Q(status__in=[StepStatus.MISMATCH.value, StepStatus.DIAGNOSED.value])
        )
        .order_by("step")
        .values_list("step", flat=True)
        .distinct()
    )
    steps = {step.index: step for step in from_json(run.revision.procedure).steps}
    titles = tuple(f"{steps[n].number} {steps[n].title}" for n in troubled if n in steps)
    when = stamp(run.ended_at or run.started_at or run.prepared_at)
    return LastRun(run, f"{_ENDED[run.status]}, {when}", titles, hurried_ticks(run))


def hurried_ticks(run: Run) -> int:
    """How many ticks of a live run were faster than the step can be done, or came in a batch; 0 for
    a drill, in which people may hurry."""
    if run.kind != RunKind.LIVE.value:
        return 0
    ticks = (line.event for line in texts.of_kinds(run, [StepTicked.kind]))
    return sum(isinstance(tick, StepTicked) and (tick.hurried or tick.batch) for tick in ticks)


def time_plan(procedure: Procedure, system: System | None) -> TimePlan:
    """How long the main path should take, against the system's RTO. Steps without a duration count
    nothing, so the sum is a lower bound, and says so."""
    count, timed = count_steps(procedure), count_timed(procedure)
    main = [procedure.steps[index] for index in procedure.main_path]
    expected = [
        step.guard.duration.expected
        for step in main
        if step.guard.duration and step.guard.duration.expected is not None
    ]
    total = timedelta(seconds=sum(expected))
    total_words = words(total) if expected else "not known: no step says how long it takes"
    if system is None or system.rto is None or not expected:
        return TimePlan(total_words, timed, count, "", None)
    rto = words(system.rto)
    if total > system.rto:
        verdict = f"Longer than the RTO of {rto}. Say so now, not when it is over."
    else:
        verdict = f"RTO {rto}: leaves {words(system.rto - total)} for all other steps."
    return TimePlan(total_words, timed, count, verdict, total <= system.rto)
