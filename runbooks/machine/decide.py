"""The machine: what a request comes to. Data in, verdict out; no database, no clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from runbooks.enums import Move, RunRole
from runbooks.machine.acts_branch import ACTS as BRANCH_ACTS
from runbooks.machine.acts_copies import ACTS as COPIES_ACTS
from runbooks.machine.acts_lock import ACTS as LOCK_ACTS
from runbooks.machine.acts_log import ACTS as LOG_ACTS
from runbooks.machine.acts_people import ACTS as PEOPLE_ACTS
from runbooks.machine.acts_replace import ACTS as REPLACE_ACTS
from runbooks.machine.acts_run import ACTS as RUN_ACTS
from runbooks.machine.acts_step import ACTS as STEP_ACTS
from runbooks.machine.barred import barred, has_choice
from runbooks.machine.replacing import is_taken
from runbooks.machine.requests import Allowed, Outcome, Refusal, Request
from runbooks.machine.rules import RULES, standing
from runbooks.machine.signature import unknown_signer, unsigned
from runbooks.machine.state import RunState
from runbooks.machine.timing import timed

ACTS = {
    **RUN_ACTS,
    **STEP_ACTS,
    **BRANCH_ACTS,
    **LOCK_ACTS,
    **LOG_ACTS,
    **PEOPLE_ACTS,
    **REPLACE_ACTS,
    **COPIES_ACTS,
}


def decide(state: RunState, request: Request) -> Outcome:
    """The events that `request` causes, or why not.

    A sender who has not seen what changed the step, or the run as a whole, is stale and is told so
    before anything else, unless the move holds whatever came between.
    """
    request = timed(state, request)
    rule = RULES[request.move]
    stale = None if rule.independent else _stale(state, request)
    refusal = (
        stale
        or unknown_signer(state, request)
        or barred(state, request.by, request.move, request.step, request.shown)
    )
    return refusal or unsigned(state, request) or ACTS[request.move](state, request)


def allowed(state: RunState, person: int, at: datetime) -> tuple[Allowed, ...]:
    """Every move that is accepted of `person` at `at` (aware), if what they send with it is right.
    Moves about a step name it."""
    return _those(state, lambda move, i: _is_open(state, person, move, i, at))


def offered(state: RunState, person: int, at: datetime) -> tuple[Allowed, ...]:
    """Every move that is for `person` to make at `at` (aware), once the gates are open that it
    waits for: what a screen shows, if only to say why it is not allowed yet."""
    return _those(state, lambda move, i: standing(state, person, move, i, at) is None)


def _is_open(state: RunState, person: int, move: Move, index: int | None, at: datetime) -> bool:
    return barred(state, person, move, index, at) is None and has_choice(
        state, person, move, index, at
    )


def _those(state: RunState, fits: Callable[[Move, int | None], bool]) -> tuple[Allowed, ...]:
    found = []
    for move, rule in RULES.items():
        steps: list[int | None] = [None] if rule.steps is None or rule.or_run else []
        steps += [s.index for s in state.steps if rule.steps and s.status in rule.steps]
        found += [Allowed(move, i) for i in steps if fits(move, i)]
    return tuple(found)


def open_roles(state: RunState, person: int, at: datetime) -> tuple[RunRole, ...]:
    """Roles that `person` could take at `at` (aware)."""
    if standing(state, person, Move.TAKE_ROLE, None, at):
        return ()
    return tuple(role for role in RunRole if not is_taken(state, role))


def _stale(state: RunState, request: Request) -> Refusal | None:
    if request.seen is None:
        return None
    touched = state.turned
    if request.step is not None and 0 <= request.step < len(state.steps):
        touched = max(touched, state.steps[request.step].touched)
    if request.move in {Move.COMPLETE, Move.ABORT}:
        touched = max(touched, *(step.touched for step in state.steps))
    if request.seen >= touched:
        return None
    return Refusal(
        "stale",
        "Something changed before your move arrived. Nothing was done.",
        "Look at the present state, then decide again.",
        logged=False,
    )
