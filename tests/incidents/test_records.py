"""The verbs on an incident's facts, entries, people and runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import User
from incidents import entries, links, records, response
from incidents.enums import Certainty, Kind, Moment, Part, Severity, Status
from incidents.models import Incident, IncidentChange, TimelineEntry
from lib.refusals import Invalid, Refused
from runbooks.enums import RunKind
from runbooks.models import Run
from tests.factories.inventory import system
from tests.incidents import world

MINUTE = timedelta(minutes=1)
ROOT = Path(__file__).parents[2]
SignIn = Callable[[User], Client]


def test_opening_needs_four_facts(operator: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    assert (opened.status, opened.severity, opened.version) == ("open", "not judged yet", 1)
    clock = {t.moment: (t.at, t.certainty) for t in opened.times.all()}
    assert clock == {"noticed": (at - 10 * MINUTE, "about"), "declared": (at, "exact")}
    line = opened.changes.get()
    assert line.by_name == "Operator"
    assert line.fields["noticed"] == ["", "about 2026-03-04 03:02 UTC"]


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "x" * 161}),
        ("title", {"title": "with a zero \x00 byte"}),
        ("what_happened", {"what_happened": "\n"}),
        ("what_happened", {"what_happened": "x" * 20_001}),
        ("what_happened", {"what_happened": "half a pair \ud800"}),
    ],
)
def test_what_cannot_be_kept_is_said(
    field: str, facts: dict[str, str], operator: User, at: datetime
) -> None:
    with pytest.raises(Invalid) as caught:
        world.incident(operator, at, **facts)
    assert list(caught.value.errors) == [field]
    assert not Incident.objects.exists()


def test_noticed_in_the_future(operator: User, at: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        world.incident(operator, at, noticed_at=at + MINUTE)
    assert "future" in caught.value.errors["noticed_at"]


def test_a_title_is_taken_whatever_its_case(operator: User, at: datetime) -> None:
    first = world.incident(operator, at)
    with pytest.raises(Invalid) as caught:
        world.incident(operator, at, title=first.title.upper(), system=first.system)
    assert "already" in caught.value.errors["title"]


def _edit(incident: Incident, by: User, at: datetime, **more: Any) -> Incident:
    facts: dict[str, Any] = {
        "title": incident.title,
        "kind": Kind(incident.kind),
        "system": incident.system,
        "what_happened": incident.what_happened,
        "seen": incident.version,
    }
    return records.edit(incident, **facts | more, by=by, at=at)


def test_edit_keeps_old_and_new(operator: User, at: datetime) -> None:
    kept = _edit(world.incident(operator, at), operator, at, kind=Kind.CORRUPTION)
    assert kept.version == 2
    assert kept.changes.get(version=2).fields == {"kind": ["data loss", "corruption"]}
    assert _edit(kept, operator, at).version == 2


def test_two_people_edit_one_fact(operator: User, verifier: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    _edit(opened, verifier, at, title="Another title")
    with pytest.raises(Refused) as caught:
        _edit(opened, operator, at, what_happened="Mine")
    assert caught.value.code == "changed_meanwhile"
    assert "Verifier" in caught.value.sentence
    assert "Another title" in caught.value.sentence
    opened.refresh_from_db()
    assert opened.title == "Another title"
    assert _edit(opened, operator, at, what_happened="Mine").what_happened == "Mine"


def test_two_people_change_different_facts(operator: User, verifier: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    records.judge(opened, severity=Severity.SEV1, seen=1, by=verifier, at=at)
    time = at - 30 * MINUTE
    records.set_time(
        opened,
        moment=Moment.BEGAN,
        time=time,
        certainty=Certainty.GUESSED,
        seen=1,
        by=operator,
        at=at,
    )
    opened.refresh_from_db()
    assert (opened.severity, opened.version) == ("severity 1", 3)


def test_going_back_needs_a_reason(operator: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    closed = world.closed(opened, operator, at)
    assert (closed.closed_at, closed.version) == (at, 8)
    with pytest.raises(Invalid) as caught:
        records.change_status(opened, status=Status.OPEN, reason=" ", seen=8, by=operator, at=at)
    assert "reason" in caught.value.errors
    with pytest.raises(Refused) as refused:
        records.change_status(opened, status=Status.RESTORED, seen=8, by=operator, at=at)
    assert (refused.value.code, refused.value.remedy) == ("status", "It can become open.")
    again = records.change_status(
        opened, status=Status.OPEN, reason="rows are missing", seen=8, by=operator, at=at
    )
    assert again.closed_at is None
    assert again.changes.get(version=9).reason == "rows are missing"


@pytest.mark.parametrize(
    ("moment", "shift", "sentence"),
    [
        (Moment.BEGAN, -5, "“began” cannot be later than “noticed”"),
        (Moment.NOTICED, 5, "future"),
        (Moment.DECLARED, -20, "“noticed” cannot be later than “declared”"),
    ],
)
def test_a_clock_that_cannot_be(
    moment: Moment, shift: int, sentence: str, operator: User, at: datetime
) -> None:
    opened = world.incident(operator, at)
    time = at + shift * MINUTE
    with pytest.raises(Invalid) as caught:
        records.set_time(
            opened,
            moment=moment,
            time=time,
            certainty=Certainty.ABOUT,
            seen=1,
            by=operator,
            at=at,
        )
    assert sentence in caught.value.errors["time"]


def test_a_time_is_cleared_and_kept_in_the_history(operator: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    records.set_time(
        opened,
        moment=Moment.BEGAN,
        time=at - 60 * MINUTE,
        certainty=Certainty.GUESSED,
        seen=1,
        by=operator,
        at=at,
    )
    kept = records.clear_time(opened, moment=Moment.BEGAN, seen=2, by=operator, at=at)
    assert not kept.times.filter(moment="began").exists()
    fields = kept.changes.get(version=3).fields
    assert fields == {"began": ["guessed: 2026-03-04 02:12 UTC", ""]}
    with pytest.raises(Refused):
        records.clear_time(opened, moment=Moment.NOTICED, seen=3, by=operator, at=at)


def test_closed_takes_entries_only(operator: User, verifier: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    revision = world.revision(at)
    live = world.run(revision, operator, at)
    world.closed(opened, operator, at)
    who: dict[str, Any] = {"by": operator, "at": at}
    refused: list[Callable[[], object]] = [
        lambda: _edit(opened, operator, at, title="New", seen=6),
        lambda: records.judge(opened, severity=Severity.SEV1, seen=6, **who),
        lambda: world.finished(opened, **who),
        lambda: links.add_person(opened, person=verifier, part=Part.LEAD, **who),
        lambda: links.link_runbook(opened, runbook=revision.runbook, **who),
        lambda: links.link_run(opened, run=live, **who),
        lambda: response.start_run(opened, revision=revision, parameters={}, key="k", **who),
    ]
    for verb in refused:
        with pytest.raises(Refused) as caught:
            verb()
        assert caught.value.code == "closed"
    assert Run.objects.count() == 1
    entries.add(opened, text="late", happened_at=at, certainty=Certainty.EXACT, **who)


def test_a_viewer_may_write_nothing(operator: User, viewer: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    who: dict[str, Any] = {"by": viewer, "at": at}
    verbs: list[Callable[[], object]] = [
        lambda: world.incident(viewer, at, title="Mine", system=opened.system),
        lambda: _edit(opened, viewer, at, title="New"),
        lambda: records.judge(opened, severity=Severity.SEV1, seen=1, **who),
        lambda: records.change_status(opened, status=Status.CLOSED, seen=1, **who),
        lambda: records.clear_time(opened, moment=Moment.BEGAN, seen=1, **who),
        lambda: links.add_person(opened, person=viewer, part=Part.LEAD, **who),
        lambda: links.remove_person(opened, person=viewer, part=Part.LEAD, **who),
        lambda: entries.add(opened, text="x", happened_at=at, certainty=Certainty.EXACT, **who),
    ]
    for verb in verbs:
        with pytest.raises(Refused) as caught:
            verb()
        assert caught.value.status == 403


def test_people_are_named_once_and_released(operator: User, verifier: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    for _ in range(2):
        links.add_person(opened, person=verifier, part=Part.LEAD, by=operator, at=at)
    kept = links.remove_person(opened, person=verifier, part=Part.LEAD, by=operator, at=at)
    assert not kept.people.exists()
    fields = [line.fields for line in kept.changes.filter(version__gt=1)]
    assert fields == [{"lead": ["", "Verifier"]}, {"lead": ["Verifier", ""]}]


def test_a_run_answers_one_incident_and_a_drill_none(operator: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    other = world.incident(operator, at, title="Another", system=opened.system)
    revision = world.revision(at)
    live = world.run(revision, operator, at)
    drill = world.run(revision, operator, at, kind=RunKind.DRILL)
    for _ in range(2):
        kept = links.link_run(opened, run=live, by=operator, at=at)
    assert kept.version == 2
    for incident, run, code in ((other, live, "linked_elsewhere"), (opened, drill, "drill")):
        with pytest.raises(Refused) as caught:
            links.link_run(incident, run=run, by=operator, at=at)
        assert caught.value.code == code


def test_start_run_prepares_and_links_once(operator: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    given: dict[str, Any] = {"revision": world.revision(at), "parameters": {}, "key": "once"}
    runs = [response.start_run(opened, **given, by=operator, at=at) for _ in range(2)]
    assert runs[0] == runs[1]
    assert [link.run for link in opened.runs.all()] == [runs[0]]
    assert runs[0].kind == "live"


def test_link_a_runbook_and_unlink_it(operator: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    runbook = world.revision(at).runbook
    for _ in range(2):
        kept = links.link_runbook(opened, runbook=runbook, by=operator, at=at)
    assert (kept.version, list(kept.runbooks.all())) == (2, [runbook])
    kept = links.unlink_runbook(opened, runbook=runbook, by=operator, at=at)
    assert not kept.runbooks.exists()


def _add(to: Incident, by: User, at: datetime, text: str = "as *seen*") -> TimelineEntry:
    return entries.add(to, text=text, happened_at=at, certainty=Certainty.ABOUT, by=by, at=at)


def test_a_correction_keeps_the_old_text(operator: User, verifier: User, at: datetime) -> None:
    first = _add(world.incident(operator, at), operator, at)
    given: dict[str, Any] = {"happened_at": at, "certainty": Certainty.EXACT, "by": verifier}
    new = entries.correct(first, text="as **measured**", reason="typo", at=at, **given)
    first.refresh_from_db()
    assert (first.text, new.corrects, new.reason) == ("as *seen*", first, "typo")
    assert new.html == "<p>as <strong>measured</strong></p>"
    with pytest.raises(Refused) as caught:
        entries.correct(first, text="mine", reason="me too", at=at, **given)
    assert "as **measured**" in caught.value.sentence
    with pytest.raises(Invalid) as invalid:
        entries.correct(new, text="mine", reason="", at=at, **given)
    assert list(invalid.value.errors) == ["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "![x](x onerror=alert(1))",
        '<img src=x onerror="alert(1)">',
        "<style>*{display:none}</style>",
    ],
)
def test_hostile_text_is_made_harmless(text: str, operator: User, at: datetime) -> None:
    html = _add(world.incident(operator, at), operator, at, text).html
    for tag in ("<script", "<style", "<img", 'href="javascript', "href='javascript"):
        assert tag not in html


def test_text_that_costs_too_much_is_refused(operator: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    for hard in ("> " * 4000 + "x", "x" * 10_001, "  "):
        with pytest.raises(Invalid) as caught:
            _add(opened, operator, at, hard)
        assert list(caught.value.errors) == ["text"]


def test_entries_and_changes_only_grow(operator: User, at: datetime) -> None:
    _add(world.incident(operator, at), operator, at)
    writes: list[Callable[[], object]] = [
        lambda: TimelineEntry.objects.update(text="other"),
        lambda: TimelineEntry.objects.all().delete(),
        lambda: IncidentChange.objects.update(verb="other"),
        lambda: IncidentChange.objects.all().delete(),
    ]
    if connection.vendor == "postgresql":
        # Deferred checks of this very transaction would refuse a TRUNCATE before the trigger does.
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        truncate = "TRUNCATE incidents_timelineentry CASCADE"
        writes.append(lambda: connection.cursor().execute(truncate))
    for write in writes:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            write()
    assert TimelineEntry.objects.get().text == "as *seen*"


def test_an_edit_can_move_it_to_another_system(operator: User, at: datetime) -> None:
    opened = world.incident(operator, at)
    other = system(operator, at, name="payroll")
    kept = _edit(opened, operator, at, system=other)
    assert kept.changes.get(version=2).fields == {"system": ["ledger", "payroll"]}


def test_each_severity_says_what_it_means_wherever_it_is_chosen_or_shown(
    operator: User, at: datetime, signed_in: SignIn
) -> None:
    opened = world.incident(operator, at)
    client = signed_in(operator)
    form = client.get(f"/incidents/{opened.pk}/severity/").content.decode()
    guide = (ROOT / "docs/how-to/record-an-incident.md").read_text("utf-8")
    document = " ".join((ROOT / "docs/reference/openapi.yml").read_text("utf-8").split())
    for severity in Severity:
        says_more = severity is not Severity.UNKNOWN
        assert str(severity) in form
        assert (f"{severity}: {severity.definition}" in form) is says_more
        assert f"`{severity}`: {severity.definition}" in document
        records.judge(opened, severity=severity, reason="so", seen=None, by=operator, at=at)
        page = client.get(f"/incidents/{opened.pk}/").content.decode()
        if says_more:
            assert f"| {severity} | {severity.definition} |" in guide
            assert severity.definition in page
    assert len({severity.definition for severity in Severity}) == len(Severity)
