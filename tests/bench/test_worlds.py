"""What the harness fills its databases with is what the product would have kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections

from bench import chains, history, sample_runs
from bench.calls import Call, Caller, WrongAnswer
from bench.people import Cast, cast
from bench.processes import ViewerLog
from bench.worlds import BenchWorld
from incidents import listing
from runbooks.models import Event, Run
from runbooks.runs import replay


@pytest.fixture
def people(db: None) -> Cast:
    return cast()


@pytest.fixture
def world() -> Iterator[BenchWorld]:
    """The database of the test, whose connection outlives the requests, as in Django's client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield BenchWorld("test", connection=connections["default"])
    for signal in signals:
        signal.connect(close_old_connections)


def test_copied_logs_are_chains_that_hold(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "EVENTS", 130)
    chains.fill(people, 3)
    runs = list(Run.objects.all())
    assert [replay.verify(run).faults for run in runs] == [(), (), ()]
    assert Event.objects.count() == 3 * 130
    assert len(set(Event.objects.values_list("digest", flat=True))) == 3 * 130


def test_incidents_are_spread_over_the_years_and_listed(people: Cast) -> None:
    history.fill(people, 120)
    first = listing.page(listing.Filters())
    assert len(first.rows) == listing.PAGE
    assert first.older is not None
    assert len(listing.page(listing.Filters(status="closed")).rows) == listing.PAGE
    assert {row.status for row in listing.page(listing.Filters(status="open")).rows} <= {"open"}


def test_open_steps_are_given_once_each(people: Cast, world: BenchWorld) -> None:
    ready = sample_runs.OpenSteps(world, people, sample_runs.revision(people, 3))
    ready.prepare(3)
    given = [ready.next() for _ in range(3)]
    assert [step.step for step in given] == [0, 1, 0]
    assert len({(step.run, step.step) for step in given}) == 3


def test_a_call_asks_the_product_and_counts_its_statements(people: Cast, world: BenchWorld) -> None:
    caller, call = Caller(), Call(world, people.viewer, "/incidents/")
    assert b"Incidents" in caller.call(call).body
    assert [sql for sql in caller.statements(call) if "incidents_incident" in sql]


def test_an_answer_that_is_not_the_expected_one_stops_the_measurement(
    people: Cast, world: BenchWorld
) -> None:
    with pytest.raises(WrongAnswer, match="404 instead of 200"):
        Caller().call(Call(world, people.viewer, "/incidents/99/"))


def test_a_message_that_covers_several_ticks_delivers_each_of_them() -> None:
    seen = ViewerLog([[(3, 5_000_000), (9, 20_000_000)], [(9, 30_000_000)], [(3, 4_000_000)]])
    sent = [(3, 1_000_000), (6, 10_000_000), (9, 11_000_000)]
    assert seen.latencies(sent) == [4.0, 10.0, 9.0, 29.0, 20.0, 19.0, 3.0]
    assert seen.deliveries == 4
    assert seen.in_order()
    assert not ViewerLog([[(3, 1), (3, 2)]]).in_order()
