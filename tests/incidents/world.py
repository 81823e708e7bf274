"""What the tests of incidents begin with, made with the product's own verbs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from accounts.enums import Role
from accounts.models import User
from incidents import actions, decisions, losses, notifications, records
from incidents.enums import (
    ActionKind,
    Certainty,
    Counted,
    LossOf,
    LossState,
    Moment,
    Reconciliation,
    SavedBy,
    Status,
    Strength,
)
from incidents.models import ActionItem, Incident, LossMeasure
from runbooks.enums import RunKind, RunRole
from runbooks.library import revisions
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.roles import TakeRole
from runbooks.models import Revision, Run
from runbooks.runs import moves, preparation
from tests.factories.inventory import system
from tests.factories.people import person

TEXT = b"""---
title: Stop the ledger
system: ledger
---
# Stop the ledger

- [ ] Stop every writer
- [ ] Tell the users
"""


def incident(by: User, at: datetime, **facts: Any) -> Incident:
    """The incident of the story, noticed ten minutes before `at`."""
    given: dict[str, Any] = {
        "title": "Production overwritten by an old dump",
        "what_happened": "The newest row of the ledger is two months old.",
        "noticed_at": at - timedelta(minutes=10),
    }
    if "system" not in facts:
        given["system"] = system(by, at)
    return records.open(**given | facts, by=by, at=at)


def revision(at: datetime) -> Revision:
    """An approved runbook of two steps for the system ledger, which must exist."""
    author = person("writer", "wr", Role.AUTHOR)
    kept = revisions.save(source=TEXT, by=author, at=at)
    return revisions.approve(kept, by=person("reader", "rd", Role.APPROVER), at=at)


def run(revision: Revision, by: User, at: datetime, *, kind: RunKind = RunKind.LIVE) -> Run:
    """A run in its briefing, with `by` as its operator: two events."""
    prepared = preparation.prepare(revision=revision, kind=kind, parameters={}, by=by, at=at)
    moves.make_move(prepared.pk, TakeRole(role=RunRole.OPERATOR), by=by, at=at)
    prepared.refresh_from_db()
    return prepared


def notes(run: Run, by: User, at: datetime, count: int) -> None:
    """`count` more events in the log of a run, a second apart."""
    for number in range(count):
        moves.make_move(
            run.pk, Note(text=f"note {number}"), by=by, at=at + timedelta(seconds=number + 1)
        )


def loss(incident: Incident, by: User, at: datetime, **facts: Any) -> LossMeasure:
    """412 orders that are gone for good, counted."""
    given: dict[str, Any] = {
        "what": LossOf.RECORDS,
        "amount": 412,
        "unit": "orders",
        "state": LossState.GONE,
        "counted": Counted.COUNTED,
    }
    return losses.state(incident, **given | facts, by=by, at=at)


def action(incident: Incident, by: User, at: datetime, **facts: Any) -> ActionItem:
    """A strong action of `by`, due in 2999."""
    given: dict[str, Any] = {
        "title": "Bar restores into production from laptops",
        "kind": ActionKind.PREVENT,
        "owner": by,
        "due": date(2999, 12, 1),
        "done_when": "A restore from a laptop is refused, and a test shows it.",
        "strength": Strength.STRONGER,
    }
    return actions.add(incident, **given | facts, by=by, at=at)


def moment(incident: Incident, which: Moment, time: datetime, by: User) -> Incident:
    """One moment of its clock, exact."""
    given: dict[str, Any] = {"moment": which, "time": time, "certainty": Certainty.EXACT}
    return records.set_time(incident, **given, seen=None, by=by, at=max(time, incident.opened_at))


def timed(incident: Incident, by: User, at: datetime) -> Incident:
    """With the two moments that closing demands: six hours old data, restored `at`."""
    moment(incident, Moment.RECOVERY_POINT, at - timedelta(hours=6), by)
    return moment(incident, Moment.RESTORED, at, by)


def finished(incident: Incident, by: User, at: datetime) -> Incident:
    """With everything stated that closing demands."""
    who: dict[str, Any] = {"by": by, "at": at}
    timed(incident, by, at)
    loss(incident, **who)
    decisions.reconcile(incident, decision=Reconciliation.RE_ENTERED, seen=None, **who)
    notifications.state(incident, whom="All customers", notified_at=at, **who)
    return decisions.say_saved_by(incident, saved_by=SavedBy.CONTROL, seen=None, **who)


def closed(incident: Incident, by: User, at: datetime) -> Incident:
    finished(incident, by, at)
    return close(incident, by, at)


def close(incident: Incident, by: User, at: datetime) -> Incident:
    return records.change_status(incident, status=Status.CLOSED, seen=None, by=by, at=at)
