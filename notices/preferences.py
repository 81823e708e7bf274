"""What people chose about notices."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from notices.models import Preference


def wants_digest(person: User) -> bool:
    """Whether `person` wants the weekly digest; yes unless they said no."""
    return not Preference.objects.filter(person=person, digest=False).exists()


def wanting_digest(people: QuerySet[User]) -> QuerySet[User]:
    """Those of `people` who want the weekly digest."""
    return people.exclude(notice_preference__digest=False)


def set_digest(wanted: bool, *, by: User, at: datetime) -> None:
    """Switch the weekly digest on or off for `by` alone. (`at` is not kept: nobody has to know.)"""
    Preference.objects.update_or_create(person=by, defaults={"digest": wanted})
