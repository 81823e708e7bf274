"""Near misses: what a refused move leaves in the log, and when there were too many at one step."""

from __future__ import annotations

from runbooks.enums import RunStatus
from runbooks.requests import NewEvent, Refusal, Request
from runbooks.state import RunState

#: Wrong answers at one step, over all attempts, after which a second person must look.
TOO_MANY = 3
TRIED = 200  # characters kept of each thing that was tried
#: What is never written down, whatever became of the move.
SECRET = frozenset({"password"})


def near_miss(state: RunState, request: Request, refusal: Refusal) -> tuple[NewEvent, ...]:
    """What a refused `request` leaves: the attempt with its guard and what was tried, and the hold
    when it was the third wrong answer at its step. Nothing for a sender who was merely late."""
    if not refusal.logged:
        return ()
    tried = {n: str(v)[:TRIED] for n, v in sorted(request.data.items()) if v and n not in SECRET}
    event = NewEvent(
        "move.refused",
        {
            "move": request.move.value,
            "step": request.step,
            "guard": refusal.guard,
            "counts": refusal.counts,
            "code": refusal.code,
            "sentence": refusal.sentence,
            "remedy": refusal.remedy,
            "tried": tried,
        },
    )
    if refusal.counts and state.status is RunStatus.RUNNING and too_many(state, request.step):
        return event, holding(refusal.sentence)
    return (event,)


def too_many(state: RunState, index: int | None) -> bool:
    """Whether one more wrong answer at step `index` is one too many."""
    return index is not None and state.stated.misses.get(index, 0) + 1 >= TOO_MANY


def holding(why: str) -> NewEvent:
    """The hold that only a second person ends."""
    return NewEvent("run.held", {"mismatch": True, "reason": why})
