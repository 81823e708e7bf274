"""Signing again: the password of a person at a move that cannot be undone, or that verifies it.

A screen that somebody left open must not sign for them; and a second person without a device signs
on the operator's screen with their own name and password, for one move. The password is looked at
here and goes nowhere else: no log, no event, no answer, no session. (Passkeys are not there yet.)
"""

from __future__ import annotations

import logging
import re
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import caches
from django.db.models import Q

from accounts.models import User
from accounts.refusals import Refused

logger = logging.getLogger(__name__)
#: Wrong passwords for one account, by one sender, in five minutes: as many as at the sign-in.
MOST_WRONG = 5
_WINDOW = 5 * 60
_UNASKABLE = re.compile("[\0\ud800-\udfff]")


def signature(by: User, password: str) -> dict[str, Any]:
    """What the machine is told of the password that `by` typed ('' for none): whether it is theirs,
    and where the setting asks for it. Raises `Refused` (429) after too many wrong ones."""
    told: dict[str, Any] = {"sign_again": settings.SIGN_AGAIN}
    return {**told, "signed": _fits(by, password, f"own:{by.pk}")} if password else told


def signer(login: str, password: str, *, host: User) -> User | None:
    """The enabled person whose name (or mail address) and password these are; None when they do not
    fit, whichever was wrong, after the same time. `host` is on whose screen they were typed.

    Raises `Refused` (429) after too many wrong ones from this screen, or for this name.
    """
    login = login.strip()
    counters = (f"host:{host.pk}", f"name:{login.casefold()}")
    for counter in counters:
        _check_left(counter)
    person = _known(login)
    if person is None:
        make_password(password)  # as long as a comparison takes
    elif _is_theirs(person, password):
        return person
    for counter in counters:
        _count(counter)
    return None


def _known(login: str) -> User | None:
    if not login or _UNASKABLE.search(login):
        return None
    found = User.objects.filter(Q(username=login) | Q(email__iexact=login), is_active=True)
    return found.first()


def _fits(person: User, password: str, counter: str) -> bool:
    _check_left(counter)
    fits = person.is_active and _is_theirs(person, password)
    if not fits:
        _count(counter)
    return fits


def _is_theirs(person: User, password: str) -> bool:
    """Whether `password` is that of `person`. Unlike the sign-in, this never stores it anew with a
    newer hash: that would sign the person out, in the middle of what they sign."""
    return check_password(password, person.password)


def _check_left(counter: str) -> None:
    """Raise `Refused` (429) when `counter` is used up. A cache that does not answer lets everybody
    try: the password is still asked for."""
    try:
        wrong = caches["throttle"].get(_key(counter), 0)
    except Exception:  # each kind of cache has its own family of errors
        logger.warning("The counters of wrong passwords do not answer.", exc_info=True)
        return
    if wrong >= MOST_WRONG:
        raise Refused(
            "too_many_tries",
            "Too many wrong passwords. Nothing was signed.",
            "Wait five minutes, and find the right one meanwhile; the run can be held.",
            status=429,
        )


def _count(counter: str) -> None:
    try:
        counters = caches["throttle"]
        counters.add(_key(counter), 0, timeout=2 * _WINDOW)
        counters.incr(_key(counter))
    except Exception:  # as above
        logger.warning("The counters of wrong passwords do not answer.", exc_info=True)


def _key(counter: str) -> str:
    """The key of a counter, of the present five minutes. No name stands in it: a cache takes only
    plain characters."""
    window = int(time.time()) // _WINDOW
    return f"signature:{counter.encode().hex()[:180]}:{window}"
