"""The weekly digest: the last whole week, once, to managers who want it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from config import digest
from incidents import records
from incidents.enums import Status
from incidents.models import Incident
from inventory.models import System
from jobs.models import Job
from notices import preferences
from notices.models import Notice
from runbooks.audit import nightly
from runbooks.enums import RunKind
from runbooks.machine.moves.run import Abort
from runbooks.machine.moves.steps import Tick
from runbooks.runs.transaction import MoveRefused
from tests.factories import inventory
from tests.factories.missed import refused
from tests.factories.people import person
from tests.factories.runs import play
from tests.runbooks import texts

pytestmark = pytest.mark.django_db

#: A Monday, and the Wednesday of the week before it.
MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
WEDNESDAY = datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)


def send(at: datetime = MONDAY) -> str:
    return digest.send(Job(kind="config.digest", key="k"), at)


@pytest.fixture
def system(manager: User) -> System:
    return inventory.system(manager, WEDNESDAY)


def incident(system: System, by: User, at: datetime, title: str = "Table dropped") -> Incident:
    return records.open(
        title=title, system=system, what_happened="It is gone.", noticed_at=at, by=by, at=at
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "name", "start", "end"),
    [
        ("2026-03-09T08:00Z", "2026-W10", "2026-03-02T00:00Z", "2026-03-09T00:00Z"),
        ("2026-03-09T00:00Z", "2026-W10", "2026-03-02T00:00Z", "2026-03-09T00:00Z"),
        ("2026-03-08T23:59Z", "2026-W09", "2026-02-23T00:00Z", "2026-03-02T00:00Z"),
        ("2026-03-13T12:00Z", "2026-W10", "2026-03-02T00:00Z", "2026-03-09T00:00Z"),
        ("2027-01-04T08:00Z", "2026-W53", "2026-12-28T00:00Z", "2027-01-04T00:00Z"),
    ],
)
def test_it_is_about_the_last_whole_week(at: str, name: str, start: str, end: str) -> None:
    week = digest.last_week(datetime.fromisoformat(at))
    assert week.name == name
    assert (week.start, week.end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))


def test_a_week_in_which_the_clocks_change_has_all_its_hours(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    week = digest.last_week(datetime(2026, 3, 30, 6, 0, tzinfo=UTC))
    assert week.end - week.start == timedelta(days=7)  # by the clock on the wall
    assert week.end.astimezone(UTC) - week.start.astimezone(UTC) == timedelta(days=7, hours=-1)
    assert week.days == "2026-03-23 to 2026-03-29"


def test_what_happened_is_told(manager: User, system: System) -> None:
    opened = incident(system, manager, WEDNESDAY)
    incident(system, manager, WEDNESDAY - timedelta(days=7), "An older one")
    made = play(texts.AFTER, WEDNESDAY)
    with pytest.raises(MoveRefused):
        made.move(Tick, by="verifier", step=0, values={})
    for _ in range(2):
        refused(made.run, "identify", by=made.people["verifier"], at=made.at)
    made.move(Abort, by="decider", reason="enough")
    drill = play(
        texts.PLAIN.replace(b"Tried", b"Other"), WEDNESDAY, people=made.people, kind=RunKind.DRILL
    )
    drill.move(Abort, by="decider", reason="enough")
    nightly.keep(nightly.check(at=MONDAY), at=MONDAY)
    assert send() == "2026-W10: 1 manager told."
    notice = Notice.objects.get(person=manager)
    assert notice.subject == "The week 2026-W10: 1 new incident, 2 ended runs, 2 near misses"
    assert "Incidents opened: 1.\n- Table dropped\n\nIncidents closed: none." in notice.text
    assert "Runs ended: 2.\n- Run " in notice.text
    assert f"- Run {made.run.pk} — Tried: aborted\n" in notice.text
    assert ": aborted, a drill" in notice.text
    assert "guard that refused: 2.\n- 2 × the target’s identity" in notice.text
    assert "guard that was opened: none." in notice.text
    assert "Verifier" not in notice.text
    assert "promised now: 1.\n- ledger: no good copy" in notice.text
    assert "2 runs with" in notice.text
    assert "all hold." in notice.text
    assert Job.objects.filter(kind="notices.mail").count() == 1
    assert str(opened) in notice.text


def test_a_quiet_week_is_told_too(manager: User) -> None:
    send()
    notice = Notice.objects.get()
    assert notice.subject == "The week 2026-W10: nothing happened"
    assert "there was none yet" in notice.text


def test_a_week_is_told_once_however_often_it_is_asked_for(manager: User) -> None:
    send()
    assert send(MONDAY + timedelta(days=2)) == "2026-W10: 0 managers told."
    assert send(MONDAY + timedelta(days=7)) == "2026-W11: 1 manager told."


def test_only_managers_who_want_it_are_told(manager: User, admin: User, operator: User) -> None:
    other = person("other", "ot")
    other.groups.set(manager.groups.all())
    preferences.set_digest(False, by=manager, at=MONDAY)
    send()
    assert Notice.objects.get().person == other


def test_a_closed_incident_is_told(manager: User, system: System) -> None:
    closed = incident(system, manager, WEDNESDAY - timedelta(days=14))
    Incident.objects.filter(pk=closed.pk).update(status=Status.CLOSED.value, closed_at=WEDNESDAY)
    send()
    assert "Incidents closed: 1.\n- Table dropped" in Notice.objects.get().text


def test_a_long_list_is_cut(manager: User, system: System) -> None:
    for number in range(digest.MOST + 3):
        incident(system, manager, WEDNESDAY + timedelta(minutes=number), f"Incident {number}")
    send()
    text = Notice.objects.get().text
    assert "- Incident 9\n- and 3 more" in text
    assert "Incident 10" not in text
