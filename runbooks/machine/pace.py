"""How fast a step was ticked. A hurried tick is let through and told: a guard against haste would
only teach people to wait before they tick without looking (D23; “clicked quickly”, M14)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

from runbooks.enums import StepStatus
from runbooks.machine.events.steps import StepTicked
from runbooks.machine.state import RunState, StepState

#: So many ticks in one run, within so long, were not ticked one by one as each step was done.
BATCH, WITHIN = 3, timedelta(seconds=10)


def paced_tick(state: RunState, index: int, at: datetime, *, awaits: bool) -> StepTicked:
    """A tick of step `index` at `at` (aware), with its pace: the `seconds` since its circle,
    whether that was `hurried` or `late` against its `duration`, and whether two others were ticked
    within the ten seconds before it (`batch`)."""
    step, duration = state.steps[index], state.step(index).guard.duration
    seconds, late, haste = None, False, _haste(state, index, at, ticks(state))
    if duration is not None and step.started_at is not None:
        seconds = int((at - step.started_at).total_seconds())
        late = duration.max is not None and seconds > duration.max
    return StepTicked(
        step=index,
        awaits=awaits,
        seconds=seconds,
        late=late,
        hurried="hurried" in haste,
        batch="batch" in haste,
    )


def ticks(state: RunState) -> tuple[datetime, ...]:
    """When the steps were ticked, earlier attempts too, in order of time; but for those that only
    repeat their sub-steps."""
    parents = {step.parent for step in state.procedure.steps}
    repeated = {index for index in parents if index is not None and _only_repeats(state, index)}
    ticked = (step for step in (*state.steps, *state.past) if _is_ticked(step))
    return tuple(sorted(s.done_at for s in ticked if s.done_at and s.index not in repeated))


def haste(state: RunState, index: int, ticked: Sequence[datetime] | None = None) -> tuple[str, ...]:
    """What is true of the tick that step `index` has: "hurried", "batch". Who asks for many steps
    gives `ticks(state)` as well, so that they are looked for once."""
    step = state.steps[index]
    if not step.done_at or not _is_ticked(step):
        return ()
    return _haste(state, index, step.done_at, ticks(state) if ticked is None else ticked)


def _haste(
    state: RunState, index: int, at: datetime, ticked: Sequence[datetime]
) -> tuple[str, ...]:
    duration = state.step(index).guard.duration
    least = duration.min if duration else None
    if least is not None and (began := _began(state, index)):
        # Its author said how fast it can be done: that alone counts.
        return ("hurried",) if int((at - began).total_seconds()) < least else ()
    return ("batch",) if _in_batch(state, index, at, ticked) else ()


def _began(state: RunState, index: int) -> datetime | None:
    """When work on step `index` began: its circle, or that of its first sub-step. A step comes
    after its sub-steps, so its own circle says nothing of how long they took."""
    inner = [step.index for step in state.procedure.steps if step.parent == index]
    times = [state.steps[index].started_at, *(_began(state, each) for each in inner)]
    return min((moment for moment in times if moment), default=None)


def _in_batch(state: RunState, index: int, at: datetime, ticked: Sequence[datetime]) -> bool:
    """Whether a tick of step `index` at `at` ends a batch: with those of other steps, and of
    earlier attempts, in the ten seconds before it. Decisions and steps left out do not count; they
    ask for a reason. Nor does a step that only repeats its sub-steps: it is ticked right after the
    last of them."""
    if _only_repeats(state, index):
        return False
    step, since = state.steps[index], at - WITHIN
    own = step.done_at is not None and _is_ticked(step) and since <= step.done_at <= at
    return bisect_right(ticked, at) - bisect_left(ticked, since) - own >= BATCH - 1


def _only_repeats(state: RunState, index: int) -> bool:
    """Whether a step has sub-steps, and asks for nothing itself but its tick."""
    guard = state.step(index).guard
    asks = guard.record or guard.countersign or guard.demands
    return not asks and any(step.parent == index for step in state.procedure.steps)


def _is_ticked(step: StepState) -> bool:
    """Also one whose tick was found wrong afterwards: it was ticked all the same."""
    return step.status is not StepStatus.NOT_APPLICABLE and not step.answer
