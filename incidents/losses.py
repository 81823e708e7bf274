"""Verbs on the losses of an incident: state one in numbers, strike one out (M17 of the story: the
writes of a morning were gone, and nobody ever counted them).

All need `Right.KEEP_INCIDENTS`, run in one transaction and refuse a closed incident ("closed").
None takes `seen`: each adds a row or takes one back.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import changes, strike_outs, words
from incidents.enums import Counted, LossOf, LossState
from incidents.models import Incident, LossMeasure
from lib.refusals import Invalid

MOST = 10**15
_UNEXPLAINED = "Say why it is unknown: “unknown” without a reason is a loss nobody looked at."


def state(
    incident: Incident,
    *,
    what: LossOf,
    amount: int | None,
    unit: str = "",
    state: LossState,
    counted: Counted,
    reason: str = "",
    window_start: datetime | None = None,
    window_end: datetime | None = None,
    by: User,
    at: datetime,
) -> LossMeasure:
    """State a loss: `amount` of `what` (in `unit`), what became of it, how it was counted.

    An amount of None, and the state unknown, need a `reason`. The window (aware, either end may be
    open) is that of the writes it is about. Raises `Invalid` (amount, unit, reason, window_start,
    window_end), `Refused` "closed".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    row = LossMeasure(
        what=LossOf(what).value,
        amount=amount,
        state=LossState(state).value,
        counted=Counted(counted).value,
        window_start=window_start,
        window_end=window_end,
        stated_at=at,
        stated_by=by,
        stated_by_name=str(by),
    )
    _check(row, unit, reason, at)
    with transaction.atomic():
        kept = changes.locked(incident, fields=(), seen=None)
        row.incident = kept
        row.save()
        changes.write(kept, "stated a loss", {"loss": ("", words.loss(row))}, by=by, at=at)
    return row


def strike_out(loss: LossMeasure, *, reason: str, by: User, at: datetime) -> LossMeasure:
    """Take a stated loss back; it stays readable, with the reason.

    Raises `Invalid` (reason), `Refused` "closed", "struck_out".
    """
    text = words.loss(loss)
    return strike_outs.strike_out(
        loss, "struck out a loss", "loss", text, reason=reason, by=by, at=at
    )


def _check(row: LossMeasure, unit: str, reason: str, at: datetime) -> None:
    """Set the texts of `row`; raise `Invalid` for all that cannot be kept."""
    errors: dict[str, str] = {}
    unknown = row.amount is None or row.state == LossState.UNKNOWN.value
    texts = {"unit": (unit, 40, ""), "reason": (reason, 300, _UNEXPLAINED if unknown else "")}
    changes.put_texts(row, texts, errors)
    if row.amount is not None and not 0 <= row.amount <= MOST:
        errors["amount"] = f"Write a whole number, 0 to {MOST}, or leave it empty and say why."
    if row.window_start is not None and row.window_start > at:
        errors["window_start"] = "The window begins in the future."
    if row.window_end is not None and row.window_end > at:
        errors["window_end"] = "The window ends in the future."
    if row.window_start and row.window_end and row.window_start > row.window_end:
        errors["window_end"] = "The window ends before it begins: change one of the two."
    if errors:
        raise Invalid(errors)
