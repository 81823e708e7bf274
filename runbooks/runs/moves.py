"""The verbs of a run: one for each move. Nothing else writes the tables of runs.

Each is one transaction: lock the run's row, build the state, ask the machine, write the named
columns and the events. A refusal leaves nothing but its near-miss event. All take keywords:

`by` the person, `at` the time (aware, UTC; None: now, by the database's clock, and edges hand in no
other), `seen` the sequence of the last event the sender knew (None: just looked), `key` an
idempotency key: the same key again gives the first answer.

All return an `Answer`, and raise `MoveRefused` (not allowed now), `lib.refusals.Invalid`
(cannot be read; nothing is logged) or `Run.DoesNotExist`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts import access
from accounts.models import User
from lib import clock
from lib.refusals import Invalid
from runbooks.enums import Move, RunRole
from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.notes import EvidenceAttached
from runbooks.models import Evidence
from runbooks.runs import evidence, hand_over, signing
from runbooks.runs.transaction import RIGHTS, Answer, check_sender, move


def take_role(run_id: int, *, role: RunRole, by: User, at: datetime | None, **sent: Any) -> Answer:
    """Accept a role in the run: operator, verifier, decider or observer."""
    access.check(by, RIGHTS[role])
    return move(run_id, Move.TAKE_ROLE, by=by, at=at, role=role.value, **sent)


def attach(
    run_id: int,
    *,
    file: evidence.Upload,
    by: User,
    at: datetime | None,
    step: int | None = None,
    value: str = "",
    key: str | None = None,
    seen: int | None = None,
) -> Answer:
    """Keep a file with the run, by its SHA-256; `value` names the recorded value it answers.

    The bytes are stored before the transaction: a file without a row is harmless, a row without its
    file is not. The same file again, under the same name, keeps its first row.
    """
    check_sender(by)
    kept = evidence.keep(run_id, file)
    data = {"name": kept.name, "sha256": kept.sha256, "size": kept.size}

    def with_row(events: tuple[RunEvent, ...], moment: datetime) -> tuple[RunEvent, ...]:
        row, _ = Evidence.objects.get_or_create(
            run_id=run_id,
            sha256=kept.sha256,
            name=kept.name,
            defaults={
                "step": step,
                "file": kept.path,
                "content_type": kept.content_type,
                "size": kept.size,
                "at": moment,
                "by": by,
            },
        )
        return tuple(_numbered(event, row.pk) for event in events)

    sent: dict[str, Any] = {"step": step, "key": key, "seen": seen, "value": value, **data}
    return move(run_id, Move.ATTACH, by=by, at=at, store=with_row, **sent)


def _numbered(event: RunEvent, evidence: int) -> RunEvent:
    return replace(event, evidence=evidence) if isinstance(event, EvidenceAttached) else event


def countersign(
    run_id: int,
    *,
    by: User,
    at: datetime | None,
    password: str = "",
    signer: str = "",
    **sent: Any,
) -> Answer:
    """Confirm `step` as the second person, with one's own `values`, and one's `password` where it
    is asked for again. Who has no device signs on the screen of `by`: `signer`, their name at the
    sign-in, and their own `password`; for this one move they are its sender."""
    if not signer.strip():
        return _sign(run_id, Move.COUNTERSIGN, by=by, at=at, password=password, **sent)
    check_sender(by)
    if not password:
        raise Invalid({"password": "The second person types their own password."})
    sender, signed = signing.countersigner(
        run_id,
        step=sent.get("step"),
        login=signer,
        password=password,
        host=by,
        key=sent.get("key"),
        at=at or clock.now(),
    )
    return move(run_id, Move.COUNTERSIGN, by=sender, at=at, **signed, **sent)


def _sign(
    run_id: int, kind: Move, *, by: User, at: datetime | None, password: str, **sent: Any
) -> Answer:
    """A move that is a signature, by its sender."""
    check_sender(by)
    signed = signing.signature(
        run_id,
        kind,
        step=sent.get("step"),
        person=by,
        password=password,
        key=sent.get("key"),
        at=at or clock.now(),
    )
    return move(run_id, kind, by=by, at=at, **signed, **sent)


def answer_copies(run_id: int, *, by: User, at: datetime | None, **sent: Any) -> Answer:
    """Answer the question for copies: `holds` one or not, and `text`, which. No role is needed."""
    return move(run_id, Move.ANSWER_COPIES, by=by, at=at, **{**sent, "who": str(by)})


def _verb(kind: Move, doc: str) -> Callable[..., Answer]:
    """A verb that needs nothing but the machine: its keywords are the move's data."""

    def verb(run_id: int, *, by: User, at: datetime | None, **sent: Any) -> Answer:
        return move(run_id, kind, by=by, at=at, **sent)

    verb.__name__ = verb.__qualname__ = kind.value
    verb.__doc__ = doc
    return verb


def _signed(kind: Move, doc: str) -> Callable[..., Answer]:
    """A verb that is a signature: its sender may have to type their `password` again."""

    def verb(
        run_id: int, *, by: User, at: datetime | None, password: str = "", **sent: Any
    ) -> Answer:
        return _sign(run_id, kind, by=by, at=at, password=password, **sent)

    verb.__name__ = verb.__qualname__ = kind.value
    verb.__doc__ = doc
    return verb


