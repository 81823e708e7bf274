"""Signing again: the password of a person at a move that cannot be undone, or that verifies it.

A screen that somebody left open must not sign for them; and a second person without a device signs
on the operator's screen with their own name and password, for one move. The password is looked at
here and goes nowhere else: no log, no event, no answer, no session. (Passkeys are not there yet.)

It is compared only where the move would be let through with the right one, and counted before it is
compared (`accounts.limits`): nobody finds out a password here that is not asked for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.urls import reverse

from accounts import access, limits, people
from accounts.enums import Right, Role
from accounts.models import User
from notices.sending import send_notice
from runbooks.machine.move import Move, PasswordCheck
from runbooks.machine.rules import standing
from runbooks.machine.signature import demanded, may_sign
from runbooks.machine.state import RunState
from runbooks.models import Event
from runbooks.runs import persistence

#: Wrong passwords under one name, after which its owner and the admins are told, and after each
#: further so many.
TOLD_AFTER = 5


def signature(
    run_id: int, move: Move, *, person: User, password: str, key: str | None, at: datetime
) -> PasswordCheck:
    """What became of the `password` that `person` typed with `move` ('' for none): whether it is
    theirs, and where the setting asks for it. Raises `Refused` (429) after too many wrong ones."""
    setting = settings.SIGN_AGAIN
    if not password:
        return PasswordCheck(setting)
    first = _first(run_id, key, person)
    if first is not None:
        return PasswordCheck(setting, fits=first)
    state = persistence.load(run_id)[1]
    if standing(state, person.pk, type(move), move.index, at) or not _asked(state, move):
        return PasswordCheck(setting)
    return PasswordCheck(setting, fits=_fits(person, password, host=person, at=at))


def countersigner(
    run_id: int,
    move: Move,
    *,
    login: str,
    password: str,
    host: User,
    key: str | None,
    at: datetime,
) -> tuple[User, PasswordCheck]:
    """On the screen of `host`: who sends the countersign, and what became of the password. The
    person whose user name (or mail address) and password these are; else the host.

    Raises `Refused` (429) after too many wrong passwords of this person on this screen.
    """
    person = people.by_login(login)
    if person is not None and not access.may(person, Right.OPERATE):
        person = None
    signed = PasswordCheck(fits=True, host=host.pk, host_name=str(host))
    if person is not None and _first(run_id, key, person) is not None:
        return person, signed
    state = persistence.load(run_id)[1]
    named = person.pk if person is not None and person.pk in state.people else 0
    unsigned = PasswordCheck(unknown=True, signer=named)
    if person is None or may_sign(state, host.pk, named, move.index, at):
        return host, unsigned
    if _fits(person, password, host=host, at=at):
        return person, signed
    return host, replace(unsigned, fits=False)


def _asked(state: RunState, move: Move) -> bool:
    index = move.index
    known = index is None or 0 <= index < len(state.steps)
    return known and demanded(state, type(move), index, settings.SIGN_AGAIN)


def _first(run_id: int, key: str | None, by: User) -> bool | None:
    """Whether what `by` sent with `key` before was let through; None when it is sent for the first
    time. No password is compared for the first answer."""
    if key is None:
        return None
    events = Event.objects.filter(run_id=run_id, key=key, by=by)
    kind = events.values_list("kind", flat=True).first()
    return None if kind is None else kind != "move.refused"


def _fits(person: User, password: str, *, host: User, at: datetime) -> bool:
    """Whether `password` is that of `person`. Unlike the sign-in, this never stores it anew with a
    newer hash: that would sign the person out, in the middle of what they sign."""
    counters = limits.signature_counters(person, host)
    limits.check(counters, at=at, outcome="Nothing was signed.")
    if person.is_active and check_password(password, person.password):
        limits.fitted(counters, at=at)
        return True
    _tell(person, host, at)
    return False


def _tell(person: User, host: User, at: datetime) -> None:
    """Tell `person` and the admins when wrong passwords under this name come to be many."""
    wrong = [
        failure.count for failure in limits.failures(person, at=at) if failure.kind == "signature"
    ]
    if not wrong or wrong[0] % TOLD_AFTER:
        return
    with transaction.atomic():
        send_notice(
            [person, *access.holding(Role.ADMIN)],
            key=f"signatures:{person.pk}:{at:%Y-%m-%d}:{wrong[0]}",
            subject=f"{wrong[0]} wrong passwords at signatures as {person}",
            text=(
                f"Within a day, {wrong[0]} wrong passwords were typed at signatures under the name"
                f" of {person}, the last on the screen of {host}. If that was not {person},"
                " somebody is guessing: ask the people of the run, and change the password."
            ),
            url=reverse("home"),
            at=at,
        )
