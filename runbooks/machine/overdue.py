"""Which steps take longer than they may, and in which runs nothing happens. Pure: a state and a
moment go in, and whatever is to be told comes out, again and again as long as it is true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from runbooks.enums import RunStatus, StepStatus
from runbooks.machine.state import RunState, StepState, current

#: Runs in which somebody is expected to act. A briefing may wait for days.
UNDER_WAY = frozenset({RunStatus.RUNNING, RunStatus.ON_HOLD})


@dataclass(frozen=True)
class Late:
    """A step beyond its `limit`: `step` is its index; it is being done, or was not begun, for
    `length`."""

    step: int
    attempt: int
    begun: bool
    limit: timedelta
    length: timedelta


@dataclass(frozen=True)
class Quiet:
    """Nothing was written in the run since its event `sequence`, for `length`."""

    sequence: int
    held: bool
    length: timedelta


def opening(state: RunState) -> int:
    """Number of the event since which the current step could have been acted on: the one that
    opened it, or a later one that set the whole run in motion again."""
    index = current(state)
    return max(state.steps[index].touched, state.turned) if index is not None else state.turned


def overdue(
    state: RunState,
    *,
    at: datetime,
    opened_at: datetime,
    last_at: datetime,
    quiet_after: timedelta,
) -> list[Late | Quiet]:
    """What is overdue in `state` at `at`; all times are aware.

    `opened_at` is the time of event `opening(state)`, `last_at` that of the last event. While the
    run is held no step is late, for nothing may move. A run is not quiet while a step is being done
    that takes its time by its own `duration`, nor when a late step says more. A clock that was set
    back makes nothing overdue.
    """
    if state.status not in UNDER_WAY:
        return []
    late: list[Late | Quiet] = []
    if state.status is RunStatus.RUNNING:
        late += [news for step in state.steps if (news := _late(state, step, at, opened_at))]
    return late or _quiet(state, at, last_at, quiet_after)


def _late(state: RunState, step: StepState, at: datetime, opened_at: datetime) -> Late | None:
    pace = state.step(step.index).guard.duration
    if pace is None or pace.max is None:
        return None
    if step.status is StepStatus.STARTED and step.started_at is not None:
        since = step.started_at
    elif step.status is StepStatus.OPEN:
        since = opened_at
    else:
        return None
    limit, length = timedelta(seconds=pace.max), at - since
    begun = step.status is StepStatus.STARTED
    return Late(step.index, step.attempt, begun, limit, length) if length > limit else None


def _quiet(
    state: RunState, at: datetime, last_at: datetime, quiet_after: timedelta
) -> list[Late | Quiet]:
    length = at - last_at
    if length <= max(quiet_after, _taking(state)):
        return []
    return [Quiet(state.sequence, state.status is RunStatus.ON_HOLD, length)]


def _taking(state: RunState) -> timedelta:
    """How long the step that is being done takes by its own account."""
    index = current(state)
    if index is None or state.status is RunStatus.ON_HOLD:
        return timedelta(0)
    pace = state.step(index).guard.duration
    if state.steps[index].status is not StepStatus.STARTED or pace is None:
        return timedelta(0)
    return timedelta(seconds=pace.max or pace.expected or 0)
