"""What moves off the straight path cause: a diagnosis, a new attempt, the way back."""

from __future__ import annotations

from typing import Any

from runbooks.enums import Move
from runbooks.machine import interlocks, rollback
from runbooks.machine.events.event import RunEvent
from runbooks.machine.requests import Malformed, NewEvent, Outcome, Request, index_of
from runbooks.machine.state import RunState, in_section, taken_back


def entering(state: RunState, key: str, why: str) -> RunEvent:
    """The event that opens the section `key` off the main path."""
    again = _renewing(state, in_section(state, key))
    return NewEvent("section.entered", {"section": key, "why": why, **again})


def _diagnose(state: RunState, request: Request) -> Outcome:
    finding = request.prose("finding")
    if not finding:
        return Malformed({"finding": "Say what was different, and why."})
    index = index_of(request)
    events = [NewEvent("step.diagnosed", {"step": index, "finding": finding})]
    if request.data.get("lead"):
        section = state.procedure.section_of(state.step(index).guard.on_mismatch)
        if section is None or not section.aside:
            return Malformed(
                {"lead": "The runbook names no section for this; hold the run instead."}
            )
        thaw = rollback.closed(state, section.key)
        if thaw:
            return rollback.refusal(state, thaw)
        events.append(entering(state, section.key, "mismatch"))
    return tuple(events)


def _reopen(state: RunState, request: Request) -> Outcome:
    index = index_of(request)
    return (NewEvent("step.reopened", {"step": index, **_renewing(state, [index])}),)


def _undo(state: RunState, request: Request) -> Outcome:
    reason = request.prose("reason")
    if not reason:
        return Malformed({"reason": "Say why the step is taken back."})
    index = index_of(request)
    section = state.procedure.section_of(state.step(index).guard.undo)
    assert section is not None  # noqa: S101 - the table lets no step through without
    again = _renewing(state, taken_back(state, index))
    return (
        entering(state, section.key, "undo"),
        NewEvent("step.undone", {"step": index, "reason": reason, **again}),
    )


def _renewing(state: RunState, indexes: list[int]) -> dict[str, Any]:
    """The steps that begin anew together with `indexes`, where one of these is irreversible."""
    also = [i for i in interlocks.renewed(state, indexes) if i not in indexes]
    return {"again": also} if also else {}


ACTS = {
    Move.DIAGNOSE: _diagnose,
    Move.REOPEN: _reopen,
    Move.UNDO: _undo,
}
