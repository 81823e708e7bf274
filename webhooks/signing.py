"""Secrets and signatures as the Standard Webhooks specification has them.

The signature is HMAC-SHA256, keyed with the decoded secret, over `id.timestamp.body`; the header
lists one for each secret that is valid, so that a receiver may change over without a gap.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

PREFIX = "whsec_"
_BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """A fresh secret of 256 random bits: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signature(secret: str, message: str, timestamp: int, body: str) -> str:
    """`v1,` and the signature in base64. `timestamp` is in whole seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(message: str, body: str, *, keys: Iterable[str], at: datetime) -> Mapping[str, str]:
    """The three headers of an attempt at `at` (aware), signed with each of `keys`."""
    timestamp = int(at.timestamp())
    signatures = [signature(key, message, timestamp, body) for key in keys]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
