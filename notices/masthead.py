"""The number of unread notices, for the head of every page."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest

from accounts.models import User
from notices import reading


def unread(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """Context processor: `unread_notices`, asked of the database only where a template shows it."""

    @cache
    def count() -> int:
        person = getattr(request, "user", None)
        return reading.unread(person) if isinstance(person, User) else 0

    return {"unread_notices": count}
