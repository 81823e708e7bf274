"""What people chose about notices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from notices.models import Preference


def wants_digest(person: User) -> bool:
    """Whether `person` wants the weekly digest; yes unless they said no."""
    return not Preference.objects.filter(person=person, digest=False).exists()


def wanting_digest(people: Iterable[User]) -> list[User]:
    """Those of `people` who want the weekly digest. One query."""
    asked = list(people)
    no = Preference.objects.filter(person__in=asked, digest=False).values_list("person", flat=True)
    without = set(no)
    return [person for person in asked if person.pk not in without]


def set_digest(wanted: bool, *, by: User, at: datetime) -> None:
    """Switch the weekly digest on or off for `by` alone. (`at` is not kept: nobody has to know.)"""
    Preference.objects.update_or_create(person=by, defaults={"digest": wanted})
