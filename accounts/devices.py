"""Known devices: a signed cookie that says to which accounts a browser has signed in before.

It opens nothing. A guess at the password of one of these accounts is counted for the device and not
for the address, so that nobody else's wrong passwords keep its owner waiting.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from accounts.models import User

_SALT = "accounts.devices"
_LASTS = timedelta(days=180)
#: Accounts that one browser remembers; the oldest is dropped.
_MOST = 8


@dataclass(frozen=True)
class Device:
    """A browser: a random name, and the keys of the accounts that signed in with it."""

    name: str
    people: tuple[int, ...] = ()


def known(request: HttpRequest, person: User | None) -> str:
    """The name of the device that sent `request`, if `person` has signed in with it; else ''."""
    device = _read(request)
    return device.name if device and person and person.pk in device.people else ""


def remember(request: HttpRequest, response: HttpResponseBase, person: User) -> None:
    """Let the browser keep that `person` has signed in with it."""
    device = _read(request) or Device(secrets.token_hex(16))
    people = [*(pk for pk in device.people if pk != person.pk), person.pk][-_MOST:]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([device.name, people], salt=_SALT),
        max_age=_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> Device | None:
    try:
        name, people = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_LASTS
        )
    except signing.BadSignature:
        return None
    return Device(name, tuple(people))
