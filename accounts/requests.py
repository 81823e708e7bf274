"""Who sent a request."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """The person behind `request`. The middleware lets nobody in who is not signed in, so the
    TypeError of a page that forgot to ask for that is a fault of ours."""
    if not isinstance(request.user, User):
        raise TypeError("This page is open to people who are not signed in.")
    return request.user
