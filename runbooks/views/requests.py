"""What every page asks of a request."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User


def person(request: HttpRequest) -> User:
    """Who is signed in. The middleware lets nobody else through to a page; a `TypeError` here
    means that a page was opened to the world by mistake."""
    if not isinstance(request.user, User):
        raise TypeError("This page needs somebody who is signed in.")
    return request.user
