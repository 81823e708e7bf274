"""Making a move on a run. Nothing else writes the tables of runs.

A move is one transaction: lock the run's row, build the state, ask the machine, write the named
columns and the events (`runbooks.runs.transaction`). Here is what comes before it: whether the
sender may send it at all, and what is looked up or checked for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts import access
from accounts.enums import Right
from accounts.models import User
from lib import clock
from lib.refusals import Invalid
from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.notes import EvidenceAttached
from runbooks.machine.move import NO_PASSWORD, NO_STEP, Move, StepMove
from runbooks.machine.moves.copies import AnswerCopies
from runbooks.machine.moves.hand_over import HandOver
from runbooks.machine.moves.log import Attach
from runbooks.machine.moves.replacement import ConfirmReplacement, ProposeReplacement
from runbooks.machine.moves.roles import TakeRole
from runbooks.models import Evidence
from runbooks.runs import evidence, signing
from runbooks.runs.transaction import RIGHTS, MoveAnswer, check_sender, record_move

_BESIDE = frozenset({"password", "signer", "file"})


def make_move(
    run_id: int,
    move: Move,
    *,
    by: User,
    at: datetime | None,
    seen: int | None = None,
    key: str | None = None,
    password: str = "",
    signer: str = "",
    file: evidence.Upload | None = None,
) -> MoveAnswer:
    """Make `move`, by the person `by`, at `at` (aware, UTC; None: now, by the database's clock, and
    edges hand in no other).

    `seen` is the sequence of the last event that the sender knew (None: just looked). `key` is an
    idempotency key: the same key again gives the first answer. `password` is for a signature that
    asks for it again; with `signer`, their name at the sign-in, somebody without a device signs on
    the screen of `by`, and is the sender of this one move. `file` is for an attachment.

    A refusal leaves nothing but its line in the log. Raises `MoveRefused` (not allowed now),
    `lib.refusals.Invalid` (cannot be read; nothing is logged) or `Run.DoesNotExist`.
    """
    check_sender(by)
    _check_rights(by, move)
    if isinstance(move, Attach):
        return _attach(run_id, move, file, by=by, at=at, seen=seen, key=key)
    check = NO_PASSWORD
    if signer.strip():
        if not password:
            raise Invalid({"password": "The second person types their own password."})
        moment = at or clock.now()
        by, check = signing.countersigner(
            run_id, move, login=signer, password=password, host=by, key=key, at=moment
        )
    elif move.signature:
        moment = at or clock.now()
        check = signing.signature(run_id, move, person=by, password=password, key=key, at=moment)
    move = _looked_up(move, by)
    return record_move(run_id, move, by=by, at=at, seen=seen, key=key, password=check)


def make_sent(
    run_id: int,
    kind: type[Move],
    sent: Mapping[str, Any],
    *,
    by: User,
    at: datetime | None,
    seen: int | None = None,
    key: str | None = None,
) -> MoveAnswer:
    """Make a move of this `kind` with what an edge has parsed: its fields, and what is sent beside
    them (`password`, `signer`, `file`)."""
    fields = {name: value for name, value in sent.items() if name not in _BESIDE}
    if issubclass(kind, StepMove) and fields.get("step") is None:
        fields["step"] = NO_STEP
    move = kind(**fields)
    beside = {name: value for name, value in sent.items() if name in _BESIDE}
    return make_move(run_id, move, by=by, at=at, seen=seen, key=key, **beside)


def _attach(
    run_id: int,
    move: Attach,
    file: evidence.Upload | None,
    *,
    by: User,
    at: datetime | None,
    seen: int | None,
    key: str | None,
) -> MoveAnswer:
    """Keep a file with the run, by its SHA-256.

    The bytes are stored before the transaction: a file without a row is harmless, a row without its
    file is not. The same file again, under the same name, keeps its first row.
    """
    if file is None:
        raise Invalid({"file": "Choose a file."})
    kept = evidence.keep(run_id, file)

    def with_row(events: tuple[RunEvent, ...], moment: datetime) -> tuple[RunEvent, ...]:
        row, _ = Evidence.objects.get_or_create(
            run_id=run_id,
            sha256=kept.sha256,
            name=kept.name,
            defaults={
                "step": move.step,
                "file": kept.path,
                "content_type": kept.content_type,
                "size": kept.size,
                "at": moment,
                "by": by,
            },
        )
        return tuple(_numbered(event, row.pk) for event in events)

    named = replace(move, name=kept.name, sha256=kept.sha256, size=kept.size)
    return record_move(run_id, named, by=by, at=at, seen=seen, key=key, store=with_row)


def _numbered(event: RunEvent, evidence: int) -> RunEvent:
    return replace(event, evidence=evidence) if isinstance(event, EvidenceAttached) else event


def _check_rights(by: User, move: Move) -> None:
    """Raise `Refused` (403) unless the account of `by` holds one of the rights that the move asks
    for whatever their role."""
    needs = (RIGHTS[move.role],) if isinstance(move, TakeRole) else move.needs
    access.check(by, next((right for right in needs if access.may(by, right)), needs[-1]))


def _looked_up(move: Move, by: User) -> Move:
    """The move, with what is known of the people whom it names."""
    if isinstance(move, HandOver):
        asks = "Choose somebody who may operate runs."
        return replace(move, to_name=_name_of(move.to, Right.OPERATE, asks))
    if isinstance(move, ProposeReplacement):
        asks = f"Choose somebody who may be the {move.role} of a run."
        return replace(move, to_name=_name_of(move.to, RIGHTS[move.role], asks))
    if isinstance(move, ConfirmReplacement):
        return replace(move, may_decide=access.may(by, Right.DECIDE))
    if isinstance(move, AnswerCopies):
        return replace(move, who=str(by))
    return move


def _name_of(account: int, right: Right, asks: str) -> str:
    """The name of the person `to` whom something is given. Raises `Invalid` unless they hold
    `right`."""
    person = User.objects.filter(pk=account, is_active=True).first()
    if person is None or not access.may(person, right):
        raise Invalid({"to": asks})
    return str(person)
