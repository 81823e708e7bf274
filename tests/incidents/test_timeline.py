"""The merged timeline: its order, its pages, and what it costs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from incidents import entries, links, records, timeline
from incidents.enums import Certainty, Moment, Severity
from incidents.models import Incident
from lib.refusals import Refused
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.steps import Tick
from runbooks.models import Run
from runbooks.runs import moves
from tests.factories.missed import missed, refused
from tests.factories.tokens import program
from tests.incidents import world


@pytest.fixture
def answered(operator: User, at: datetime) -> tuple[Incident, Run]:
    """An incident with one run linked: two changes and two events, all at the same moment."""
    incident = world.incident(operator, at)
    run = world.run(world.revision(at), operator, at)
    links.link_run(incident, run=run, by=operator, at=at)
    return incident, run


def _add(to: Incident, by: User, at: datetime, text: str) -> Any:
    return entries.add(to, text=text, happened_at=at, certainty=Certainty.ABOUT, by=by, at=at)


def test_one_order_over_three_sources(
    answered: tuple[Incident, Run], operator: User, at: datetime
) -> None:
    incident, run = answered
    _add(incident, operator, at, "tied")
    _add(incident, operator, at - timedelta(hours=1), "earlier")
    moves.make_move(run.pk, Note(text="later"), by=operator, at=at + timedelta(microseconds=1))
    shown = timeline.page(incident)
    assert [row.kind for row in shown.rows] == [
        "log",  # the later note
        "log",
        "log",
        "entry",
        "change",
        "change",
        "entry",  # the earlier entry
    ]
    assert "later" in shown.rows[0].text
    assert shown.rows[4].text.startswith("linked a run")
    assert shown.rows[3].time == "about 2026-03-04 03:12 UTC"
    assert shown.rows[1].who == "Operator"
    assert shown.rows[1].run == run.pk
    assert shown.older is None


def test_pages_lose_and_repeat_nothing(
    answered: tuple[Incident, Run], operator: User, at: datetime
) -> None:
    incident, run = answered
    world.notes(run, operator, at, 5)
    for number in range(4):
        _add(incident, operator, at, f"tied {number}")
    whole = timeline.page(incident).rows
    assert len(whole) == 13
    for size in (1, 2, 5, 12, 13):
        rows: list[timeline.TimelineRow] = []
        before: timeline.TimelineKey | None = None
        while True:
            page = timeline.page(incident, before=before, size=size)
            rows += page.rows
            if page.older is None:
                break
            before = timeline.TimelineKey.read(str(page.older))
        assert tuple(rows) == whole


@pytest.mark.parametrize(
    "text", ["", "1.2", "1.2.3.4", "a.b.c", "-1.0.0", "1.2." + "9" * 30, "٣.1.1"]
)
def test_an_address_typed_by_hand_is_no_key(text: str) -> None:
    assert timeline.TimelineKey.read(text) is None


def test_a_key_beyond_the_calendar_is_no_fault(answered: tuple[Incident, Run]) -> None:
    key = timeline.TimelineKey.read("99999999999999999.2.1")
    assert len(timeline.page(answered[0], before=key).rows) == 4


def test_corrections_are_folded_into_the_entry(
    answered: tuple[Incident, Run], operator: User, verifier: User, at: datetime
) -> None:
    incident, _ = answered
    entry = _add(incident, operator, at, "first")
    for number, text in enumerate(("second", "third")):
        entry = entries.correct(
            entry,
            text=text,
            happened_at=at,
            certainty=Certainty.EXACT,
            reason=f"reason {number}",
            by=verifier,
            at=at,
        )
    (row,) = [row for row in timeline.page(incident).rows if row.kind == "entry"]
    assert (row.html, row.entry, row.who) == ("<p>third</p>", entry.pk, "Verifier")
    assert [(old.html, old.reason) for old in row.former] == [
        ("<p>second</p>", "reason 1"),
        ("<p>first</p>", "reason 0"),
    ]


def test_a_tick_that_is_too_early_is_told_and_is_no_near_miss(
    answered: tuple[Incident, Run], operator: User, at: datetime
) -> None:
    incident, run = answered
    with pytest.raises(Refused):
        moves.make_move(run.pk, Tick(step=1), by=operator, at=at)
    rows = timeline.page(incident).rows
    assert rows[0].text.startswith("was refused")
    assert not any(row.near_miss for row in rows)
    refused(run, "identify", by=operator, at=at)
    assert timeline.page(incident).rows[0].near_miss


def test_the_history_is_in_it_with_its_reason(
    answered: tuple[Incident, Run], operator: User, at: datetime
) -> None:
    incident, _ = answered
    later = at + timedelta(minutes=1)
    records.judge(
        incident, severity=Severity.SEV2, reason="one system", seen=None, by=operator, at=later
    )
    records.set_time(
        incident,
        moment=Moment.BEGAN,
        time=at - timedelta(hours=1),
        certainty=Certainty.GUESSED,
        seen=None,
        by=operator,
        at=later,
    )
    clock, judged = timeline.page(incident).rows[:2]
    assert clock.text == "set the clock (began “guessed: 2026-03-04 02:12 UTC”)"
    assert (judged.kind, judged.reason) == ("change", "one system")


def test_queries_do_not_grow_with_the_rows(
    answered: tuple[Incident, Run], operator: User, at: datetime
) -> None:
    incident, run = answered
    _add(incident, operator, at, "an entry")
    with CaptureQueriesContext(connection) as few:
        timeline.page(incident)
    world.notes(run, operator, at, 200)
    for number in range(20):
        _add(incident, operator, at, f"entry {number}")
    with CaptureQueriesContext(connection) as many:
        assert len(timeline.page(incident).rows) == timeline.PAGE
    assert len(few) == len(many) == 5


def test_near_misses_alone(answered: tuple[Incident, Run], operator: User, at: datetime) -> None:
    incident, run = answered
    _add(incident, operator, at, "an entry")
    missed(run, operator, at)
    marked = [row for row in timeline.page(incident).rows if row.near_miss]
    alone = timeline.page(incident, near_misses=True)
    assert list(alone.rows) == marked
    assert len(marked) == 4
    first = timeline.page(incident, near_misses=True, size=3)
    assert first.older is not None
    rest = timeline.page(incident, near_misses=True, before=first.older)
    assert (*first.rows, *rest.rows) == alone.rows
    assert rest.older is None


def test_the_page_and_the_api_show_them_alone(
    answered: tuple[Incident, Run], operator: User, at: datetime, signed_in: Any
) -> None:
    incident, run = answered
    address = f"/incidents/{incident.pk}/?only=near-misses"
    assert "No run of this incident had a near miss." in _text(signed_in(operator).get(address))
    missed(run, operator, at)
    shown = _text(signed_in(operator).get(address))
    assert shown.count('<span class="tag">NEAR MISS</span>') == 4
    assert "linked a run" not in shown
    lines = program(operator).get(f"/api/v1/incidents/{incident.pk}/timeline/?near_misses=true")
    assert [line["near_miss"] for line in lines.json()["results"]] == [True] * 4


def _text(answer: Any) -> str:
    return str(answer.content.decode())
