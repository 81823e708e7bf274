"""Who asks: a program with a token, or a person in the browser's session."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import tokens
from accounts.models import Token, User


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer cst_…`. No session is read and no cookie counts beside it."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """The owner, narrowed to the token's rights, and the token; None without the header.

        Raises `AuthenticationFailed` (401) for every token that opens nothing.
        """
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise AuthenticationFailed("Send the token as “Authorization: Bearer cst_…”.")
        try:
            token = tokens.admit(text.strip(), at=timezone.now())
        except tokens.NotAdmitted as reason:
            raise AuthenticationFailed(str(reason)) from None
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="countersign"'


class BrowserSession(SessionAuthentication):
    """Somebody who is signed in, from a page of ours: their writes need the CSRF token."""
