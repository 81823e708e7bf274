"""From the log to deliveries: each event once, to whom wants it, without a measured value."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from incidents import entries, records
from incidents.enums import Certainty, Severity
from jobs.models import Job
from runbooks.machine.events.event import Wording
from runbooks.machine.events.run import RunStarted
from runbooks.machine.moves.branches import Diagnose, Reopen
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.second_person import Countersign
from runbooks.models import Event
from tests.factories.story import Story, story
from tests.factories.webhooks import bodies, endpoint, run_relay
from tests.incidents.world import incident
from webhooks import cursors, endpoints, outbox
from webhooks.models import ReadCursor
from webhooks.outgoing_events import EXAMPLE, OutgoingEvent

SOON = timedelta(hours=1)
Begin = Callable[[], Story]
late_rows = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite gives keys in the order of the commits"
)


@pytest.fixture
def people(operator, verifier, decider, author, approver) -> dict[str, User]:
    everybody = (operator, verifier, decider, author, approver)
    return {person.username: person for person in everybody}


@pytest.fixture
def begin(people: dict[str, User], at: datetime) -> Begin:
    """`begin()`: a run under way. What listens to it is there before it."""
    return lambda: story(people, at).start()


def test_each_event_becomes_one_delivery_and_one_job(begin: Begin, admin: User, at: datetime):
    hub = endpoint(admin, at - SOON, patterns=["run.*", "step.ticked"])
    begin().measured()
    assert run_relay(at + SOON) == "3 to send, 0 sent on."
    sent = bodies(hub)
    assert [body["type"] for body in sent] == ["run.prepared", "run.started", "step.ticked"]
    assert run_relay(at + SOON) == "Nothing new."
    keys = {row.message for row in hub.deliveries.all()}
    assert keys == set(Job.objects.filter(kind="webhooks.deliver").values_list("key", flat=True))
    assert all(len(key) == 36 and "." not in key for key in keys)


def test_what_a_delivery_says(begin: Begin, admin: User, at: datetime, settings):
    settings.SITE_URL = "https://sign.example.org"
    hub = endpoint(admin, at - SOON, patterns=["step.ticked"])
    game = begin().measured()
    run_relay(at + SOON)
    (body,) = bodies(hub)
    about = game.run
    run = {**EXAMPLE["data"]["run"], "id": about.pk}
    run["url"] = f"https://sign.example.org/runs/{about.pk}/"
    assert body == {**EXAMPLE, "data": {**EXAMPLE["data"], "run": run}}


def test_no_measured_value_leaves_the_house(begin: Begin, admin: User, at: datetime):
    """The verifier measures blind, and may sit in the very channel that is written to."""
    hub = endpoint(admin, at - SOON)
    game = begin().measured("48211")
    game.do(Countersign, "verifier", step=0, values={"entries": "48219"})
    game.do(Diagnose, "operator", step=0, finding="One was written meanwhile.")
    game.do(Reopen, "operator", step=0)
    game.measured("48231")
    game.do(Countersign, "verifier", step=0, values={"entries": "48239"})
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"step.recorded", "step.mismatched", "run.held"} <= kinds
    run_relay(at + SOON)
    everything = json.dumps(bodies(hub))
    assert hub.deliveries.count() == Event.objects.count()
    assert "One was written meanwhile" in everything
    for value in ("48211", "48219", "48231", "48239"):
        assert value in "".join(Event.objects.values_list("text", flat=True))
        assert value not in everything


def test_what_happened_before_an_endpoint_was_added_is_not_even_read(
    begin: Begin, admin: User, at: datetime
):
    game = begin().measured()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        hub = endpoint(admin, at + SOON)
        run_relay(at + SOON)
    assert hub.deliveries.count() == 0
    assert not [q for q in asked if '"text"' in q["sql"] and "runbooks_event" in q["sql"]]
    assert ReadCursor.objects.get(source="run").reached == Event.objects.latest("pk").pk
    game.at = at + SOON
    game.do(Note, "operator", text="after")
    run_relay(at + 2 * SOON)
    assert [body["type"] for body in bodies(hub)] == ["note.added"]


def test_while_nobody_listens_nothing_is_read(begin: Begin, admin: User, at: datetime):
    begin()
    with CaptureQueriesContext(connection) as asked:
        assert run_relay(at) == "No endpoint is enabled."
    assert len(asked) == 1
    hub = endpoint(admin, at - SOON)
    endpoints.switch_off(hub, by=admin, at=at)
    assert run_relay(at) == "No endpoint is enabled."


def test_an_endpoint_that_was_off_does_not_catch_up(begin: Begin, admin: User, at: datetime):
    hub = endpoint(admin, at - SOON, patterns=["note.added"])
    other = endpoint(admin, at - SOON, name="other", patterns=["note.added"])
    game = begin()
    endpoints.switch_off(hub, by=admin, at=game.at)
    game.do(Note, "operator", text="while it is off")
    game.do(Note, "operator", text="still off")
    endpoints.switch_on(hub, by=admin, at=game.at + timedelta(seconds=1))
    game.do(Note, "operator", text="on again")
    run_relay(game.at)
    assert [body["data"]["sentence"] for body in bodies(hub)] == ["noted: on again"]
    assert len(bodies(other)) == 3


def test_when_nothing_is_new_no_writer_is_kept_waiting_on_sqlite(
    begin: Begin, admin: User, at: datetime
):
    endpoint(admin, at - SOON)
    begin()
    run_relay(at + SOON)
    with CaptureQueriesContext(connection) as asked:
        assert run_relay(at + SOON) == "Nothing new."
    wrote = [q for q in asked if q["sql"].startswith(("BEGIN", "SAVEPOINT", "UPDATE", "INSERT"))]
    assert bool(wrote) == (connection.vendor != "sqlite")


@late_rows
def test_an_event_that_becomes_visible_late_is_found(begin: Begin, admin: User, at: datetime):
    """On PostgreSQL a transaction may commit after one with a higher key."""
    hub = endpoint(admin, at - SOON, patterns=["note.added"])
    game = begin()
    game.do(Note, "operator", text="slow to commit")
    game.do(Note, "operator", text="quick")
    late, quick = Event.objects.filter(kind="note.added").order_by("pk")
    ReadCursor.objects.filter(source="run").update(reached=quick.pk, read_at=game.at)
    run_relay(game.at)
    assert {row.event for row in hub.deliveries.all()} == {f"run:{late.pk}", f"run:{quick.pk}"}
    assert run_relay(game.at) == "Nothing new."


@late_rows
def test_one_that_was_invisible_when_the_relay_stopped_is_found_hours_later(
    begin: Begin, admin: User, at: datetime
):
    hub = endpoint(admin, at - SOON, patterns=["note.added"])
    game = begin()
    game.do(Note, "operator", text="slow to commit")
    ReadCursor.objects.filter(source="run").update(
        reached=Event.objects.latest("pk").pk, read_at=game.at
    )
    run_relay(game.at + 5 * SOON)
    assert [body["data"]["sentence"] for body in bodies(hub)] == ["noted: slow to commit"]


def test_an_event_that_cannot_be_told_does_not_stop_the_others(
    begin: Begin, admin: User, at: datetime, monkeypatch: pytest.MonkeyPatch
):
    def broken(event: RunStarted, words: Wording) -> str:
        raise ValueError("of another version")

    monkeypatch.setattr(RunStarted, "describe", broken)
    hub = endpoint(admin, at - SOON, patterns=["run.*", "step.ticked"])
    begin().measured()
    run_relay(at + SOON)
    sentences = [body["data"]["sentence"] for body in bodies(hub)]
    assert sentences[1] == "run started"
    assert sentences[2].startswith("ticked step 1")


@late_rows
def test_what_is_far_behind_the_mark_is_not_read_again(begin: Begin, admin: User, at: datetime):
    hub = endpoint(admin, at - SOON, patterns=["note.added"])
    game = begin()
    game.do(Note, "operator", text="long ago")
    newest = Event.objects.latest("pk").pk
    later = game.at + cursors.IN_FLIGHT + timedelta(seconds=1)
    ReadCursor.objects.filter(source="run").update(reached=newest, read_at=later)
    run_relay(later)
    ReadCursor.objects.filter(source="run").update(reached=newest + cursors.WINDOW, read_at=at)
    run_relay(game.at)
    assert hub.deliveries.count() == 0


def test_a_backlog_is_worked_off_in_batches(
    begin: Begin, admin: User, at: datetime, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cursors, "BATCH", 2)
    hub = endpoint(admin, at - SOON)
    game = begin().agreed()
    run_relay(game.at + SOON)
    rows = Event.objects.order_by("pk").values_list("pk", flat=True)
    made = hub.deliveries.order_by("pk").values_list("event", flat=True)
    assert list(made) == [f"run:{pk}" for pk in rows]


def test_incidents_and_their_entries(manager: User, admin: User, at: datetime, settings):
    settings.SITE_URL = "https://sign.example.org"
    hub = endpoint(admin, at - SOON, patterns=["incident.*"])
    opened = incident(manager, at)
    records.judge(opened, severity=Severity.SEV1, reason="all gone", seen=None, by=manager, at=at)
    entry = entries.add(
        opened, text="The disk is *full*.", happened_at=at, certainty=Certainty.ABOUT, by=manager,
        at=at,
    )  # fmt: skip
    entries.correct(
        entry, text="Half full.", happened_at=at, certainty=Certainty.EXACT, reason="looked again",
        by=manager, at=at,
    )  # fmt: skip
    run_relay(at + SOON)
    sent = {body["type"]: body["data"] for body in bodies(hub)}
    assert list(sent) == [
        "incident.opened", "incident.judged", "incident.entry_added", "incident.entry_corrected",
    ]  # fmt: skip
    assert sent["incident.opened"]["sentence"] == "opened the incident"
    assert sent["incident.judged"]["sentence"] == (
        "judged the severity (severity from “not judged yet” to “severity 1”): all gone"
    )
    assert sent["incident.entry_added"]["sentence"] == (
        "added an entry, about 2026-03-04 03:12 UTC: The disk is *full*."
    )
    assert sent["incident.entry_corrected"]["corrects"] == entry.pk
    assert sent["incident.opened"]["incident"] == {
        "id": opened.pk,
        "title": opened.title,
        "url": f"https://sign.example.org/incidents/{opened.pk}/",
    }


def test_an_event_that_takes_a_number_after_a_restore_is_another_message(admin: User, at: datetime):
    hub = endpoint(admin, at)
    facts: dict[str, Any] = {
        "kind": "note.added",
        "who": "",
        "sentence": "",
        "about": "",
        "url": "",
        "data": {},
    }
    before, same, after, other = (
        OutgoingEvent(name=name, at=when, **facts)
        for name, when in (("run:7", at), ("run:7", at), ("run:7", at + SOON), ("run:8", at))
    )
    assert outbox.message(hub, before) == outbox.message(hub, same)
    assert len({outbox.message(hub, event) for event in (before, after, other)}) == 3
