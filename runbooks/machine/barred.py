"""What a move waits for: why it would be refused now, whatever was sent with it.

`decide` and `allowed` both ask here. A screen that shows what a move waits for asks `standing`
(may they try it at all?) and the gates.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from runbooks.enums import Move, RunRole
from runbooks.machine.gates import closed_gate, missing_roles, not_yet, overridden
from runbooks.machine.overriding import askable, usable
from runbooks.machine.replacing import replaceable
from runbooks.machine.requests import Refusal
from runbooks.machine.rules import standing
from runbooks.machine.state import RunState
from runbooks.machine.striking import may_strike_any


def barred(
    state: RunState, person: int, move: Move, index: int | None, at: datetime
) -> Refusal | None:
    """Why `person` may not make `move` on step `index` at `at` (aware), whatever they send with it;
    None when that decides."""
    return standing(state, person, move, index, at) or _waits(state, move, index, at)


def has_choice(state: RunState, person: int, move: Move, index: int | None, at: datetime) -> bool:
    """Whether there is anything that `person` could name in `move`, where they have to choose."""
    choice = _CHOICES.get(move)
    return choice is None or choice(state, person, index, at)


def _waits(state: RunState, move: Move, index: int | None, at: datetime) -> Refusal | None:
    if move is Move.START:
        return _start(state)
    if index is None or move not in _GATED:
        return None
    closed = closed_gate(state, index, at, but=_GATED[move])
    return not_yet(closed) if closed else None


#: Moves that wait for the gates of their step, and the gate that each of them opens itself.
_GATED = {Move.TICK: "", Move.DECIDE: "", Move.UNLOCK: "unlocked"}


def _start(state: RunState) -> Refusal | None:
    if state.outside.locked:
        return Refusal(
            "locked",
            state.outside.locked,
            "Abort this run. Change the runbook and have it approved, or ask an approver who did"
            " not operate the run that went wrong to waive it, with a reason.",
        )
    alone = overridden(state, None, "roles")
    missing = [r for r in missing_roles(state) if not (alone and r is not RunRole.OPERATOR)]
    if not missing:
        return None
    names = ", ".join(role.value for role in missing)
    return Refusal(
        "roles_missing",
        f"These roles are not taken yet: {names}.",
        "Each takes their role from their own screen; then start. Nobody comes? Ask for the"
        " override: it is loud, and takes two minutes.",
    )


_CHOICES: dict[Move, Callable[[RunState, int, int | None, datetime], bool]] = {
    Move.ASK_OVERRIDE: lambda state, person, index, at: bool(askable(state, index, at)),
    Move.OVERRIDE: lambda state, person, index, at: bool(usable(state, person, index, at)),
    Move.PROPOSE_REPLACEMENT: lambda state, person, index, at: bool(replaceable(state, person)),
    Move.STRIKE_OUT: lambda state, person, index, at: may_strike_any(state, person),
}
