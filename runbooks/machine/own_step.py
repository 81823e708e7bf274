"""Who is the other one at a step: nobody does, and nobody verifies, what is their own."""

from __future__ import annotations

from runbooks.enums import RunRole
from runbooks.machine.gates import own_release
from runbooks.machine.requests import Refusal
from runbooks.machine.state import RunState


def countersigner(state: RunState, index: int) -> RunRole:
    """Who countersigns a step: the verifier, or the operator where the verifier performs."""
    by_verifier = state.step(index).guard.role is RunRole.VERIFIER
    return RunRole.OPERATOR if by_verifier else RunRole.VERIFIER


def vouched_for(state: RunState, person: int, index: int) -> Refusal | None:
    """Nobody does what they confirmed or released themselves, not even as the new operator."""
    step = state.steps[index]
    if step.released_by == person and own_release(state, index):
        did, again = "released", f"{state.step(index).guard.hold or RunRole.DECIDER} releases"
    elif step.countersigned_by == person:
        did, again = "countersigned", "verifier countersigns"
    else:
        return None
    return Refusal(
        "own_step",
        f"You {did} this step yourself; nobody verifies their own step.",
        f"Another {again} it again; then you do it.",
    )
