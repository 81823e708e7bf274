"""Signatures, against the specification's own example and against ten lines written apart."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from webhooks import signing


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does, without any code of the product."""
    key = base64.b64decode(secret[len("whsec_") :])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mine = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = headers["webhook-signature"].split(" ")
    return any(hmac.compare_digest(f"v1,{mine}", signature) for signature in given)


def test_the_vector_of_the_reference_libraries() -> None:
    signed = signing.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        '{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_verifies_with_either_secret_during_a_rotation() -> None:
    at = datetime(2026, 3, 4, 3, 12, 45, 999_999, tzinfo=UTC)
    old, new, body = signing.new_secret(), signing.new_secret(), '{"who":"Jörg – ✓"}'
    headers = dict(signing.headers("msg_1", body, keys=[new, old], at=at))
    assert headers["webhook-timestamp"] == "1772593965"
    assert verified(new, headers, body.encode())
    assert verified(old, headers, body.encode())
    assert not verified(signing.new_secret(), headers, body.encode())
    assert not verified(new, headers, body.encode() + b" ")
    assert not verified(new, headers | {"webhook-id": "msg_2"}, body.encode())
    assert not verified(new, headers | {"webhook-timestamp": "1772593966"}, body.encode())


@pytest.mark.parametrize("_", range(5))
def test_a_secret_is_as_long_as_the_specification_asks(_: int) -> None:
    secret = signing.new_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
