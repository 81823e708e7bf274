"""Invitations instead of sign-up: the link with which a person sets a password, and its mail."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User


def link(person: User, *, site: str) -> str:
    """An address under `site` ("https://host") that sets the password of `person`.

    It works for PASSWORD_RESET_TIMEOUT (three days) and until a password was set, as any reset.
    """
    key = default_token_generator.make_token(person)
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(person), "key": key},
    )
    return site.rstrip("/") + path


def send(person: User, *, site: str) -> None:
    """Mail the link to `person`. Raises whatever the mail server's refusal raises."""
    text = render_to_string(
        "accounts/invitation.txt", {"person": person, "link": link(person, site=site)}
    )
    send_mail("Countersign: set your password", text, None, [person.email])


class InvitationAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """django-allauth without sign-up: nobody makes an account; an admin invites."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
