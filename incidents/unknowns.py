"""The verb on what nobody can know of an incident: a clock field without a time, and why."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import changes, lifecycle, run_updates, words
from incidents.enums import Moment
from incidents.models import Incident
from lib.refusals import Refused

_NEEDED = "Write why nobody can know it."


def check_may_lack(moment: Moment) -> None:
    """Raises `Refused` "needed" for noticed and declared, which every incident has."""
    if moment in lifecycle.ALWAYS_KNOWN:
        raise Refused(
            "needed",
            f"Every incident has a time at which it was {moment.value}.",
            "Set it to another time, and say how sure you are.",
        )


def state(
    incident: Incident,
    *,
    moment: Moment,
    reason: str,
    seen: int | None,
    by: User,
    at: datetime,
) -> Incident:
    """Record that the time of `moment` is unknown, and why; a time that was set goes.

    Raises `Invalid` (reason) without one; `Refused` "needed" for noticed and declared, "closed",
    "changed_meanwhile".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    which = Moment(moment)
    why = changes.reason(reason, _NEEDED)
    check_may_lack(which)
    with transaction.atomic():
        row = changes.locked(incident, fields={which.value}, seen=seen)
        old = row.times.filter(moment=which.value).first()
        if old is None or old.unknown != why:
            kept = {"at": None, "certainty": "", "unknown": why}
            row.times.update_or_create(moment=which.value, defaults=kept)
            change = {which.value: (words.clock(old), f"unknown because {why}")}
            changes.write(row, "set the clock", change, by=by, at=at)
            run_updates.runs(row, by=by, at=at)
        return row
