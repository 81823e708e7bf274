"""What is done when whoever holds a role is gone: two people of the run take it away together.

The operator: one proposes somebody else, a second one confirms, and one of the two is the decider;
then the new operator takes over as from any hand-over, and identifies the target. The decider: one
of the crew proposes somebody who may decide, and that person confirms. Until it is confirmed the
person who is replaced goes on, reads it on their page, and can object.
"""

from __future__ import annotations

from runbooks.enums import RunRole
from runbooks.machine.requests import Refusal
from runbooks.machine.state import RunState
from runbooks.machine.statements import Replacement

#: Roles that one person holds alone, and whose work nobody else does.
REPLACEABLE = (RunRole.OPERATOR, RunRole.DECIDER)


def is_taken(state: RunState, role: RunRole) -> bool:
    """Whether nobody else may take `role` now: it is one person's, and is held or being handed
    over."""
    waits = role is RunRole.OPERATOR and state.hand_over_to is not None
    return waits or (role in REPLACEABLE and state.occupant(role) is not None)


def proposed(state: RunState) -> Replacement | None:
    """The replacement that waits to be confirmed."""
    replacement = state.stated.replacement
    waits = (
        replacement is not None
        and not replacement.confirmed
        and gone(state, replacement.role) == replacement.person
    )
    return replacement if waits else None


def gone(state: RunState, role: RunRole) -> int | None:
    """Who is replaced in `role`: who holds it; or who held it last, while the next is awaited."""
    holder = state.occupant(role)
    return state.hand_over_by if holder is None and role is RunRole.OPERATOR else holder


def replaceable(state: RunState, person: int) -> tuple[RunRole, ...]:
    """The roles for which `person` could propose somebody else."""
    return tuple(r for r in REPLACEABLE if may_not_propose(state, person, r) is None)


def may_not_propose(state: RunState, person: int, role: RunRole) -> Refusal | None:
    """Why `person`, who has a role in the run, proposes nobody else for `role`."""
    holder = gone(state, role)
    if holder is None:
        return Refusal("role_free", f"Nobody is the {role} of this run.", "Take the role.", False)
    if holder == person:
        return Refusal(
            "own_role", f"You are the {role} yourself.", "Hand over, or give it back.", False
        )
    if role is RunRole.OPERATOR and state.holder(RunRole.DECIDER) is None:
        return Refusal(
            "no_decider",
            "This run has no decider, and one of the two who replace the operator must be it.",
            "Somebody who may decide takes the role of the decider; then propose it again.",
        )
    if role is RunRole.DECIDER and state.people.get(person) is RunRole.OBSERVER:
        return Refusal(
            "wrong_role",
            "Only the operator or the verifier proposes another decider.",
            "Ask one of them.",
        )
    return None


def may_confirm(state: RunState, person: int) -> Refusal | None:
    """Why `person` is not the second one that a replacement needs."""
    replacement = proposed(state)
    if replacement is None:
        return Refusal("no_replacement", "No replacement is proposed.", "Propose one first.", False)
    if replacement.role is RunRole.DECIDER:
        return None if person == replacement.to else _not_you(replacement)
    if person not in state.people:
        return Refusal("not_in_run", "You have no role in this run.", "Take a role in it first.")
    if person == replacement.person:
        return Refusal("replaced", "It is you who is to be replaced.", "Object, or hand over.")
    if person == replacement.by:
        return Refusal(
            "second_person",
            "You proposed it; a second person of the run confirms.",
            "Ask them to confirm it on their own screen.",
        )
    if state.holder(RunRole.DECIDER) not in {person, replacement.by}:
        return Refusal(
            "wrong_role", "One of the two must be the decider.", "Ask the decider to confirm it."
        )
    return None


def may_withdraw(state: RunState, person: int) -> Refusal | None:
    """Why `person` may not take a proposal back, or object to it."""
    replacement = proposed(state)
    if replacement is None:
        return Refusal("no_replacement", "No replacement is proposed.", "Nothing is to do.", False)
    if person in {replacement.by, replacement.person, state.holder(RunRole.DECIDER)}:
        return None
    return Refusal(
        "not_your_replacement",
        "Somebody else proposed this replacement.",
        "Who proposed it, who is replaced, and the decider can take it back.",
    )


def _not_you(replacement: Replacement) -> Refusal:
    return Refusal(
        "not_offered_to_you",
        f"{replacement.name} was proposed as {replacement.role}, and confirms it.",
        "Ask them; or withdraw it and propose somebody else.",
    )
