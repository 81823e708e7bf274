"""The one transaction that changes a run: lock, build the state, ask the machine, write, log."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from django.db import transaction
from django.utils import timezone

from accounts import access
from accounts.enums import Right
from accounts.models import User
from lib.refusals import Invalid, KeyUsed, Refused
from runbooks.enums import RunRole
from runbooks.live import notify
from runbooks.log import chain, texts
from runbooks.machine.decide import decide
from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.gates import AttemptRefused
from runbooks.machine.move import NO_PASSWORD, Move, PasswordCheck, Request
from runbooks.machine.moves import MOVES
from runbooks.machine.reducers import apply
from runbooks.machine.refusals import refused
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState
from runbooks.machine.timing import stamped, timed
from runbooks.models import Run
from runbooks.models.sql import Before, carry_out
from runbooks.runs import (
    cache,
    follow_ups,
    idempotency_keys,
    inventory_effects,
    outside,
    persistence,
)

RIGHTS: dict[RunRole, Right] = {
    RunRole.OPERATOR: Right.OPERATE,
    RunRole.VERIFIER: Right.OPERATE,
    RunRole.DECIDER: Right.DECIDE,
    RunRole.OBSERVER: Right.VIEW,
}


def right_for(move: type[Move], role: RunRole | None) -> Right:
    """The right that `move` asks of the account of its sender, who has `role` in the run."""
    return Right.VIEW if role is None or move.by_a_look else RIGHTS[role]


def beyond(person: User, role: RunRole | None) -> frozenset[type[Move]]:
    """The moves that the account of `person`, who has `role` in the run, has no right to make,
    whatever the machine says: they are not shown, and would be refused."""

    def has(*rights: Right) -> bool:
        return any(person.has_perm(right.value) for right in rights)

    return frozenset(
        move for move in MOVES if not (has(right_for(move, role)) and has(*move.needs))
    )


_KEY = re.compile(r"[\x21-\x7e]{1,64}")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class MoveRefused(Refused):
    """A move that the machine refused. `sequence` is the head of the log now."""

    def __init__(self, code: str, sentence: str, remedy: str, sequence: int) -> None:
        super().__init__(code, sentence, remedy)
        self.sequence = sequence


@dataclass(frozen=True)
class MoveAnswer:
    """What a move came to: the kinds of its events, the head of the log, and whether this is the
    first answer given again for a repeated key."""

    sequence: int
    events: tuple[str, ...]
    replayed: bool = False


def record_move(
    run_id: int,
    move: Move,
    *,
    by: User,
    at: datetime | None,
    seen: int | None = None,
    key: str | None = None,
    password: PasswordCheck = NO_PASSWORD,
    store: Callable[[tuple[RunEvent, ...], datetime], tuple[RunEvent, ...]] | None = None,
) -> MoveAnswer:
    """Carry out one move: the only transaction that changes a run. `at` None: now, by the database.
    `store` writes, in it, what belongs to the events of an accepted move, and may add to them."""
    check_sender(by)
    _check_storable(key, move)
    with transaction.atomic():
        run, state, before, now = persistence.load_locked(run_id, key=key)
        here = timezone.get_default_timezone()
        request = timed(state, Request(move, by.pk, at or now, seen, password, zone=here))
        if before is not None:
            return _first_answer(before, run, state, request)
        role = state.people.get(by.pk)
        access.check(by, right_for(type(move), role))
        verdict = decide(outside.seen(run, state), request)
        outcome = inventory_effects.follow(run, state, request, verdict, by=by)
        events = _events(outcome, state, request)
        if store and not isinstance(outcome, Refusal):
            events = store(events, request.at)
        if events:
            at, as_role = request.at, role or ""
            lines, written = chain.append(run, events, by=by, role=as_role, at=at, key=key)
            after = reduce(apply, lines, state)
            persistence.store_people(run, state, after, {by.pk: (str(by), by.initials)})
            written += persistence.changes(run, state, after)
            written += idempotency_keys.row(run.pk, key, move, at=at) if key else []
            carry_out([*written, *notify.telling(run.pk, run.sequence)])
            cache.states.put((run.pk, run.digest), after)
            follow_ups.follow(run, after, lines, by=by)
    return _answer(run, outcome, events)


def _answer(run: Run, outcome: Outcome, events: tuple[RunEvent, ...]) -> MoveAnswer:
    """What the move came to. Raises `MoveRefused` where it was refused, after that was kept."""
    if isinstance(outcome, Refusal):
        raise MoveRefused(outcome.code, outcome.sentence, outcome.remedy, run.sequence)
    return MoveAnswer(run.sequence, tuple(event.kind for event in events))


def check_sender(by: User) -> None:
    """Raise `Refused` (403) unless `by` may see the product and came with no token, or with one
    that is for runs: an observer needs no more than a look to say STOP, a token does."""
    access.check(by, Right.VIEW)
    access.check_scope(by, Right.OPERATE)


def _check_storable(key: str | None, move: Move) -> None:
    """No database keeps NUL, and no UTF-8 half a character: say so before anything is written."""
    if key is not None and not _KEY.fullmatch(key):
        raise Invalid({"": "The idempotency key has 1 to 64 plain characters."})
    errors = {}
    for name, value in vars(move).items():
        kept = {f"value_{n}": v for n, v in value.items()} if isinstance(value, Mapping) else {}
        for field, text in (kept or {name: value}).items():
            if isinstance(text, str) and _UNSTORABLE.search(text):
                errors[field] = "This holds a character that cannot be kept; type it anew."
    if errors:
        raise Invalid(errors)


def _events(outcome: Outcome, state: RunState, request: Request) -> tuple[RunEvent, ...]:
    """What goes into the log: the events of an accepted move, or what a refused one leaves."""
    if isinstance(outcome, Malformed):
        raise Invalid(outcome.errors)
    if isinstance(outcome, Refusal):
        return stamped(request, refused(state, request, outcome))
    return stamped(request, outcome)


def _first_answer(before: Before, run: Run, state: RunState, request: Request) -> MoveAnswer:
    """The answer that this key got `before`. Raises what it raised, and `KeyUsed` when that was
    another move, or the same with other contents: its sender must not take theirs for done."""
    first = texts.read(before.text)
    if not idempotency_keys.is_repeat(first, request.move, request.by):
        mine = first.by == request.by
        raise KeyUsed(
            "This key was sent with another move before. Nothing was done.",
            kept=idempotency_keys.kept(run, state, first) if mine else "",
            sequence=run.sequence,
        )
    idempotency_keys.check(run, state, before, idempotency_keys.contents(request.move))
    event = first.event
    if isinstance(event, AttemptRefused):
        raise MoveRefused(event.code, event.sentence, event.remedy, run.sequence)
    return MoveAnswer(run.sequence, (first.kind,), replayed=True)
