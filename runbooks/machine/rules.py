"""What the rule of a move says of a run: whether it is made in this state, and by whom.

`standing` says whether a person may make a move now, before anything was typed; `decide` and
`allowed` both ask it, so what is shown and what is accepted cannot differ.
"""

from __future__ import annotations

from datetime import datetime

from runbooks.enums import RunRole, RunStatus, StepStatus
from runbooks.machine.move import OPERATOR, Move, Rule
from runbooks.machine.requests import Refusal
from runbooks.machine.state import ENDED, FINISHED, RunState, current
from runbooks.machine.timing import untimely


def standing(
    state: RunState, person: int, move: type[Move], index: int | None, at: datetime
) -> Refusal | None:
    """Why `person` may not make `move` on step `index` at `at` (aware); None when they may try."""
    rule, moment = move.rule, max(at, state.last_at)
    return (
        _run_allows(state, rule, index)
        or _step_exists(state, rule, index)
        or _role_allows(state, person, rule, index)
        or _step_allows(state, rule, index)
        or move.precondition(state, person, index, moment)
        or untimely(state, move, index, at)
    )


def _run_allows(state: RunState, rule: Rule, index: int | None) -> Refusal | None:
    # Before the start nothing is done at a step, even by a move that is about the run as well.
    early = rule.or_run and index is not None and state.status is RunStatus.BRIEFING
    if early or state.status not in rule.runs:
        return Refusal(
            *_WRONG_RUN[state.status if state.status not in ENDED else RunStatus.COMPLETED]
        )
    if rule.moving and state.hand_over_to is not None:
        return Refusal(
            "hand_over_pending",
            "The run is being handed over; nothing moves in between.",
            "Wait until the other person accepts, or withdraw the hand-over.",
        )
    return None


_WRONG_RUN = {
    RunStatus.BRIEFING: (
        "not_started",
        "The run has not started.",
        "Take the roles, read the brief and start it.",
    ),
    RunStatus.RUNNING: (
        "running",
        "The run is under way.",
        "This is only possible before the start or in a hold.",
    ),
    RunStatus.ON_HOLD: ("on_hold", "The run is on hold.", "Resume it first, with the read-back."),
    RunStatus.COMPLETED: (
        "run_ended",
        "The run has ended; it is frozen.",
        "Write a late entry or a note instead.",
    ),
}


def _step_exists(state: RunState, rule: Rule, index: int | None) -> Refusal | None:
    if index is None and (rule.steps is None or rule.or_run):
        return None
    if index is not None and 0 <= index < len(state.steps):
        return None
    return Refusal("no_such_step", "There is no such step.", "Look at the page again.", False)


def _role_allows(state: RunState, person: int, rule: Rule, index: int | None) -> Refusal | None:
    if rule.roles == frozenset():
        return None
    held = state.people.get(person)
    if held is None:
        return Refusal("not_in_run", "You have no role in this run.", "Take a role in it first.")
    wanted = rule.roles
    if wanted is None:
        wanted = frozenset({state.step(index).guard.role}) if index is not None else OPERATOR
    if held in wanted:
        return None
    names = " or the ".join(role.value for role in RunRole if role in wanted)
    return Refusal(
        "wrong_role",
        f"This is for the {names}; you are the {held}.",
        f"Ask the {names} to do it from their own screen.",
    )


def _step_allows(state: RunState, rule: Rule, index: int | None) -> Refusal | None:
    if rule.steps is None or index is None:
        return None
    status, number = state.steps[index].status, state.step(index).number
    # The current step is looked for only where it matters: a page asks this for every step.
    if not rule.anywhere and status not in FINISHED and index != (now := current(state)):
        where = f"Step {state.step(now).number} comes first." if now is not None else ""
        return Refusal(
            "out_of_order",
            f"Step {number} is locked. {where}".strip(),
            "Finish the steps before it, in their order.",
        )
    if status not in rule.steps:
        return Refusal(
            "wrong_step_state",
            f"Step {number} {_STEP_IS.get(status, f'is {status}')}.",
            _STEP_REMEDY.get(status, "Look at what the step waits for."),
        )
    return None


_STEP_IS = {
    StepStatus.AWAITING: "is ticked already",
    StepStatus.MISMATCH: "found something different, and nothing is tried again",
    StepStatus.DIAGNOSED: "is diagnosed, and not opened again yet",
}
_STEP_REMEDY = {
    StepStatus.DONE: "It was finished already. Go on with the open step.",
    StepStatus.NOT_APPLICABLE: "It was marked not applicable. Go on with the open step.",
    StepStatus.STRUCK: "It was struck and is not to be done in this run.",
    StepStatus.OPEN: "Begin it first.",
    StepStatus.AWAITING: "It waits for the countersign from another screen.",
    StepStatus.MISMATCH: "Diagnose first: write down what is different and why.",
    StepStatus.DIAGNOSED: "Reopen it for a new attempt when the cause is mended.",
}


def barred(
    state: RunState, person: int, move: type[Move], index: int | None, at: datetime
) -> Refusal | None:
    """Why `person` may not make `move` on step `index` at `at` (aware), whatever they send with it;
    None when that decides."""
    return standing(state, person, move, index, at) or move.waits_for(state, index, at)
