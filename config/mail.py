"""What becomes of mail in production while no mail server is set: it fails, and says why."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class NoServerError(ConnectionError):
    """Mail is to be sent, and nobody said through which server."""


class NoServer(BaseEmailBackend):
    """Sends nothing and prints nothing: the links in mails are keys, and a log is no mailbox."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise NoServerError("No mail server is set. Set COUNTERSIGN_EMAIL_HOST.")
