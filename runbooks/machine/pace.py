"""How fast a step was ticked. A hurried tick is let through and told: a guard against haste would
only teach people to wait before they tick without looking (D23; “clicked quickly”, M14)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from runbooks.enums import StepStatus
from runbooks.state import RunState, StepState

#: So many ticks in one run, within so long, were not ticked one by one as each step was done.
BATCH, WITHIN = 3, timedelta(seconds=10)


def pace(state: RunState, index: int, at: datetime) -> dict[str, Any]:
    """What a tick of step `index` at `at` (aware) says of itself: the `seconds` since its circle,
    whether that was `hurried` or `late` against its `duration`, and whether it is the third of a
    `batch`. Only what is true is in it."""
    found: dict[str, Any] = {}
    step, duration = state.steps[index], state.step(index).guard.duration
    if duration is not None and step.started_at is not None:
        found["seconds"] = int((at - step.started_at).total_seconds())
        if duration.max is not None and found["seconds"] > duration.max:
            found["late"] = True
    return {**found, **dict.fromkeys(_haste(state, index, at, ticks(state)), True)}


def ticks(state: RunState) -> tuple[datetime, ...]:
    """When the steps were ticked, earlier attempts too, in order of time."""
    found = (step for step in (*state.steps, *state.past) if _is_ticked(step))
    return tuple(sorted(step.done_at for step in found if step.done_at))


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
    true = {"hurried": _too_fast(state, index, at), "batch": _in_batch(state, index, at, ticked)}
    return tuple(name for name, found in true.items() if found)


def _too_fast(state: RunState, index: int, at: datetime) -> bool:
    """Whether `at` is before step `index` can sensibly be done: its circle and its `min`."""
    step, duration = state.steps[index], state.step(index).guard.duration
    if duration is None or duration.min is None or step.started_at is None:
        return False
    return int((at - step.started_at).total_seconds()) < duration.min


def _in_batch(state: RunState, index: int, at: datetime, ticked: Sequence[datetime]) -> bool:
    """Whether a tick of step `index` at `at` ends a batch: with those of other steps, and of
    earlier attempts, in the ten seconds before it. Decisions and steps left out do not count; they
    ask for a reason."""
    step, since = state.steps[index], at - WITHIN
    own = step.done_at is not None and _is_ticked(step) and since <= step.done_at <= at
    return bisect_right(ticked, at) - bisect_left(ticked, since) - own >= BATCH - 1


def _is_ticked(step: StepState) -> bool:
    """Also one whose tick was found wrong afterwards: it was ticked all the same."""
    return step.status is not StepStatus.NOT_APPLICABLE and not step.answer
