"""What a move comes to when the clock has gone back behind the last event of its run.

What makes a run safer, or only adds to its log, is accepted: stamped with the time of the last
event, and marked. What rests on how much time has passed is refused, and the run is held: nobody
can say whether two minutes were two minutes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from runbooks.enums import RunStatus
from runbooks.machine.events.event import RunEvent
from runbooks.machine.freshness import WENT_BACK, went_back
from runbooks.machine.gates import gates
from runbooks.machine.move import Move, Request, RestsOnTime
from runbooks.machine.requests import Refusal
from runbooks.machine.state import RunState

#: How far ahead the last event may lie for its run to wait until the clock has passed it.
_TOO_FAR = timedelta(days=1)


def timed(state: RunState, request: Request) -> Request:
    """`request` at the time that its events are stamped with: never before the last one. `clock` is
    what the clock showed, when it had gone back."""
    if request.at >= state.last_at:
        return request
    clock = request.at if went_back(state.last_at, request.at) else request.clock
    return replace(request, at=state.last_at, clock=clock)


def untimely(state: RunState, move: type[Move], index: int | None, at: datetime) -> Refusal | None:
    """Why `move` on step `index` is refused when the clock shows `at` (aware); None when it does
    not rest on time, or time went on."""
    if not went_back(state.last_at, at) or not _rests_on_time(state, move, index):
        return None
    return Refusal(
        WENT_BACK,
        f"The clock went back: it shows {at:%Y-%m-%d %H:%M:%S} UTC, and the last event of this run"
        f" is from {state.last_at:%Y-%m-%d %H:%M:%S} UTC. How long ago something was confirmed is"
        " not known.",
        _remedy(state, at),
        guard="clock",
    )


def _remedy(state: RunState, at: datetime) -> str:
    """What to do about a clock that shows `at` (aware): a run is not kept waiting for days."""
    briefing = state.status is RunStatus.BRIEFING
    right = "Set the clock of the database server right"
    held = "" if briefing else "The run is on hold. "
    if state.last_at - at > _TOO_FAR:
        return f"{held}{right}, abort this run and prepare it again."
    then = "try again" if briefing else "resume"
    possible = "Notes" if briefing else "STOP, notes, late entries"
    return (
        f"{held}{right}, or wait until it has passed {state.last_at:%Y-%m-%d %H:%M:%S} UTC; then"
        f" {then}. {possible} and aborting stay possible."
    )


def stamped(request: Request, events: Iterable[RunEvent]) -> tuple[RunEvent, ...]:
    """`events` of `request`, marked with what the clock showed when it had gone back."""
    if request.clock is None:
        return tuple(events)
    return tuple(replace(event, clock_went_back=request.clock) for event in events)


def _rests_on_time(state: RunState, move: type[Move], index: int | None) -> bool:
    rests = move.rule.rests_on_time
    if rests is RestsOnTime.GUARDED and index is not None:
        return bool(state.step(index).guard.duration or gates(state, index, state.last_at))
    return rests is RestsOnTime.ALWAYS
