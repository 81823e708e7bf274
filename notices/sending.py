"""Telling people something, each thing once: a line in the product and a mail; and that what was
asked is over."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from jobs.queue import Order, put_all
from notices.models import Notice

MAIL = "notices.mail"
LONGEST_KEY, LONGEST_SUBJECT = 160, 200


def send_notice(
    people: Iterable[User],
    *,
    key: str,
    subject: str,
    text: str,
    url: str,
    at: datetime,
    about: str = "",
    by_mail: bool = True,
) -> int:
    """Tell each of `people` who is enabled and was not told `key` before.

    `key` names the thing, at most 160 characters: "late-step:5:3:1". `subject` is one line (longer
    ones are cut), `text` plain text, `url` a path of the product ("/runs/5/"). `at` (aware) is the
    moment of the telling. `about`: what it asks something for ("run:5"), so that `settle` finds it.
    `by_mail`: False keeps it in the product. The mails are jobs in the same transaction as the
    lines: there is a mail exactly when there is a line. Three queries. Returns how many were told
    now. Raises `ValueError` for a longer key.
    """
    if len(key) > LONGEST_KEY:
        raise ValueError(f"The key {key!r} has more than {LONGEST_KEY} characters.")
    wanted = {person.pk for person in people if person.is_active}
    line = " ".join(subject.split())[:LONGEST_SUBJECT]
    with transaction.atomic():
        already = Notice.objects.filter(key=key, person__in=wanted).values_list(
            "person_id", flat=True
        )
        new = sorted(wanted - set(already))
        given: dict[str, object] = {"key": key, "subject": line, "text": text, "url": url, "at": at}
        given["about"] = about
        Notice.objects.bulk_create(
            [Notice(person_id=person, **given) for person in new], ignore_conflicts=True
        )
        if by_mail:
            put_all([_letter(person, key) for person in new], at=at)
    return len(new)


def settle(
    about: str,
    *,
    why: str,
    at: datetime,
    words: Collection[str] = (),
    keys: Collection[str] = (),
) -> int:
    """What was asked for `about` is over at `at` (aware), and `why` says how, in a sentence: its
    notices wait for nobody any more, and those whose mail is still to go out are not mailed.

    `words`: only those whose keys begin with one of these ("stop" for "stop:5:12"); `keys`: only
    those with these keys; neither means all. One query. Returns how many were settled.
    """
    asked = Notice.objects.filter(about=about, over_at__isnull=True)
    if words or keys:
        chosen = (Q(key__startswith=f"{word}:") for word in words)
        asked = asked.filter(reduce(or_, chosen, Q(key__in=keys)))
    return asked.update(over_at=at, over=why)


def _letter(person: int, key: str) -> Order:
    """The mail of a notice. Its key is that of the notice, so that two who tell at the same moment
    put it once."""
    return Order(MAIL, f"{person}:{key}", {"person": person, "key": key})
