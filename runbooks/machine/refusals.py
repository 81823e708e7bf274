"""What a refused move leaves in the log, and when there were too many wrong answers at one step.

Every refusal is kept. It is counted as a near miss only when it says what a guard `caught`."""

from __future__ import annotations

from runbooks.enums import RunStatus
from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.gates import AttemptRefused
from runbooks.machine.events.run import RunHeld
from runbooks.machine.freshness import WENT_BACK
from runbooks.machine.move import Request
from runbooks.machine.requests import Refusal
from runbooks.machine.state import RunState

#: Wrong answers at one step, over all attempts, after which a second person must look.
TOO_MANY = 3
TRIED = 200  # characters kept of each thing that was tried


def refused(state: RunState, request: Request, refusal: Refusal) -> tuple[RunEvent, ...]:
    """What a refused `request` leaves: the attempt with its guard and what was tried, and the hold
    when it was the third wrong answer at its step, or the clock went back. Nothing for a sender who
    was merely late."""
    move = request.move
    if not refusal.logged or not move.keeps_refusals:
        return ()
    sent = sorted(vars(move).items())
    tried = {name: str(value)[:TRIED] for name, value in sent if value and name != "step"}
    event = AttemptRefused(
        move=move.kind,
        step=request.step,
        guard=refusal.guard,
        counts=refusal.counts,
        caught=refusal.caught,
        code=refusal.code,
        sentence=refusal.sentence,
        remedy=refusal.remedy,
        tried=tried,
    )
    if refusal.code == WENT_BACK and state.status is RunStatus.RUNNING:
        return event, RunHeld(mismatch=False, clock=True, reason=refusal.sentence)
    if refusal.counts and state.status is RunStatus.RUNNING and too_many(state, request.step):
        return event, holding(refusal.sentence)
    return (event,)


def too_many(state: RunState, index: int | None) -> bool:
    """Whether one more wrong answer at step `index` is one too many."""
    return index is not None and state.stated.misses.get(index, 0) + 1 >= TOO_MANY


def holding(why: str) -> RunEvent:
    """The hold that only a second person ends."""
    return RunHeld(mismatch=True, reason=why)
