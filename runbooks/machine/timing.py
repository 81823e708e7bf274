"""What a move comes to when the clock has gone back behind the last event of its run.

What makes a run safer, or only adds to its log, is accepted: stamped with the time of the last
event, and marked. What rests on how much time has passed is refused, and the run is held: nobody
can say whether two minutes were two minutes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from runbooks.enums import Move
from runbooks.freshness import WENT_BACK, went_back
from runbooks.machine.gates import gates
from runbooks.requests import NewEvent, Refusal, Request
from runbooks.state import RunState

#: Moves that are judged by how long ago something was, or that begin a time that is waited for.
#: A hold that was longer than it seems would not have its time-out repeated.
_TIMED = frozenset(
    {
        Move.COUNTERSIGN,
        Move.CONFIRM_TIMEOUT,
        Move.UNLOCK,
        Move.RELEASE,
        Move.RESUME,
        Move.ASK_OVERRIDE,
        Move.OVERRIDE,
    }
)
#: The same, at a step that is guarded.
_TIMED_IF_GUARDED = frozenset({Move.BEGIN_STEP, Move.TICK, Move.DECIDE})


def timed(state: RunState, request: Request) -> Request:
    """`request` at the time that its events are stamped with: never before the last one. `clock` is
    what the clock showed, when it had gone back."""
    if request.at >= state.last_at:
        return request
    clock = request.at if went_back(state.last_at, request.at) else request.clock
    return replace(request, at=state.last_at, clock=clock)


def untimely(state: RunState, move: Move, index: int | None, at: datetime) -> Refusal | None:
    """Why `move` on step `index` is refused when the clock shows `at` (aware); None when it does
    not rest on time, or time went on."""
    if not went_back(state.last_at, at) or not _rests_on_time(state, move, index):
        return None
    return Refusal(
        WENT_BACK,
        f"The clock went back: it shows {at:%Y-%m-%d %H:%M:%S} UTC, and the last event of this run"
        f" is from {state.last_at:%Y-%m-%d %H:%M:%S} UTC. How long ago something was confirmed is"
        " not known.",
        "The run is held. Set the clock of the database server right, or wait until it has passed"
        f" {state.last_at:%H:%M:%S} UTC; then resume. STOP, notes, late entries and aborting stay"
        " possible.",
        guard="clock",
    )


def stamped(request: Request, events: Iterable[NewEvent]) -> tuple[NewEvent, ...]:
    """`events` of `request`, marked with what the clock showed when it had gone back."""
    if request.clock is None:
        return tuple(events)
    mark: dict[str, Any] = {WENT_BACK: request.clock.isoformat()}
    return tuple(replace(event, data={**event.data, **mark}) for event in events)


def _rests_on_time(state: RunState, move: Move, index: int | None) -> bool:
    if move in _TIMED_IF_GUARDED and index is not None:
        guarded = state.step(index).guard.duration or gates(state, index, state.last_at)
        return bool(guarded)
    return move in _TIMED
