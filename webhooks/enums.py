"""The fixed words of outgoing webhooks."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """What the body looks like: signed JSON (Standard Webhooks), or a message for a chat."""

    STANDARD = "standard"
    SLACK = "slack"


class DeliveryStatus(StrEnum):
    """Waiting for an attempt, parked while its endpoint rests, or over."""

    WAITING = "waiting"
    PARKED = "parked"
    DELIVERED = "delivered"
    FAILED = "failed"


class Source(StrEnum):
    """The append-only tables that are relayed, each read by its primary key behind a mark."""

    RUN = "run"
    INCIDENT = "incident"
    ENTRY = "entry"
