"""Telling people something, each thing once: a line in the product and a mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from jobs.queue import Order, put_all
from notices.models import Notice

MAIL = "notices.mail"
LONGEST_KEY, LONGEST_SUBJECT = 160, 200


def tell(
    people: Iterable[User],
    *,
    key: str,
    subject: str,
    text: str,
    url: str,
    at: datetime,
    by_mail: bool = True,
) -> int:
    """Tell each of `people` who is enabled and was not told `key` before.

    `key` names the thing, at most 160 characters: "late-step:5:3:1". `subject` is one line (longer
    ones are cut), `text` plain text, `url` a path of the product ("/runs/5/"). `at` (aware) is the
    moment of the telling. `by_mail`: False keeps it in the product. The mails are jobs in the same
    transaction as the lines, so there is a mail exactly when there is a line. Three queries,
    however many people. Returns how many were told now. Raises `ValueError` for a longer key.
    """
    if len(key) > LONGEST_KEY:
        raise ValueError(f"The key {key!r} has more than {LONGEST_KEY} characters.")
    wanted = {person.pk for person in people if person.is_active}
    line = " ".join(subject.split())[:LONGEST_SUBJECT]
    with transaction.atomic():
        told = Notice.objects.filter(key=key, person__in=wanted).values_list("person_id", flat=True)
        new = sorted(wanted - set(told))
        Notice.objects.bulk_create(
            [
                Notice(person_id=person, key=key, subject=line, text=text, url=url, at=at)
                for person in new
            ],
            ignore_conflicts=True,
        )
        if by_mail:
            put_all([_letter(person, key) for person in new], at=at)
    return len(new)


def _letter(person: int, key: str) -> Order:
    """The mail of a notice. Its key is that of the notice, so that two who tell at the same moment
    put it once."""
    return Order(MAIL, f"{person}:{key}", {"person": person, "key": key})
