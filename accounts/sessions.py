"""Who is signed in: the person behind a request, and the open sessions of a person."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from accounts import access
from accounts.enums import Right
from accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """The person behind `request`. The middleware lets nobody in who is not signed in, so the
    TypeError of a page that forgot to ask for that is a fault of ours."""
    if not isinstance(request.user, User):
        raise TypeError("This page is open to people who are not signed in.")
    return request.user


def signed_in_with(request: HttpRequest, right: Right = Right.VIEW) -> User:
    """The person behind `request`. Raises `Refused` 403 unless they hold `right`."""
    person = signed_in(request)
    access.check(person, right)
    return person


def end_all(person: User, *, at: datetime) -> int:
    """Sign `person` out everywhere; returns how many sessions ended.

    A session does not say whose it is until it is read, so all that are valid at `at` are read:
    a few milliseconds for a thousand, and people are seldom disabled.
    """
    theirs = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=at).iterator()
        if session.get_decoded().get(SESSION_KEY) == str(person.pk)
    ]
    ended, _ = Session.objects.filter(pk__in=theirs).delete()
    return ended
