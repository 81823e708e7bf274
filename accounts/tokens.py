"""Verbs on tokens, with which programs use the API as their owner: issue, revoke; and the door.

A token looks like `cst_<12 hexadecimal digits>_<43 characters>`. The first part after `cst_` is its
public prefix; the last is 256 random bits, of which only the SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts import access
from accounts.backend import Backend
from accounts.enums import Right, Scope
from accounts.models import PersonChange, Token, User
from accounts.texts import says_something
from lib.refusals import Invalid

LONGEST = timedelta(days=365)
_SHAPE = re.compile(r"cst_(?P<prefix>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")
_EXACT_TO = timedelta(minutes=1)


class NotAdmitted(Exception):
    """The token opens nothing (HTTP 401). The sentence does not tell a stranger who guesses
    anything: it is about a token whose secret was right, or about no token at all."""


@dataclass(frozen=True)
class Issued:
    """A new token, and its text, which is nowhere kept and shown once."""

    token: Token
    text: str


@transaction.atomic
def issue(
    *, name: str, scopes: Collection[Scope], expires_at: datetime, by: User, at: datetime
) -> Issued:
    """Make a token of `by` that works until `expires_at` (aware).

    Raises `Refused` 403 without the right to see the product; `Invalid` for a name that is missing
    or too long, no scope, or an end that is past or more than a year away.
    """
    access.check(by, Right.VIEW)
    name = " ".join(name.split())
    errors = {}
    if not 0 < len(name) <= 80 or not name.isprintable() or not says_something(name):
        errors["name"] = "Say in 1 to 80 characters what the token is for, with a letter or digit."
    if not scopes:
        errors["scopes"] = "Choose at least one scope."
    if not at < expires_at <= at + LONGEST:
        errors["expires_at"] = "A token lasts at most a year from now."
    if errors:
        raise Invalid(errors)
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = Token.objects.create(
        owner=by,
        name=name,
        scopes=" ".join(scope.value for scope in Scope if scope in scopes),
        prefix=prefix,
        digest=_digest(secret),
        issued_at=at,
        expires_at=expires_at,
    )
    _record(token, "issued a token", ["", f"{name} ({token.scopes})"], by=by, at=at)
    return Issued(token, f"cst_{prefix}_{secret}")


@transaction.atomic
def revoke(token: Token, *, by: User, at: datetime) -> Token:
    """End `token` at once. One's own, or with the right to manage people anybody's (`Refused` 403).
    A token that was revoked already stays as it is."""
    access.check(by, Right.VIEW if token.owner_id == by.pk else Right.MANAGE_PEOPLE)
    kept = Token.objects.select_for_update(of=("self",)).select_related("owner").get(pk=token.pk)
    if kept.revoked_at is None:
        kept.revoked_at, kept.revoked_by = at, by
        kept.save(update_fields=["revoked_at", "revoked_by"])
        _record(kept, "revoked a token", [f"{kept.name} ({kept.scopes})", ""], by=by, at=at)
    return kept


def admit(text: str, *, at: datetime) -> Token:
    """The token behind `text`, with its owner narrowed to its rights; two queries.

    That it was used is written at most once a minute, so that reads stay reads. Raises
    `NotAdmitted` for anything that is no token, revoked, expired, or its owner disabled.
    """
    match = _SHAPE.fullmatch(text)
    token = Token.objects.filter(prefix=match["prefix"]).first() if match else None
    if match is None or token is None or not _matches(token, match["secret"]):
        raise NotAdmitted("This token is not known here.")
    if token.revoked_at is not None:
        raise NotAdmitted(f"The token “{token.name}” was revoked.")
    if token.expires_at <= at:
        raise NotAdmitted(f"The token “{token.name}” expired on {token.expires_at:%Y-%m-%d}.")
    owner = Backend().get_user(token.owner_id)
    if owner is None:
        raise NotAdmitted("The account of this token's owner is disabled.")
    _note_use(token, at)
    owner.narrowed_to = token.rights
    token.owner = owner
    return token


def _matches(token: Token, secret: str) -> bool:
    return hmac.compare_digest(token.digest, _digest(secret))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def _note_use(token: Token, at: datetime) -> None:
    if token.used_at is not None and at - token.used_at < _EXACT_TO:
        return
    older = Q(used_at__isnull=True) | Q(used_at__lt=at)
    Token.objects.filter(older, pk=token.pk).update(used_at=at)


def _record(token: Token, verb: str, values: list[str], *, by: User, at: datetime) -> None:
    PersonChange.objects.create(
        at=at, by=by, by_name=by.name, person=token.owner, verb=verb, fields={"token": values}
    )
