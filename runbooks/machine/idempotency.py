"""Whether a move is the one that its idempotency key was first sent with."""

from __future__ import annotations

from runbooks.enums import Move
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.gates import AttemptRefused

_AT_WORK = frozenset({"step.begun", "step.recorded", "step.mismatched"})

#: What interlocks state at a tick: the first events, where nothing was typed with it.
_STATED = frozenset(
    {
        "instance.frozen",
        "instance.thawed",
        "instance.deleted",
        "copy.registered",
        "copy.verified",
        "rearm.stated",
        "data.compared",
    }
)

#: The kinds of the first event that each move can cause: the one that keeps the key.
FIRST: dict[Move, frozenset[str]] = {
    Move.TAKE_ROLE: frozenset({"role.taken"}),
    Move.RELEASE_ROLE: frozenset({"role.released"}),
    Move.START: frozenset({"run.started"}),
    Move.BEGIN_STEP: frozenset({"step.begun"}),
    Move.RECORD: _AT_WORK,
    Move.TICK: _AT_WORK | _STATED | {"step.ticked"},
    Move.DECIDE: _AT_WORK | _STATED | {"step.decided"},
    Move.COUNTERSIGN: frozenset({"step.countersigned", "step.mismatched"}),
    Move.OBJECT: frozenset({"step.objected"}),
    Move.NOT_APPLICABLE: frozenset({"step.not_applicable"}),
    Move.REPORT_MISMATCH: frozenset({"step.mismatched"}),
    Move.DIAGNOSE: frozenset({"step.diagnosed"}),
    Move.REOPEN: frozenset({"step.reopened"}),
    Move.UNDO: frozenset({"section.entered"}),
    Move.CONFIRM_TEAM_CHECK: frozenset({"team_check.confirmed"}),
    Move.UNLOCK: frozenset({"step.unlocked"}),
    Move.HOLD: frozenset({"run.held"}),
    Move.RESUME: frozenset({"run.resumed"}),
    Move.HAND_OVER: frozenset({"hand_over.offered", "hand_over.withdrawn"}),
    Move.ACCEPT_HAND_OVER: frozenset({"hand_over.accepted"}),
    Move.PROPOSE_REPLACEMENT: frozenset({"replacement.proposed"}),
    Move.CONFIRM_REPLACEMENT: frozenset({"replacement.confirmed"}),
    Move.WITHDRAW_REPLACEMENT: frozenset({"replacement.withdrawn"}),
    Move.RELEASE: frozenset({"step.released"}),
    Move.NOTE: frozenset({"note.added"}),
    Move.ATTACH: frozenset({"evidence.attached"}),
    Move.LATE_ENTRY: frozenset({"entry.late"}),
    Move.STRIKE_OUT: frozenset({"entry.struck_out"}),
    Move.ASK_OVERRIDE: frozenset({"override.asked"}),
    Move.WITHDRAW_OVERRIDE: frozenset({"override.withdrawn"}),
    Move.OVERRIDE: frozenset({"gate.overridden"}),
    Move.ASK_COPIES: frozenset({"copies.asked"}),
    Move.ANSWER_COPIES: frozenset({"copies.answered"}),
    Move.STATE_FITNESS: frozenset({"fitness.stated"}),
    Move.ABORT: frozenset({"run.turned_back", "run.aborted"}),
    Move.COMPLETE: frozenset({"run.completed"}),
}


def is_repeat(first: LogLine, move: Move, by: int, step: int | None) -> bool:
    """Whether `first`, the event that keeps the key, may be what this `move` of the person `by`
    (account id) on `step` caused. What was sent with it is compared by
    `runbooks.runs.idempotency_keys`."""
    if first.by != by:
        return False
    event, on = first.event, first.event.step
    if isinstance(event, AttemptRefused):
        return event.move == move.value and on == step
    return first.kind in FIRST[move] and (on is None or step is None or on == step)
