"""The table of moves: in which states of run and step, by which roles. And the answer it gives.

`standing` says whether a person may make a move now, before anything was typed; `decide` and
`allowed` both ask it, so what is shown and what is accepted cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runbooks.enums import Move, RunRole, RunStatus, StepStatus
from runbooks.machine.particulars import PARTICULARS
from runbooks.machine.requests import Refusal
from runbooks.machine.state import ENDED, FINISHED, RunState, current
from runbooks.machine.timing import untimely

B, R, H = RunStatus.BRIEFING, RunStatus.RUNNING, RunStatus.HELD
C, A = RunStatus.COMPLETED, RunStatus.ABORTED
OPERATOR, VERIFIER, DECIDER = RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER
CREW = frozenset({OPERATOR, VERIFIER, DECIDER})
EVERYONE = frozenset(RunRole)
READY = frozenset({StepStatus.OPEN, StepStatus.STARTED})
AT_WORK = READY | {StepStatus.AWAITING}


@dataclass(frozen=True)
class Rule:
    """`roles`: who; None means the role that the step names as its performer, and an empty set
    anybody, in the run or not. `steps`: states in which the step must be; None when the move is not
    about a step. `anywhere`: the step need not be the current one. `moving`: forbidden while a
    hand-over is pending. `independent`: true whatever came between, so a stale sender is served.
    `or_run`: it may be about the run as a whole as well."""

    runs: frozenset[RunStatus]
    roles: frozenset[RunRole] | None
    steps: frozenset[StepStatus] | None = None
    anywhere: bool = False
    moving: bool = True
    independent: bool = False
    or_run: bool = False


def _rule(
    runs: str,
    roles: frozenset[RunRole] | None,
    steps: frozenset[StepStatus] | None = None,
    *,
    anywhere: bool = False,
    moving: bool = True,
    independent: bool = False,
    or_run: bool = False,
) -> Rule:
    by_letter = {"B": B, "R": R, "H": H, "C": C, "A": A}
    statuses = frozenset(by_letter[letter] for letter in runs)
    return Rule(statuses, roles, steps, anywhere, moving, independent, or_run)


_OPERATOR = frozenset({OPERATOR})
_DECIDING = frozenset({OPERATOR, DECIDER})
_DONE = frozenset({StepStatus.DONE})

RULES: dict[Move, Rule] = {
    Move.TAKE_ROLE: _rule("BRH", frozenset(), moving=False, independent=True),
    Move.RELEASE_ROLE: _rule("BRH", EVERYONE, moving=False, independent=True),
    Move.START: _rule("B", _OPERATOR),
    Move.BEGIN_STEP: _rule("R", None, frozenset({StepStatus.OPEN})),
    Move.RECORD: _rule("R", None, READY),
    Move.TICK: _rule("R", None, READY),
    Move.COUNTERSIGN: _rule("R", CREW, frozenset({StepStatus.STARTED, StepStatus.AWAITING})),
    Move.OBJECT: _rule("R", CREW, frozenset({StepStatus.STARTED, StepStatus.AWAITING})),
    Move.NOT_APPLICABLE: _rule("R", None, READY),
    Move.REPORT_MISMATCH: _rule("R", frozenset({OPERATOR, VERIFIER}), AT_WORK),
    Move.DIAGNOSE: _rule("R", frozenset({OPERATOR, VERIFIER}), frozenset({StepStatus.MISMATCH})),
    Move.REOPEN: _rule("R", _OPERATOR, frozenset({StepStatus.DIAGNOSED})),
    Move.UNDO: _rule("R", _OPERATOR, _DONE, anywhere=True),
    Move.CONFIRM_TEAM_CHECK: _rule("R", CREW, READY, independent=True),
    Move.UNLOCK: _rule("R", None, frozenset({StepStatus.STARTED})),
    Move.HOLD: _rule("R", EVERYONE, moving=False, independent=True),
    Move.RESUME: _rule("H", CREW, moving=False),
    Move.HAND_OVER: _rule("RH", _OPERATOR, moving=False),
    Move.ACCEPT_HAND_OVER: _rule("BRH", frozenset(), moving=False),
    Move.PROPOSE_REPLACEMENT: _rule("BRH", EVERYONE, moving=False),
    Move.CONFIRM_REPLACEMENT: _rule("BRH", frozenset(), moving=False),
    Move.WITHDRAW_REPLACEMENT: _rule("BRH", EVERYONE, moving=False),
    Move.RELEASE: _rule("R", EVERYONE, READY),
    Move.DECIDE: _rule("R", None, READY),
    Move.NOTE: _rule("BRHCA", EVERYONE, moving=False, independent=True),
    Move.ATTACH: _rule("BRHCA", EVERYONE, moving=False, independent=True),
    Move.LATE_ENTRY: _rule("RHCA", CREW, moving=False, independent=True),
    Move.STRIKE_OUT: _rule("BRHCA", EVERYONE, moving=False, independent=True),
    Move.ASK_OVERRIDE: _rule("BR", _DECIDING, AT_WORK, or_run=True),
    Move.WITHDRAW_OVERRIDE: _rule("BR", _DECIDING, AT_WORK, or_run=True),
    Move.OVERRIDE: _rule("BR", _DECIDING, AT_WORK, or_run=True),
    Move.ASK_COPIES: _rule("BRH", CREW, moving=False, independent=True),
    Move.ANSWER_COPIES: _rule("BRH", frozenset(), moving=False, independent=True),
    Move.STATE_FITNESS: _rule("BRH", EVERYONE, moving=False, independent=True),
    Move.ABORT: _rule("BRH", _DECIDING, moving=False),
    Move.COMPLETE: _rule("R", _OPERATOR),
}


def standing(
    state: RunState, person: int, move: Move, index: int | None, at: datetime
) -> Refusal | None:
    """Why `person` may not make `move` on step `index` at `at` (aware); None when they may try."""
    rule, moment = RULES[move], max(at, state.last_at)
    return (
        _run_allows(state, rule, index)
        or _step_exists(state, rule, index)
        or _role_allows(state, person, rule, index)
        or _step_allows(state, rule, index)
        or PARTICULARS.get(move, _nothing)(state, person, index, moment)
        or untimely(state, move, index, at)
    )


def _nothing(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    return None


def _run_allows(state: RunState, rule: Rule, index: int | None) -> Refusal | None:
    # Before the start nothing is done at a step, even by a move that is about the run as well.
    early = rule.or_run and index is not None and state.status is B
    if early or state.status not in rule.runs:
        return Refusal(*_WRONG_RUN[state.status if state.status not in ENDED else C])
    if rule.moving and state.hand_over_to is not None:
        return Refusal(
            "hand_over_pending",
            "The run is being handed over; nothing moves in between.",
            "Wait until the other person accepts, or withdraw the hand-over.",
        )
    return None


_WRONG_RUN = {
    B: ("not_started", "The run has not started.", "Take the roles, read the brief and start it."),
    R: ("running", "The run is under way.", "This is only possible before the start or in a hold."),
    H: ("held", "The run is held.", "Resume it first, with the read-back."),
    C: ("run_ended", "The run has ended; it is frozen.", "Write a late entry or a note instead."),
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
        wanted = frozenset({state.step(index).guard.role}) if index is not None else _OPERATOR
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
