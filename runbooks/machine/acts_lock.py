"""What the moves before an irreversible act cause: the time-out, and laying its command open."""

from __future__ import annotations

from runbooks.enums import Caught, Move
from runbooks.interlocks.identify import names
from runbooks.requests import Malformed, NewEvent, Outcome, Refusal, Request, index_of
from runbooks.state import RunState


def _confirm(state: RunState, request: Request) -> Outcome:
    role = state.people[request.by].value
    return (NewEvent("timeout.confirmed", {"step": request.step, "role": role}),)


def _unlock(state: RunState, request: Request) -> Outcome:
    index = index_of(request)
    facts = state.facts[str(state.step(index).guard.locks["overwrite"]["target"])]
    target = facts.value
    said = request.text("name")
    if not said:
        return Malformed({"name": "Type the name of what is overwritten."})
    if not names(said, facts):
        return Refusal(
            "wrong_name",
            f"You typed {said}; this step writes into {target}.",
            "Stop. Read FROM and INTO once more, and say aloud what is overwritten.",
            guard="overwrite",
            counts=True,
            caught=Caught.TARGET,
        )
    return (NewEvent("step.unlocked", {"step": index, "name": target}),)


ACTS = {Move.CONFIRM_TIMEOUT: _confirm, Move.UNLOCK: _unlock}
