"""Verbs on two judgements at the end of an incident: what is done about lost writes, and what saved
us. Both need `Right.KEEP_INCIDENTS`, refuse a closed incident ("closed") and take `seen`; see
`changes.locked`."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import changes
from incidents.enums import Reconciliation, SavedBy
from incidents.models import Incident

_UNEXPLAINED = {
    Reconciliation.PARTLY: "Say what is re-entered, and what is not.",
    Reconciliation.GIVEN_UP: "Say why they are given up: somebody will ask.",
    Reconciliation.NOTHING: "Say why there is nothing to do.",
}


def reconcile(
    incident: Incident,
    *,
    decision: Reconciliation,
    note: str = "",
    seen: int | None,
    by: User,
    at: datetime,
) -> Incident:
    """Decide what is done about writes that were lost or went to wrong data.

    Raises `Invalid` (note) where the decision needs a reason; `Refused` "closed",
    "changed_meanwhile".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    new = Reconciliation(decision)
    why = changes.reason(note, _UNEXPLAINED.get(new, ""), field="note")
    with transaction.atomic():
        row = changes.locked(incident, fields={"reconciliation"}, seen=seen)
        old = (row.reconciliation, row.reconciliation_note)
        row.reconciliation, row.reconciliation_note = new.value, why
        if old != (new.value, why):
            change = {"reconciliation": (old[0], new.value)}
            changes.write(row, "decided on the lost writes", change, reason=why, by=by, at=at)
        return row


def say_saved_by(
    incident: Incident,
    *,
    saved_by: SavedBy,
    note: str = "",
    seen: int | None,
    by: User,
    at: datetime,
) -> Incident:
    """Say what kept it from being worse (M18 of the story: an accident of timing did).

    Luck needs a word (`Invalid`, note): it is turned into a control only by somebody who can name
    it. Raises `Refused` "closed", "changed_meanwhile".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    new = SavedBy(saved_by)
    needed = "Say what the luck was." if new in (SavedBy.LUCK, SavedBy.MIXED) else ""
    why = changes.reason(note, needed, field="note")
    with transaction.atomic():
        row = changes.locked(incident, fields={"saved_by"}, seen=seen)
        old = (row.saved_by, row.saved_by_note)
        row.saved_by, row.saved_by_note = new.value, why
        if old != (new.value, why):
            change = {"saved_by": (old[0], new.value)}
            changes.write(row, "said what saved us", change, reason=why, by=by, at=at)
        return row
