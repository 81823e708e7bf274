"""Telling: each thing once, to those who are enabled, with a mail exactly when there is a line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from jobs.models import Job
from notices.models import Notice
from notices.sending import LONGEST_KEY, send_notice
from tests.factories.people import person


def send(*people: User, at: datetime, **other: Any) -> None:
    given = {"key": "late-step:5:3:1", "subject": "Late", "text": "It is late.", "url": "/runs/5/"}
    send_notice(people, **given | other, at=at)


def test_each_person_gets_a_line_and_a_mail(operator: User, verifier: User, at: datetime) -> None:
    send(operator, verifier, at=at)
    assert {(n.person, n.key, n.read_at) for n in Notice.objects.all()} == {
        (operator, "late-step:5:3:1", None),
        (verifier, "late-step:5:3:1", None),
    }
    assert {(job.kind, job.data["person"]) for job in Job.objects.all()} == {
        ("notices.mail", operator.pk),
        ("notices.mail", verifier.pk),
    }


def test_the_same_thing_is_told_once_and_to_who_comes_later(
    operator: User, verifier: User, at: datetime
) -> None:
    send(operator, at=at)
    send(operator, verifier, operator, at=at, text="Other words, the same thing.")
    assert Notice.objects.count() == Job.objects.count() == 2
    assert Notice.objects.get(person=operator).text == "It is late."


def test_nobody_who_is_disabled_is_told(operator: User, at: datetime) -> None:
    operator.is_active = False
    send(operator, at=at)
    assert not Notice.objects.exists()
    assert not Job.objects.exists()


def test_what_is_kept_in_the_product_is_not_mailed(operator: User, at: datetime) -> None:
    send(operator, at=at, by_mail=False)
    assert Notice.objects.count() == 1
    assert not Job.objects.exists()


def test_nothing_is_told_when_the_rest_of_the_transaction_fails(
    operator: User, at: datetime
) -> None:
    def then_fail() -> None:
        with transaction.atomic():
            send(operator, at=at)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        then_fail()
    assert not Notice.objects.exists()
    assert not Job.objects.exists()


def test_a_subject_is_one_line(operator: User, at: datetime) -> None:
    """A run's title is typed by people; a line break in it would forge a header of the mail."""
    send(operator, at=at, subject="Late\r\nBcc: all@example.org " + "x" * 300)
    subject = Notice.objects.get().subject
    assert subject.startswith("Late Bcc: all@example.org x")
    assert len(subject) == 200


def test_a_key_that_would_not_fit_is_refused(operator: User, at: datetime) -> None:
    with pytest.raises(ValueError, match="more than 160"):
        send(operator, at=at, key="k" * (LONGEST_KEY + 1))
    send(operator, at=at, key="k" * LONGEST_KEY)


def test_the_database_knows_that_a_thing_is_told_once(operator: User, at: datetime) -> None:
    send(operator, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(
            person=operator, key="late-step:5:3:1", subject="", text="", url="", at=at
        )


@pytest.mark.django_db
def test_many_people_cost_no_more_than_one(at: datetime) -> None:
    people = [person(f"p{n}", f"p{n}") for n in range(20)]
    counts = []
    for few in (people[:1], people):
        with CaptureQueriesContext(connection) as asked:
            send(*few, at=at, key=f"to-{len(few)}")
        counts.append(len(asked))
    assert counts[0] == counts[1]
