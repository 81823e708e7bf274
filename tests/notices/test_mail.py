"""The mail of a notice: once, to who still needs it, and when the server is back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any, ClassVar

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from accounts.models import User
from jobs import queue
from jobs.models import Job, JobStatus
from jobs.queue import GiveUp, Postpone
from notices import queries
from notices.mail import mail_notice, pause
from notices.models import Notice
from notices.sending import send_notice


class Broken(BaseEmailBackend):
    """A mail server that answers with `error`."""

    error: ClassVar[Exception]

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise self.error


@pytest.fixture
def job(operator: User, at: datetime, settings: Any) -> Job:
    """The waiting mail of a notice to the operator."""
    settings.SITE_URL = "https://countersign.example.org"
    subject, text = "Step 3 of “A & B” is late", "It may take 30 min & has taken 42."
    send_notice([operator], key="late:1", subject=subject, text=text, url="/runs/5/", at=at)
    return Job.objects.get(kind="notices.mail")


def broken(settings: Any, error: Exception) -> None:
    settings.EMAIL_BACKEND = "tests.notices.test_mail.Broken"
    Broken.error = error


def test_the_mail_says_what_the_notice_says_and_leads_there(job: Job, at: datetime) -> None:
    assert mail_notice(job, at) == "Mailed to operator@example.org."
    (sent,) = mail.outbox
    assert sent.to == ["operator@example.org"]
    assert sent.subject == "Countersign: Step 3 of “A & B” is late"
    assert sent.body.startswith("It may take 30 min & has taken 42.\n\nhttps://countersign.ex")
    assert "https://countersign.example.org/runs/5/" in sent.body
    assert "2026-03-04 03:12 UTC" in sent.body
    assert sent.message()["Auto-Submitted"] == "auto-generated"


def test_a_mail_that_goes_out_twice_has_one_message_id(job: Job, at: datetime) -> None:
    """A worker may die after the server took the mail and before the job was ended."""
    mail_notice(job, at)
    mail_notice(job, at)
    first, second = (sent.message()["Message-ID"] for sent in mail.outbox)
    assert first == second
    assert first.endswith("@localhost>")
    other = Job(kind=job.kind, key="other", data=job.data)
    mail_notice(other, at)
    assert mail.outbox[2].message()["Message-ID"] != first


def test_what_was_read_meanwhile_is_not_mailed(job: Job, operator: User, at: datetime) -> None:
    queries.mark_read(Notice.objects.get().pk, by=operator, at=at)
    assert "had read it" in mail_notice(job, at)
    assert mail.outbox == []


def test_who_was_disabled_meanwhile_gets_no_mail(job: Job, operator: User, at: datetime) -> None:
    User.objects.filter(pk=operator.pk).update(is_active=False)
    assert "disabled" in mail_notice(job, at)
    assert mail.outbox == []


def test_a_notice_that_does_not_exist_is_given_up(job: Job, at: datetime) -> None:
    Notice.objects.all().delete()
    with pytest.raises(GiveUp):
        mail_notice(job, at)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("refused"),
        TimeoutError("timed out"),
        SMTPServerDisconnected("gone"),
        SMTPRecipientsRefused({"operator@example.org": (451, b"greylisted")}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_server_that_fails_is_tried_again(
    job: Job, at: datetime, settings: Any, error: Exception
) -> None:
    broken(settings, error)
    with pytest.raises(Postpone, match=r"handed over|greylisted"):
        mail_notice(job, at)


def test_a_recipient_that_is_refused_for_good_is_given_up(
    job: Job, at: datetime, settings: Any
) -> None:
    broken(settings, SMTPRecipientsRefused({"operator@example.org": (550, b"no such mailbox")}))
    with pytest.raises(GiveUp, match="550 no such mailbox"):
        mail_notice(job, at)


def test_a_server_may_be_away_for_most_of_a_day() -> None:
    """The last attempt is made after all pauses but the one behind it."""
    attempts = range(1, queue.MOST_ATTEMPTS)
    waited = sum((pause(Job(attempts=number)) for number in attempts), timedelta())
    assert timedelta(hours=23) < waited < timedelta(days=1)


def test_what_was_told_while_the_server_was_away_is_mailed_once_it_is_back(
    job: Job, at: datetime, settings: Any
) -> None:
    working = settings.EMAIL_BACKEND
    broken(settings, ConnectionRefusedError("refused"))
    held = queue.take(job.pk, at=at)
    assert held is not None
    with pytest.raises(Postpone) as postponed:
        mail_notice(held, at)
    error = postponed.value
    assert queue.postpone(held, error.sentence, at=at, pause=error.pause)
    settings.EMAIL_BACKEND = working
    later = at + timedelta(minutes=1)
    held = queue.take(job.pk, at=later)
    assert held is not None
    assert queue.end(held, mail_notice(held, later), at=later)
    assert len(mail.outbox) == 1
    assert Job.objects.get().status == JobStatus.DONE.value
