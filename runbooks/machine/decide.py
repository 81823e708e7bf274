"""The machine: what a request comes to. Data in, verdict out; no database, no clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from runbooks.enums import RunRole
from runbooks.machine.move import Allowed, Move, Request
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.replacing import is_taken
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.rules import barred, standing
from runbooks.machine.signature import unknown_signer, unsigned
from runbooks.machine.state import RunState
from runbooks.machine.timing import timed


def decide(state: RunState, request: Request) -> Outcome:
    """The events that `request` causes, or why not.

    A sender who has not seen what changed the step, or the run as a whole, is stale and is told so
    before anything else, unless the move holds whatever came between.
    """
    request = timed(state, request)
    move = request.move
    return (
        _stale(state, request)
        or unknown_signer(state, request)
        or barred(state, request.by, type(move), move.index, request.shown)
        or unsigned(state, request)
        or (Malformed(misfits) if (misfits := move.misfits()) else move.decide(state, request))
    )


def allowed(state: RunState, person: int, at: datetime) -> tuple[Allowed, ...]:
    """Every move that is accepted of `person` at `at` (aware), if what they send with it is right.
    Moves about a step name it."""
    return _those(state, lambda move, i: _is_open(state, person, move, i, at))


def offered(state: RunState, person: int, at: datetime) -> tuple[Allowed, ...]:
    """Every move that is for `person` to make at `at` (aware), once the gates are open that it
    waits for: what a screen shows, if only to say why it is not allowed yet."""
    return _those(state, lambda move, i: standing(state, person, move, i, at) is None)


def _is_open(
    state: RunState, person: int, move: type[Move], index: int | None, at: datetime
) -> bool:
    return barred(state, person, move, index, at) is None and move.has_choice(
        state, person, index, at
    )


def _those(state: RunState, fits: Callable[[type[Move], int | None], bool]) -> tuple[Allowed, ...]:
    moves = []
    for move in MOVES:
        rule = move.rule
        steps: list[int | None] = [None] if rule.steps is None or rule.or_run else []
        steps += [s.index for s in state.steps if rule.steps and s.status in rule.steps]
        moves += [Allowed(move, i) for i in steps if fits(move, i)]
    return tuple(moves)


def open_roles(state: RunState, person: int, at: datetime) -> tuple[RunRole, ...]:
    """Roles that `person` could take at `at` (aware)."""
    if standing(state, person, TakeRole, None, at):
        return ()
    return tuple(role for role in RunRole if not is_taken(state, role))


def _stale(state: RunState, request: Request) -> Refusal | None:
    rule, index = request.move.rule, request.step
    if rule.independent or request.seen is None:
        return None
    touched = state.turned
    if index is not None and 0 <= index < len(state.steps):
        touched = max(touched, state.steps[index].touched)
    if rule.of_every_step:
        touched = max(touched, *(step.touched for step in state.steps))
    if request.seen >= touched:
        return None
    return Refusal(
        "stale",
        "Something changed before your move arrived. Nothing was done.",
        "Look at the present state, then decide again.",
        logged=False,
    )