start = _verb(
    Move.START,
    "Begin the run: `acknowledged` the brief, `conditions` hold. What went wrong with its text"
    " after it was prepared locks a live run too.",
)
release_role = _verb(Move.RELEASE_ROLE, "Give one's role back.")
begin_step = _verb(Move.BEGIN_STEP, "Draw the circle on `step`: it is being done now.")
record = _verb(Move.RECORD, "Record `values` (name → text) on `step` without ticking it.")
tick = _verb(Move.TICK, "Draw the slash: `step` is done, with `values` (name → text).")
object_to = _verb(Move.OBJECT, "Refuse to countersign `step`, with a `reason`.")
not_applicable = _verb(Move.NOT_APPLICABLE, "Leave out an optional `step`, with a `reason`.")
report_mismatch = _verb(Move.REPORT_MISMATCH, "Say that something is different: `observed`.")
diagnose = _verb(Move.DIAGNOSE, "Write the `finding`; `lead` opens the section the step names.")
reopen = _verb(Move.REOPEN, "Open a diagnosed `step` for a new attempt.")
undo = _verb(Move.UNDO, "Take `step` back by the way back it names, with a `reason`.")
hold = _verb(Move.HOLD, "STOP. No reason is needed.")
withdraw_replacement = _verb(
    Move.WITHDRAW_REPLACEMENT,
    "Take a proposed replacement back, or object to one's own; a `reason` is welcome.",
)
resume = _verb(Move.RESUME, "End a hold: `read_back` the number of the step finished last.")
confirm_team_check = _verb(
    Move.CONFIRM_TEAM_CHECK,
    "Confirm the team check at `step`: target, direction, copy and way back are as agreed.",
)
unlock = _signed(
    Move.UNLOCK,
    "Lay open the command of `step`, which overwrites: type the `name` of what it writes into.",
)
ask_override = _verb(
    Move.ASK_OVERRIDE,
    "Ask to pass the closed `gate` (its key) of `step`, or of the start, with a `reason`. Decider"
    " and managers are paged at once.",
)
withdraw_override = _verb(Move.WITHDRAW_OVERRIDE, "Take back what was asked for `gate`.")
override = _signed(
    Move.OVERRIDE,
    "Pass `gate` without its condition, two minutes after it was asked for, by the same person. The"
    " run is marked and a review opened.",
)
state_fitness = _verb(
    Move.STATE_FITNESS,
    "Say how one is: `hours_awake`, `alone`, `local_time` (03:40). It stays with the run.",
)
ask_copies = _verb(
    Move.ASK_COPIES,
    "Ask everybody who may look whether they hold a newer copy; `text` says of what.",
)
release = _verb(Move.RELEASE, "Let `step` go on, as the role it waits for, with a `reason`.")
decide = _verb(Move.DECIDE, "Choose the `answer` of a decision `step`, with a `reason`.")
strike_out = _verb(
    Move.STRIKE_OUT,
    "Strike out the line `sequence`, a note, a late entry or an attachment of one's own, with a"
    " `reason`; the decider any. It stays readable.",
)
note = _verb(Move.NOTE, "Write `text` into the log, about `step` or the run.")
late_entry = _verb(Move.LATE_ENTRY, "Write `text` on what was done at `performed_at` (aware).")
abort = _verb(
    Move.ABORT,
    "End the run early, with a `reason`; the way back first. `deviation`: what was wrong.",
)
complete = _verb(Move.COMPLETE, "End the run when every step is finished.")

VERBS: dict[Move, Callable[..., Answer]] = {
    Move.TAKE_ROLE: take_role,
    Move.RELEASE_ROLE: release_role,
    Move.START: start,
    Move.BEGIN_STEP: begin_step,
    Move.RECORD: record,
    Move.TICK: tick,
    Move.COUNTERSIGN: countersign,
    Move.OBJECT: object_to,
    Move.NOT_APPLICABLE: not_applicable,
    Move.REPORT_MISMATCH: report_mismatch,
    Move.DIAGNOSE: diagnose,
    Move.REOPEN: reopen,
    Move.UNDO: undo,
    Move.HOLD: hold,
    Move.RESUME: resume,
    Move.HAND_OVER: hand_over.hand_over,
    Move.ACCEPT_HAND_OVER: hand_over.accept_hand_over,
    Move.PROPOSE_REPLACEMENT: hand_over.propose_replacement,
    Move.CONFIRM_REPLACEMENT: hand_over.confirm_replacement,
    Move.WITHDRAW_REPLACEMENT: withdraw_replacement,
    Move.CONFIRM_TEAM_CHECK: confirm_team_check,
    Move.UNLOCK: unlock,
    Move.ASK_OVERRIDE: ask_override,
    Move.WITHDRAW_OVERRIDE: withdraw_override,
    Move.OVERRIDE: override,
    Move.STATE_FITNESS: state_fitness,
    Move.ASK_COPIES: ask_copies,
    Move.ANSWER_COPIES: answer_copies,
    Move.RELEASE: release,
    Move.DECIDE: decide,
    Move.NOTE: note,
    Move.ATTACH: attach,
    Move.LATE_ENTRY: late_entry,
    Move.STRIKE_OUT: strike_out,
    Move.ABORT: abort,
    Move.COMPLETE: complete,
}
