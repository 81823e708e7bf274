"""A person's own notices: pages of them, how many are unread, and marking them as read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.http import HttpRequest

from accounts.models import User
from notices.models import Notice

PAGE = 30


@dataclass(frozen=True)
class NoticePage:
    """Notices, the newest first. `older` is the number to go on before, None at the end."""

    notices: tuple[Notice, ...]
    older: int | None


def page(person: User, *, before: int | None = None) -> NoticePage:
    """The newest notices of `person`, or those before the number `before`. One query."""
    mine = person.notices.order_by("-pk")
    if before is not None:
        mine = mine.filter(pk__lt=before)
    notices = tuple(mine[: PAGE + 1])
    more = len(notices) > PAGE
    return NoticePage(notices[:PAGE], notices[PAGE - 1].pk if more else None)


def mark_read(number: int, *, by: User, at: datetime) -> bool:
    """Mark one notice of `by` as read at `at`. False when there is none, or it was read before:
    the first time stays."""
    mine = by.notices.filter(pk=number, read_at__isnull=True)
    return bool(mine.update(read_at=at))


def mark_all_read(*, upto: int, by: User, at: datetime) -> int:
    """Mark every notice of `by` up to the number `upto` as read at `at`: the newest that they saw,
    so that one which came meanwhile stays unread. Returns how many were marked."""
    mine = by.notices.filter(pk__lte=upto, read_at__isnull=True)
    return mine.update(read_at=at)


def unread_notices(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """Context processor: the number of unread notices for the head of every page, asked of the
    database only where a template shows it."""

    @cache
    def count() -> int:
        person = getattr(request, "user", None)
        return person.notices.unread().count() if isinstance(person, User) else 0

    return {"unread_notices": count}
