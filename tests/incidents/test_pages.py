"""The pages of incidents: who sees what, what a form keeps, what a page costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from incidents import entries, links, listing, records, summary
from incidents.enums import Certainty, Kind, Moment, Severity
from incidents.models import Incident
from runbooks.models import Run
from tests.factories.runs import revision
from tests.incidents import world
from tests.runbooks.texts import text as steps

SignIn = Callable[[User], Client]


def _url(name: str, *args: Any) -> str:
    return reverse(f"incidents:{name}", args=args)


def _text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def incident(operator: User, at: datetime) -> Incident:
    return world.incident(operator, at)


FORMS = ["edit", "severity", "status", "people", "runbooks", "runs"]


@pytest.mark.parametrize("name", FORMS)
def test_forms_are_for_those_who_keep_incidents(
    name: str, incident: Incident, operator: User, viewer: User, signed_in: SignIn
) -> None:
    address = _url(f"incident_{name}", incident.pk)
    assert signed_in(operator).get(address).status_code == 200
    assert signed_in(viewer).get(address).status_code == 403
    assert signed_in(viewer).post(address, {}).status_code == 403


def test_a_viewer_reads_and_is_offered_nothing(
    incident: Incident, viewer: User, outsider: User, signed_in: SignIn
) -> None:
    page = _text(signed_in(viewer).get(_url("incident_detail", incident.pk)))
    assert incident.what_happened in page
    for way in ("Add an entry", "Edit the facts", "Change the status", "Start this runbook"):
        assert way not in page
    for name, args in (("incident_list", ()), ("incident_detail", (incident.pk,))):
        assert signed_in(outsider).get(_url(name, *args)).status_code == 403


def test_open_with_four_fields(incident: Incident, operator: User, signed_in: SignIn) -> None:
    client = signed_in(operator)
    assert "UTC" in _text(client.get(_url("incident_new")))
    typed = {
        "title": "Second",
        "system": incident.system.slug,
        "what_happened": "Rows are gone.",
        "noticed_at": "2026-03-04 03:10 +01:00",
    }
    answer = client.post(_url("incident_new"), typed)
    opened = Incident.objects.get(title="Second")
    assert (answer.status_code, answer["Location"]) == (303, _url("incident_detail", opened.pk))
    assert opened.times.get(moment="noticed").at == datetime(2026, 3, 4, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("noticed_at", "2026-03-04 03:10", "time zone"),
        ("noticed_at", "yesterday", "not a date and time"),
        ("noticed_at", "2999-01-01 00:00 UTC", "future"),
        ("title", "Production overwritten by an old dump", "already"),
        ("system", "nowhere", "valid choice"),
        ("what_happened", "", "required"),
    ],
)
def test_bad_input_keeps_what_was_typed(
    field: str, value: str, sentence: str, incident: Incident, operator: User, signed_in: SignIn
) -> None:
    typed = {
        "title": "Kept title",
        "system": incident.system.slug,
        "what_happened": "Kept story",
        "noticed_at": "2026-03-04 03:10 UTC",
    }
    answer = signed_in(operator).post(_url("incident_new"), typed | {field: value})
    page = _text(answer)
    assert answer.status_code == 422
    assert sentence in page
    for other in set(typed) - {field, "system"}:
        assert typed[other] in page
    assert Incident.objects.count() == 1


def test_two_people_edit(
    incident: Incident, operator: User, verifier: User, signed_in: SignIn
) -> None:
    typed = {
        "title": incident.title,
        "kind": "data loss",
        "system": incident.system.slug,
        "what_happened": "What the verifier saw",
        "seen": "1",
    }
    address = _url("incident_edit", incident.pk)
    assert signed_in(verifier).post(address, typed).status_code == 303
    mine = typed | {"what_happened": "What the operator saw"}
    answer = signed_in(operator).post(address, mine)
    page = _text(answer)
    assert answer.status_code == 409
    assert "Verifier" in page
    assert "What the verifier saw" in page
    assert "What the operator saw" in page
    assert 'name="seen" value="2"' in page
    assert signed_in(operator).post(address, mine | {"seen": "2"}).status_code == 303
    assert signed_in(operator).post(address, mine | {"seen": ""}).status_code == 422


def test_clock_status_and_entries_by_their_pages(
    incident: Incident, operator: User, at: datetime, signed_in: SignIn
) -> None:
    client, pk = signed_in(operator), incident.pk
    time = {"time": "2026-03-04 02:00 UTC", "certainty": "guessed", "seen": "1"}
    assert client.post(_url("incident_time", pk, "began"), time).status_code == 303
    assert client.post(_url("incident_time", pk, "never"), time).status_code == 404
    assert client.post(_url("incident_time_clear", pk, "began"), {"seen": "2"}).status_code == 303
    assert client.post(_url("incident_time_clear", pk, "noticed"), {"seen": "3"}).status_code == 409
    entry = {"text": "**seen**", "happened_at": "2026-03-04 02:00 UTC", "certainty": "about"}
    assert client.post(_url("entry_new", pk), entry).status_code == 303
    kept = incident.entries.get()
    correction = entry | {"text": "measured", "reason": "typo"}
    for status in (303, 409):
        answer = client.post(_url("entry_correct", pk, kept.pk), correction)
        assert answer.status_code == status
    assert "measured" in _text(answer)
    close = {"status": "closed", "seen": "3"}
    answer = client.post(_url("incident_status", pk), close)
    assert (answer.status_code, answer.context["refusal"].code) == (409, "unfinished")
    world.finished(incident, operator, at)
    assert client.post(_url("incident_status", pk), close).status_code == 303
    reopen = {"status": "open", "seen": "10"}
    assert client.post(_url("incident_status", pk), reopen).status_code == 422
    page = _text(client.get(_url("incident_detail", pk)))
    assert "Add an entry" in page
    assert "Edit the facts" not in page


def test_start_a_runbook_for_the_incident(
    incident: Incident, operator: User, viewer: User, at: datetime, signed_in: SignIn
) -> None:
    revision, client = world.revision(at), signed_in(operator)
    address = _url("run_start", incident.pk, revision.runbook.slug, revision.number)
    assert address in _text(client.get(_url("incident_detail", incident.pk)))
    page = _text(client.get(address))
    assert incident.title in page
    assert 'value="drill"' not in page
    for kind, status in (("drill", 422), ("live", 303)):
        answer = client.post(address, {"kind": kind, "key": "one", "title": "Tonight"})
        assert answer.status_code == status
    run = Run.objects.get()
    assert (answer["Location"], run.title) == (f"/runs/{run.pk}/", "Tonight")
    assert incident.runs.get().run == run
    assert signed_in(viewer).get(address).status_code == 403


def test_a_runbook_that_deletes_is_never_offered_first(
    incident: Incident,
    operator: User,
    author: User,
    approver: User,
    at: datetime,
    signed_in: SignIn,
) -> None:
    front = "system: ledger\noperation: "
    for name, operation in (("A clean-up", "delete"), ("Z restore", "restore")):
        source = steps("Look", front=f"{front}{operation}").replace(b"Tried", name.encode())
        made = revision(source, author=author, approver=approver, at=at, name=name)
        if operation == "delete":
            links.link_runbook(incident, runbook=made.runbook, by=operator, at=at)
    listed_runbooks = [
        (listed.runbook.title, listed.deletes) for listed, _ in summary.runbooks(incident)
    ]
    assert listed_runbooks == [("Z restore", False), ("A clean-up", True)]
    page = _text(signed_in(operator).get(_url("incident_detail", incident.pk)))
    assert page.index("Z restore") < page.index("A clean-up")
    assert page.count("DELETES") == 1


def test_hostile_text_is_shown_as_text(
    incident: Incident, operator: User, at: datetime, signed_in: SignIn
) -> None:
    hostile = "<script>alert(1)</script>"
    entries.add(
        incident, text=hostile, happened_at=at, certainty=Certainty.EXACT, by=operator, at=at
    )
    records.judge(incident, severity=Severity.SEV1, reason=hostile, seen=1, by=operator, at=at)
    assert hostile not in _text(signed_in(operator).get(_url("incident_detail", incident.pk)))


def test_queries_of_the_page_do_not_grow(
    incident: Incident, operator: User, at: datetime, signed_in: SignIn
) -> None:
    client, address = signed_in(operator), _url("incident_detail", incident.pk)
    run = world.run(world.revision(at), operator, at)
    links.link_run(incident, run=run, by=operator, at=at)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    world.notes(run, operator, at, 200)
    with CaptureQueriesContext(connection) as many:
        page = _text(client.get(address))
    assert "?before=" in page
    assert len(many) == len(few) <= 22


def _found(**filters: str) -> set[str]:
    return {row.title for row in listing.page(listing.Filters(**filters)).rows}


def test_filters_and_words(incident: Incident, operator: User, at: datetime) -> None:
    other = world.incident(
        operator,
        at,
        title="Bucket at 100%",
        system=incident.system,
        kind=Kind.NEAR_MISS,
        what_happened="Full disk",
    )
    world.closed(other, operator, at)
    assert _found() == {incident.title, other.title}
    assert _found(words="DUMP newest") == {incident.title}
    assert _found(words="100%") == {other.title}
    assert _found(words="100_") == set()
    assert _found(status="closed") == _found(kind="near miss") == {other.title}
    assert _found(system="ledger", status="open") == {incident.title}
    assert _found(severity="severity 1") == set()


def test_the_list_in_pages(
    incident: Incident, operator: User, at: datetime, signed_in: SignIn
) -> None:
    client, address = signed_in(operator), _url("incident_list")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(listing.PAGE):
        world.incident(operator, at, title=f"Number {number}", system=incident.system)
    with CaptureQueriesContext(connection) as many:
        first = client.get(address)
    assert len(few) == len(many)
    second = client.get(address + first.context["older"])
    assert [row.pk for row in second.context["rows"]] == [incident.pk]
    back = client.get(address + second.context["newer"])
    assert back.context["rows"] == first.context["rows"]
    for odd in ("?before=x", "?before=999999999999999-1", "?status=odd&system=none&q=%00"):
        assert client.get(address + odd).status_code == 200


def test_promises_against_what_happened(incident: Incident, operator: User, at: datetime) -> None:
    hours = {Moment.BEGAN: 4, Moment.WRITES_STOPPED: 3, Moment.RECOVERY_POINT: 9}
    for moment, ago in hours.items():
        records.set_time(
            incident,
            moment=moment,
            time=at - timedelta(hours=ago),
            certainty=Certainty.EXACT,
            seen=None,
            by=operator,
            at=at,
        )
    ticks = summary.clock(incident.times.all())
    data, time, at_most = summary.figures(incident, ticks, at)
    assert (data.target_text, data.text, data.verdict) == ("1 h", "6 h", "not met")
    assert (time.target_text, time.text, time.verdict) == ("2 h", "4 h so far", "not met")
    assert (at_most.target_text, at_most.verdict) == ("2 d", "running")
