"""The history of endpoints. Nothing else writes `EndpointChange`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts import access
from accounts.enums import Right
from accounts.models import User
from lib import times
from lib.refusals import ChangedMeanwhile
from notices.sending import send_notice
from webhooks.models import Endpoint, EndpointChange

PRODUCT = "Countersign"


def record(
    endpoint: Endpoint,
    verb: str,
    fields: Mapping[str, tuple[str, str]],
    *,
    by: User | None,
    at: datetime,
) -> EndpointChange:
    """One line: `by` (None: the product itself) did `verb`. `fields` maps each fact to its old and
    new value as text; never a secret. Call it in the transaction of the change."""
    return EndpointChange.objects.create(
        endpoint=endpoint,
        at=at,
        by=by,
        by_name=str(by) if by else PRODUCT,
        verb=verb,
        fields={name: list(pair) for name, pair in fields.items()},
    )


def switched_off(endpoint: Endpoint, why: str, *, at: datetime) -> None:
    """The product switches `endpoint`, whose row the caller has locked, off by itself."""
    if not endpoint.enabled:
        return
    endpoint.enabled = False
    endpoint.save(update_fields=["enabled"])
    line = record(endpoint, "switched it off", {"why": ("", why)}, by=None, at=at)
    send_notice(
        access.with_right(Right.MANAGE_PRODUCT),
        key=f"webhook-off:{line.pk}",
        subject=f"The webhook {endpoint} was switched off",
        text=f"{why} Nothing is sent to it until somebody switches it on again.",
        url=endpoint.get_absolute_url(),
        at=at,
    )


def last(endpoint: Endpoint) -> int:
    """Number of the newest line; 0 when there is none. An edit form carries it."""
    return endpoint.changes.order_by("-pk").values_list("pk", flat=True).first() or 0


def check_seen(endpoint: Endpoint, seen: int | None) -> None:
    """Raise `ChangedMeanwhile` when somebody changed `endpoint` after line `seen` (None: the sender
    looked at nothing)."""
    if seen is None:
        return
    newest = endpoint.changes.filter(pk__gt=seen).order_by("-pk").first()
    if newest:
        raise ChangedMeanwhile(
            f"{newest.by_name} changed this endpoint at {times.stamp(newest.at)}, after you opened"
            " this page, and nothing of yours is saved.",
            "What you typed is still here. Compare it with the history, then save again.",
            seen=newest.pk,
        )
