"""A long command while it runs: since when, what its first line must say, how it is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lib.times import stamp
from lib.units.durations import words
from runbooks.enums import StepStatus
from runbooks.machine.interlocks.wait import FIRST_LINE
from runbooks.machine.state import RunState
from runbooks.procedure.guards.acts import Wait
from runbooks.procedure.model import Step
from runbooks.screen.context import PageContext
from runbooks.screen.words import clock_face


@dataclass(frozen=True)
class Waiting:
    """`since` is when the step was begun, in ISO 8601, '' before; `most` the seconds after which
    it is late, 0 where the runbook says none. `checked`: the first line was read and fits."""

    since: str
    began: str
    elapsed: str
    expected: str
    most: int
    late: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    cancel: str
    checked: bool


def waiting(page: PageContext, step: Step) -> Waiting | None:
    """What stands beside the fields of a step that waits for a long command; None for others."""
    wait = step.guard.get(Wait)
    if wait is None:
        return None
    progress, pace = page.state.steps[step.index], step.guard.duration
    running = progress.started_at is not None and progress.status in {
        StepStatus.STARTED,
        StepStatus.OPEN,
    }
    began = progress.started_at if running else None
    most = pace.max if pace and pace.max else 0
    return Waiting(
        since=began.isoformat() if began else "",
        began=stamp(began) if began else "",
        elapsed=clock_face(page.at - began) if began else "",
        expected=_span(pace.expected if pace else None),
        most=most,
        late=_span(most),
        good=wait.expect,
        bad=wait.bad,
        cancel=wait.cancel,
        checked=FIRST_LINE in progress.values,
    )


def cancelling(state: RunState, index: int | None) -> str:
    """How the command of step `index` is stopped, when its output was not what it must be."""
    if index is None or state.steps[index].status is not StepStatus.MISMATCH:
        return ""
    wait = state.step(index).guard.get(Wait)
    return wait.cancel if wait else ""


def _span(seconds: int | None) -> str:
    return words(timedelta(seconds=seconds)) if seconds else ""
