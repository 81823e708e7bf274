"""Moves about people and gates: the loud override, and what somebody says of their own state."""

from __future__ import annotations

import re
from typing import Any

from accounts.texts import full_stop
from runbooks.enums import Move, StepStatus
from runbooks.machine.gates import attempt_at, gates, run_gates
from runbooks.machine.overriding import (
    closed_gates,
    not_used,
    pending,
    so_far,
)
from runbooks.machine.requests import Gate, Malformed, NewEvent, Outcome, Refusal, Request
from runbooks.machine.state import RunState
from runbooks.machine.statements import Override

_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
MOST_HOURS = 72


def _ask(state: RunState, request: Request) -> Outcome:
    gate = _closed(state, request)
    if not isinstance(gate, Gate):
        return gate
    reason = request.prose("reason")
    if not reason:
        return Malformed({"reason": "Say why it cannot be opened in its own way."})
    passed = so_far(state)
    if passed and request.data.get("again") is not True:
        return Malformed({"again": f"{passed} Confirm that you need one more."})
    return (NewEvent("override.asked", {**_about(state, request, gate), "reason": reason}),)


def _override(state: RunState, request: Request) -> Outcome:
    gate = _closed(state, request)
    if not isinstance(gate, Gate):
        return gate
    asked = _asked(state, request)
    if asked is None:
        return _not_asked(gate)
    refusal = not_used(asked, request.by, request.at)
    if refusal:
        return refusal
    data = {
        **_about(state, request, gate),
        "reason": asked.reason,
        "waited": int((request.at - asked.asked_at).total_seconds()),
        "done": _finishes(state, request.step),
    }
    return (NewEvent("gate.overridden", data),)


def _withdraw(state: RunState, request: Request) -> Outcome:
    asked = _asked(state, request)
    if asked is None:
        names = ", ".join(one.gate for one in pending(state, request.step))
        return Malformed({"gate": f"Choose one of: {names}."})
    told = {"step": request.step, "attempt": asked.attempt, "gate": asked.gate}
    return (NewEvent("override.withdrawn", told),)


def _closed(state: RunState, request: Request) -> Gate | Refusal | Malformed:
    """The closed gate that the request names, if it is one that may be overridden."""
    name, index = request.text("gate"), request.step
    closed = closed_gates(state, index, request.at)
    for gate in closed:
        if gate.key == name:
            return gate
    found = run_gates(state) if index is None else gates(state, index, request.at)
    named = next((gate for gate in found if gate.key == name), None)
    if named is None:
        names = ", ".join(gate.key for gate in closed) or "none is closed"
        return Malformed({"gate": f"Choose one of the closed gates: {names}."})
    if named.open:
        return Refusal(
            "gate_open", "This gate is open.", "Go on; nothing is to be overridden.", logged=False
        )
    return Refusal(
        "override_never",
        "This is never overridden: it needs nobody but you.",
        named.how,
        guard="override",
    )


def _asked(state: RunState, request: Request) -> Override | None:
    name = request.text("gate")
    return next((one for one in pending(state, request.step) if one.gate == name), None)


def _not_asked(gate: Gate) -> Refusal:
    return Refusal(
        "not_asked",
        f"No override was asked for: {full_stop(gate.label)}",
        "Ask for it first, with a reason; it can be used two minutes later.",
    )


def _about(state: RunState, request: Request, gate: Gate) -> dict[str, Any]:
    return {
        "step": request.step,
        "attempt": attempt_at(state, request.step),
        "gate": gate.key,
        "label": gate.label,
        "guard": gate.guard,
    }


def _finishes(state: RunState, index: int | None) -> bool:
    """Whether the step is done with it: it was ticked and waited for the second measurement."""
    return index is not None and state.steps[index].status is StepStatus.AWAITING


def _fitness(state: RunState, request: Request) -> Outcome:
    errors = {}
    hours = _hours(request.data.get("hours_awake"))
    if hours is None:
        errors["hours_awake"] = f"Write how many hours you are awake, 0 to {MOST_HOURS}."
    clock = request.text("local_time")
    if clock and not _CLOCK.fullmatch(clock):
        errors["local_time"] = "Write the time where you are, such as 03:40."
    if errors:
        return Malformed(errors)
    said = {"hours_awake": hours, "alone": request.data.get("alone") is True, "local_time": clock}
    return (NewEvent("fitness.stated", said),)


def _hours(said: object) -> int | None:
    """Whole hours; None for what is none, or more than anybody is awake."""
    text = str(said).strip() if said is not None and not isinstance(said, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        return None
    return int(text) if int(text) <= MOST_HOURS else None


ACTS = {
    Move.ASK_OVERRIDE: _ask,
    Move.OVERRIDE: _override,
    Move.WITHDRAW_OVERRIDE: _withdraw,
    Move.STATE_FITNESS: _fitness,
}
