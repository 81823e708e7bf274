"""Mail that the background sends: what a notice says, to the person it is for. And what becomes of
it in production while no mail server is set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from hashlib import sha256
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from jobs.models import Job
from jobs.queue import GiveUp, Postpone
from notices.models import Notice


class NoServerError(ConnectionError):
    """Mail is to be sent, and nobody said through which server."""


class NoServer(BaseEmailBackend):
    """Sends nothing and prints nothing: the links in mails are keys, and a log is no mailbox."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise NoServerError("No mail server is set. Set COUNTERSIGN_EMAIL_HOST.")


#: Pauses behind the first attempt, the second, and so on: about a day in all, so that a server that
#: is mended the next morning still gets what was to be sent.
PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (0.2, 1, 5, 15, 30, 60, 120, 240, 240, 360, 360)
)


def pause(job: Job) -> timedelta:
    """How long to wait when the attempt at `job` that is being made fails."""
    return PAUSES[min(max(job.attempts, 1), len(PAUSES)) - 1]


def mail_notice(job: Job, at: datetime) -> str:
    """Handler of `notices.mail`: mail the notice that `job` names. Returns what became of it.

    Whoever read it in the product, or was disabled meanwhile, gets no mail any more; nor does
    anybody when what it asked for is over. Raises what
    `deliver` raises, and `GiveUp` when there is no such notice.
    """
    notice = (
        Notice.objects.select_related("person")
        .filter(person=job.data["person"], key=job.data["key"])
        .first()
    )
    if notice is None:
        raise GiveUp("The notice that was to be mailed does not exist.")
    person = notice.person
    if notice.read_at is not None:
        return f"Not mailed: {person} had read it in the product."
    if notice.over_at is not None:
        return f"Not mailed: it was over. {notice.over}"
    if not person.is_active:
        return f"Not mailed: the account of {person} is disabled."
    text = render_to_string("notices/mail.txt", {"notice": notice, "site": settings.SITE_URL})
    deliver(job, to=person.email, subject=notice.subject, text=text)
    return f"Mailed to {person.email}."


def deliver(job: Job, *, to: str, subject: str, text: str) -> None:
    """Send one plain-text mail for `job` to the address `to`.

    Its Message-ID is made from the job, so that a mail which goes out twice, because a worker died
    between the sending and the noting of it, is one mail to a mail program. Raises `GiveUp` when
    the server refuses this recipient for good, `Postpone` when the mail could not be handed over.
    """
    headers = {"Message-ID": message_id(job), "Auto-Submitted": "auto-generated"}
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject
    try:
        EmailMessage(subject, text, None, [to], headers=headers).send()
    except SMTPRecipientsRefused as refused:
        answers = list(refused.recipients.values())
        reasons = "; ".join(f"{code} {_text(why)}" for code, why in answers)
        if answers and all(code >= 500 for code, _ in answers):
            raise GiveUp(f"The mail server refuses {to}: {reasons}") from refused
        raise Postpone(
            f"The mail server does not take {to} now: {reasons}", pause(job)
        ) from refused
    except (SMTPException, OSError) as error:
        raise Postpone(f"The mail could not be handed over: {error}", pause(job)) from error


def message_id(job: Job) -> str:
    """The Message-ID of the mail that `job` sends: always the same for the same job."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{sha256(f'{job.kind} {job.key}'.encode()).hexdigest()[:40]}@{domain}>"


def _text(why: bytes | str) -> str:
    return why.decode("utf-8", "replace") if isinstance(why, bytes) else why
