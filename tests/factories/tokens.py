"""Tokens, and programs that use them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.test import Client

from accounts import tokens
from accounts.enums import Scope
from accounts.models import User
from accounts.tokens import Issued
from tests.factories.described import Program

ALL = tuple(Scope)


def token(owner: User, *scopes: Scope, at: datetime | None = None, days: int = 30) -> Issued:
    """A token of `owner` with `scopes` (all of them when none is named), issued at `at` or now."""
    at = at or datetime.now(UTC)
    until = at + timedelta(days=days)
    return tokens.issue(name="a test", scopes=scopes or ALL, expires_at=until, by=owner, at=at)


def program(owner: User, *scopes: Scope) -> Client:
    """A client without a session that sends a token of `owner` with every request. Each answer
    is checked against the OpenAPI document."""
    return Program(headers={"authorization": f"Bearer {token(owner, *scopes).text}"})
