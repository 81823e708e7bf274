"""What an incident tells the runs that answer it, and what those count a loss by."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from incidents import links, records, run_updates
from incidents.enums import Certainty, Moment
from incidents.models import Incident
from runbooks.machine.interlocks.loss import Basis, last_write_in
from runbooks.models import Event, Run
from runbooks.runs import persistence, replay
from tests.incidents import world


@pytest.fixture
def answered(operator: User, at: datetime) -> tuple[Incident, Run]:
    incident = world.incident(operator, at)
    run = world.run(world.revision(at), operator, at)
    links.link_run(incident, run=run, by=operator, at=at)
    return incident, run


def basis(run: Run, at: datetime) -> Basis:
    return last_write_in(persistence.load(run.pk)[1], at).basis


def updates(run: Run) -> int:
    return Event.objects.filter(run=run, kind="incident.updated").count()


def test_a_linked_run_knows_when_it_was_noticed_and_when_the_writes_stopped(
    answered: tuple[Incident, Run], operator: User, at: datetime
) -> None:
    incident, run = answered
    assert (basis(run, at), updates(run)) == (Basis.NOTICED, 1)
    links.link_run(incident, run=run, by=operator, at=at)
    assert updates(run) == 1
    later = at + timedelta(minutes=1)
    records.set_time(
        incident,
        moment=Moment.WRITES_STOPPED,
        time=at,
        certainty=Certainty.EXACT,
        seen=None,
        by=operator,
        at=later,
    )
    known = last_write_in(persistence.load(run.pk)[1], later)
    assert (known.at, known.basis) == (at, Basis.STOPPED)
    assert run_updates.until(incident, later) == known
    records.clear_time(incident, moment=Moment.WRITES_STOPPED, seen=None, by=operator, at=later)
    assert basis(run, later) is Basis.NOTICED
    run.refresh_from_db()
    assert replay.verify(run).ok


def test_what_does_not_bear_on_the_loss_is_not_told(
    answered: tuple[Incident, Run], operator: User, at: datetime
) -> None:
    incident, run = answered
    records.set_time(
        incident,
        moment=Moment.BEGAN,
        time=at - timedelta(hours=2),
        certainty=Certainty.ABOUT,
        seen=None,
        by=operator,
        at=at,
    )
    assert updates(run) == 1
