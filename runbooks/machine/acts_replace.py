"""What the moves that replace somebody cause, once the rules have let them through."""

from __future__ import annotations

from runbooks.enums import Move, RunRole
from runbooks.machine.reading_back import read_back
from runbooks.machine.replacing import REPLACEABLE, gone, may_not_propose, proposed
from runbooks.machine.requests import Malformed, NewEvent, Outcome, Refusal, Request
from runbooks.machine.state import RunState, place


def _propose(state: RunState, request: Request) -> Outcome:
    """`to_name`: the name of the person `to`."""
    role, to = RunRole(request.data["role"]), int(request.data["to"])
    if role not in REPLACEABLE:
        return Malformed({"role": "Choose the operator or the decider."})
    refusal = may_not_propose(state, request.by, role)
    if refusal:
        return refusal
    person, errors = gone(state, role), {}
    if to == person:
        errors["to"] = "Choose somebody else: this is who is to be replaced."
    elif role is RunRole.DECIDER and (to == request.by or state.people.get(to) is RunRole.OPERATOR):
        errors["to"] = "Choose a third person: not yourself, and not the operator."
    if not request.prose("reason"):
        errors["reason"] = "Say why: where the person is, and how they were called."
    if errors:
        return Malformed(errors)
    data = {"role": role.value, "person": person, "to": to, "to_name": request.text("to_name")}
    return (NewEvent("replacement.proposed", {**data, "reason": request.prose("reason")}),)


def _confirm(state: RunState, request: Request) -> Outcome:
    """`may_decide`: whether the sender's account holds that right."""
    found = proposed(state)
    assert found is not None  # noqa: S101 - the table lets no other through
    data = {"role": found.role.value, "person": found.person, "to": found.to}
    data |= {"to_name": found.name}
    if found.role is RunRole.OPERATOR:
        return (NewEvent("replacement.confirmed", data),)
    if not request.data.get("may_decide"):
        return Refusal(
            "no_right",
            "Your account may not be the decider of a run.",
            "Ask an admin for a role that may, or let somebody propose another person.",
        )
    wrong = read_back(state, request)
    return wrong or (NewEvent("replacement.confirmed", {**data, "read_back": place(state)}),)


def _withdraw(state: RunState, request: Request) -> Outcome:
    found = proposed(state)
    assert found is not None  # noqa: S101 - the table lets no other through
    objects = request.by == found.person
    data = {"role": found.role.value, "objects": objects, "reason": request.text("reason")}
    return (NewEvent("replacement.withdrawn", data),)


ACTS = {
    Move.PROPOSE_REPLACEMENT: _propose,
    Move.CONFIRM_REPLACEMENT: _confirm,
    Move.WITHDRAW_REPLACEMENT: _withdraw,
}
