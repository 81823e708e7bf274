"""How django-allauth behaves here: nobody signs up by themselves; an admin invites."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes sign-up. Everything else is the library's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
