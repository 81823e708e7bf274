"""Moves that only add to the log: notes, files, late entries, strike-outs."""

from __future__ import annotations

from datetime import datetime

from runbooks.enums import Move, StepStatus, ValueType
from runbooks.machine import interlocks
from runbooks.machine.requests import Malformed, NewEvent, Outcome, Refusal, Request
from runbooks.machine.state import ENDED, RunState, current
from runbooks.machine.striking import not_struck


def _about(state: RunState, request: Request) -> dict[str, int]:
    index = request.step
    return {"step": index} if index is not None and 0 <= index < len(state.steps) else {}


def _note(state: RunState, request: Request) -> Outcome:
    text = request.prose("text")
    if not text:
        return Malformed({"text": "Write the note."})
    return (
        NewEvent(
            "note.added", {"text": text, "late": state.status in ENDED, **_about(state, request)}
        ),
    )


def _attach(state: RunState, request: Request) -> Outcome:
    data = {name: request.data[name] for name in ("name", "sha256", "size")}
    value = request.text("value")
    if value:
        wrong = _value_wanted(state, request, value)
        if wrong:
            return wrong
        data["value"] = value
    late = state.status in ENDED
    return (NewEvent("evidence.attached", {**data, "late": late, **_about(state, request)}),)


def _value_wanted(state: RunState, request: Request, value: str) -> Outcome | None:
    index = request.step
    named = index is not None and any(
        spec.name == value and spec.type is ValueType.FILE for spec in interlocks.asks(state, index)
    )
    if not named:
        return Malformed({"value": "This step records no file of that name."})
    ready = {StepStatus.OPEN, StepStatus.STARTED}
    if index != current(state) or index is None or state.steps[index].status not in ready:
        return Refusal(
            "out_of_order",
            "The step that records this file is not open.",
            "Attach it without a step, or when the step is open.",
        )
    return None


def _late_entry(state: RunState, request: Request) -> Outcome:
    errors = {}
    performed = request.data.get("performed_at")
    if not isinstance(performed, datetime):
        errors["performed_at"] = "Write when it was done, with the time zone."
    elif performed > request.at:
        errors["performed_at"] = "This lies in the future; a late entry tells what was done."
    if not request.prose("text"):
        errors["text"] = "Write what was done."
    if errors or not isinstance(performed, datetime):
        return Malformed(errors)
    data = {"performed_at": performed.isoformat(), "text": request.text("text")}
    return (NewEvent("entry.late", {**data, **_about(state, request)}),)


def _strike_out(state: RunState, request: Request) -> Outcome:
    if not request.prose("reason"):
        return Malformed({"reason": "Say why it is struck out."})
    sequence = request.data["sequence"]
    refusal = not_struck(state, request.by, sequence)
    if refusal:
        return refusal
    data = {"sequence": sequence, "reason": request.text("reason")}
    return (NewEvent("entry.struck_out", data),)


ACTS = {
    Move.NOTE: _note,
    Move.ATTACH: _attach,
    Move.LATE_ENTRY: _late_entry,
    Move.STRIKE_OUT: _strike_out,
}
