"""What single moves demand beyond the table of `runbooks.machine.rules`. One function a move.

Each is asked as of a moment `at` (aware): what rests on time may be over a minute later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from runbooks.enums import CountersignTiming, Move, RunRole, RunStatus, StepStatus, ValueType
from runbooks.machine import interlocks, replacing, rollback
from runbooks.machine.gates import countersigned, overridden, own_release, released, repeats_check
from runbooks.machine.overriding import may_ask, may_use
from runbooks.machine.requests import Refusal
from runbooks.machine.state import RunState, current
from runbooks.procedure.irreversible import ACTS, act_of


def countersigner(state: RunState, index: int) -> RunRole:
    """Who countersigns a step: the verifier, or the operator where the verifier performs."""
    by_verifier = state.step(index).guard.role is RunRole.VERIFIER
    return RunRole.OPERATOR if by_verifier else RunRole.VERIFIER


def _may_countersign(
    state: RunState, person: int, index: int | None, at: datetime
) -> Refusal | None:
    """Given once, it counts; given again it would only move the time of the mark."""
    assert index is not None  # noqa: S101 - the table demands a step
    guard, signer = state.step(index).guard, state.steps[index].countersigned_by
    before = guard.countersign is CountersignTiming.BEFORE
    of_use = signer is not None and state.people.get(signer) is not guard.role
    if before and of_use and countersigned(state, index, at):
        return Refusal(
            "countersigned_already",
            "The countersign was given, and it counts.",
            "Go on with the step; or object, if you see something else.",
            logged=False,
        )
    return _may_judge(state, person, index, at)


def _may_judge(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    """Countersign or object: the second person, when it is their turn."""
    assert index is not None  # noqa: S101 - the table demands a step
    guard, step = state.step(index).guard, state.steps[index]
    if guard.countersign is None:
        return Refusal(
            "no_countersign", "This step asks for no countersign.", "Write a note instead."
        )
    if person in {step.started_by, step.done_by}:
        return Refusal(
            "own_step",
            "You did this step yourself; nobody verifies their own step.",
            "The other person countersigns from their own screen.",
        )
    wanted = countersigner(state, index)
    if state.people[person] is not wanted:
        return Refusal(
            "wrong_role",
            f"This is for the {wanted}; you are the {state.people[person]}.",
            f"Ask the {wanted} to countersign from their own screen.",
        )
    due = (
        StepStatus.STARTED if guard.countersign is CountersignTiming.BEFORE else StepStatus.AWAITING
    )
    if step.status is not due:
        return Refusal(
            "not_due",
            "The countersign is not due yet: it comes after the step was ticked.",
            "Wait for the tick, then measure again yourself.",
        )
    return None


def _may_take_role(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    mine = state.people.get(person)
    if mine is None:
        return None
    return Refusal(
        "role_held",
        f"You are the {mine} of this run; nobody has two roles in one run.",
        "Release that role first.",
    )


def _vouched_for_it(
    state: RunState, person: int, index: int | None, at: datetime
) -> Refusal | None:
    """Nobody does what they confirmed or released themselves, not even as the new operator."""
    assert index is not None  # noqa: S101 - the table demands a step
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


def _may_tick(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    if index is not None and state.step(index).guard.decide:
        return Refusal(
            "decision", "This step is a decision.", "Choose one of its answers, with a reason."
        )
    return _vouched_for_it(state, person, index, at)


def _may_decide(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    if index is not None and state.step(index).guard.decide:
        return _vouched_for_it(state, person, index, at)
    return Refusal("no_decision", "This step asks for no decision.", "Tick it.")


def _may_record(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    typed = index is not None and any(
        spec.type is not ValueType.FILE for spec in interlocks.asks(state, index)
    )
    if typed:
        return None
    return Refusal("no_value", "This step records no value that is typed.", "Write a note instead.")


def _may_skip(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    if index is not None and state.step(index).guard.optional:
        return None
    return Refusal(
        "not_optional",
        "This step is never left out.",
        "Do it, or say that something is different; the author can mark a step optional.",
    )


def _may_undo(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    if index is not None and state.on_main_path(index):
        section = state.procedure.section_of(state.step(index).guard.undo)
        if section is not None and section.aside:
            thaw = rollback.closed(state, section.key)
            return rollback.refusal(state, thaw) if thaw else None
    return Refusal(
        "no_way_back",
        "The runbook names no way back for this step.",
        "Hold the run and ask the decider.",
    )


def _may_release(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    assert index is not None  # noqa: S101 - the table demands a step
    unsigned = interlocks.signature(state, index, at) is not None
    role = RunRole.DECIDER if unsigned else state.step(index).guard.hold
    if role is None:
        return Refusal("no_hold", "This step waits for no release.", "Tick it.")
    if state.people[person] is not role:
        return Refusal(
            "wrong_role",
            f"Only the {role} releases this step; you are the {state.people[person]}.",
            f"Ask the {role} to read it and release it.",
        )
    if not unsigned and released(state, index) and not own_release(state, index):
        return Refusal("released_already", "The step is released already.", "Go on with it.", False)
    return None


def _may_confirm(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    assert index is not None  # noqa: S101 - the table demands a step
    asks = bool({"team_check", *ACTS} & state.step(index).guard.locks.keys())
    repeats = repeats_check(state)
    if not asks and not repeats:
        return Refusal("no_team_check", "This step has no team check.", "Write a note instead.")
    then = state.stated.unlocked.get(index, at)
    wanted = asks and not interlocks.confirmed(state, person, then)
    if wanted or (repeats and person not in state.stated.confirmed_since):
        return None
    return Refusal(
        "confirmed_already",
        "You have confirmed the team check, and it counts.",
        "Wait for the others; or say STOP, if you are in doubt.",
        logged=False,
    )


def _may_unlock(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    if index is None or not act_of(state.step(index).guard):
        said = "This step overwrites and deletes nothing."
        return Refusal("no_overwrite", said, "Tick it.")
    if index in state.stated.unlocked:
        return Refusal(
            "unlocked_already", "The command is laid open already.", "Tick it when done.", False
        )
    return _vouched_for_it(state, person, index, at)


def _may_resume(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    if state.held_for_mismatch and person == state.held_by:
        return Refusal(
            "second_person",
            "What was found did not fit; a second person resumes the run.",
            "Ask the verifier or the decider to look at it and to resume.",
        )
    return None


def _may_accept(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    if state.hand_over_to is None:
        return Refusal("no_hand_over", "No hand-over is offered.", "The operator offers it first.")
    if state.hand_over_to != person:
        return Refusal(
            "not_offered_to_you", "The hand-over is for somebody else.", "Ask the operator."
        )
    return None


def _may_confirm_replacement(
    state: RunState, person: int, index: int | None, at: datetime
) -> Refusal | None:
    return replacing.may_confirm(state, person)


def _may_withdraw_replacement(
    state: RunState, person: int, index: int | None, at: datetime
) -> Refusal | None:
    return replacing.may_withdraw(state, person)


def _may_release_role(
    state: RunState, person: int, index: int | None, at: datetime
) -> Refusal | None:
    if state.people.get(person) is RunRole.OPERATOR and state.status is not RunStatus.BRIEFING:
        return Refusal(
            "operator_stays",
            "The operator does not just leave a run that is under way.",
            "Hand the run over, or abort it.",
        )
    return None


def _may_answer(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    if state.stated.asked_copies_at is None:
        return Refusal(
            "copies_not_asked",
            "Nobody has asked the team for copies in this run.",
            "Register the copy in the inventory, and tell the operator.",
        )
    return None


def _may_complete(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    now = current(state)
    if now is not None:
        return Refusal(
            "steps_left",
            f"Step {state.step(now).number} is not finished.",
            "Finish every step, or abort the run with a reason.",
        )
    if state.turned_back:
        return Refusal("turned_back", "The run was turned back.", "End it as aborted.")
    owed = () if overridden(state, None, "after") else interlocks.missing(state)
    if owed:
        return Refusal(
            "after",
            "Data was overwritten in this run, and what follows a restore is not done yet:"
            f" {'; '.join(owed)}.",
            "Do it in steps of this runbook. If the runbook lacks them, do them, write them down"
            " as late entries, end the run with “Abort” and a reason, and mend the runbook.",
            guard="after",
        )
    return None


PARTICULARS: dict[Move, Callable[[RunState, int, int | None, datetime], Refusal | None]] = {
    Move.TAKE_ROLE: _may_take_role,
    Move.COUNTERSIGN: _may_countersign,
    Move.OBJECT: _may_judge,
    Move.TICK: _may_tick,
    Move.DECIDE: _may_decide,
    Move.RECORD: _may_record,
    Move.NOT_APPLICABLE: _may_skip,
    Move.UNDO: _may_undo,
    Move.RELEASE: _may_release,
    Move.CONFIRM_TEAM_CHECK: _may_confirm,
    Move.UNLOCK: _may_unlock,
    Move.RESUME: _may_resume,
    Move.ACCEPT_HAND_OVER: _may_accept,
    Move.CONFIRM_REPLACEMENT: _may_confirm_replacement,
    Move.WITHDRAW_REPLACEMENT: _may_withdraw_replacement,
    Move.RELEASE_ROLE: _may_release_role,
    Move.COMPLETE: _may_complete,
    Move.ANSWER_COPIES: _may_answer,
    Move.ASK_OVERRIDE: may_ask,
    Move.OVERRIDE: may_use,
    Move.WITHDRAW_OVERRIDE: may_use,
}
