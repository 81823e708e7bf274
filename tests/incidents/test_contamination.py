"""The clock of contaminated writes: when it runs, what it says, how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from incidents import records, summary, unknowns
from incidents.contamination import Contamination, contamination
from incidents.enums import Certainty, Kind, Moment, Status
from incidents.models import Incident
from inventory.models import System
from tests.factories import inventory
from tests.factories.tokens import program
from tests.incidents import world

SignIn = Callable[[User], Client]
EXACT, ABOUT = Certainty.EXACT, Certainty.ABOUT


@pytest.fixture
def incident(operator: User, at: datetime) -> Incident:
    """Noticed about ten minutes ago."""
    return world.incident(operator, at)


def spread(incident: Incident, at: datetime) -> Contamination | None:
    return contamination(incident, summary.clock(incident.times.all()), (), at)


def sure(incident: Incident, at: datetime) -> Contamination:
    contaminated = spread(incident, at)
    assert contaminated is not None
    return contaminated


def put(
    incident: Incident, moment: Moment, time: datetime, by: User, *, certainty: Certainty = EXACT
) -> None:
    at = max(time, incident.opened_at)
    records.set_time(
        incident, moment=moment, time=time, certainty=certainty, seen=None, by=by, at=at
    )


def test_it_runs_from_the_discovery_until_more_is_known(
    incident: Incident, operator: User, at: datetime
) -> None:
    clock = sure(incident, at + timedelta(hours=2, minutes=4, seconds=59))
    assert (clock.running, clock.length) == (True, "about 2 h 14 min")
    assert clock.since_text == "about 2026-03-04 03:02 UTC"
    put(incident, Moment.BEGAN, at - timedelta(minutes=40), operator)
    clock = sure(incident, at)
    assert (clock.length, clock.since) == ("40 min", at - timedelta(minutes=40))


def test_the_stop_ends_it(incident: Incident, operator: User, at: datetime) -> None:
    put(incident, Moment.BEGAN, at - timedelta(minutes=40), operator)
    put(incident, Moment.WRITES_STOPPED, at, operator)
    clock = sure(incident, at + timedelta(days=1))
    assert (clock.running, clock.length, clock.until) == (False, "40 min", at)
    put(incident, Moment.WRITES_STOPPED, at, operator, certainty=ABOUT)
    assert sure(incident, at).length == "about 40 min"


def test_a_clock_of_less_than_a_minute_or_of_another_clock(
    incident: Incident, operator: User, at: datetime
) -> None:
    put(incident, Moment.BEGAN, at - timedelta(minutes=10), operator)
    assert sure(incident, at - timedelta(minutes=10)).length == "less than 1 min"
    assert sure(incident, at - timedelta(hours=10)).length == "less than 1 min"


def test_where_nothing_was_written_on_wrong_data(operator: User, at: datetime) -> None:
    for kind in (Kind.NEAR_MISS, Kind.GOOD_CATCH):
        place = System.objects.first() or inventory.system(operator, at)
        good = world.incident(operator, at, kind=kind, title=kind.value, system=place)
        assert spread(good, at) is None


def test_the_restore_ends_it_at_the_latest(
    incident: Incident, operator: User, at: datetime
) -> None:
    put(incident, Moment.RESTORED, at, operator)
    clock = sure(incident, at + timedelta(days=1))
    assert (clock.running, clock.length, clock.until) == (False, "at most about 10 min", at)
    assert clock.ended_by is Moment.RESTORED


def test_when_nobody_knows_when_they_stopped(
    incident: Incident, operator: User, at: datetime
) -> None:
    who: dict[str, Any] = {"seen": None, "by": operator, "at": at}
    why = "the old server is gone"
    unknowns.state(incident, moment=Moment.WRITES_STOPPED, reason=why, **who)
    assert spread(incident, at) is None
    other = world.incident(operator, at, title="Another", system=incident.system)
    records.change_status(other, status=Status.RESTORED, **who)
    other.refresh_from_db()
    assert spread(other, at) is None


def test_a_stop_before_the_discovery_says_nothing_yet(
    incident: Incident, operator: User, at: datetime
) -> None:
    put(incident, Moment.WRITES_STOPPED, at - timedelta(hours=1), operator)
    assert spread(incident, at) is None
    put(incident, Moment.BEGAN, at - timedelta(hours=2), operator)
    assert sure(incident, at).length == "1 h"


def test_by_page_and_by_api(
    incident: Incident, operator: User, at: datetime, signed_in: SignIn
) -> None:
    client, home = signed_in(operator), f"/incidents/{incident.pk}/"
    page = client.get(home).content.decode()
    assert '<h2 id="contaminated-title">Contaminated writes</h2>' in page
    assert "data-age-since" in page
    clock = program(operator).get(f"/api/v1{home}").json()["contamination"]
    assert (clock["until"], clock["running"], clock["claim"]) == (None, True, None)
    put(incident, Moment.RESTORED, at, operator)
    clock = program(operator).get(f"/api/v1{home}").json()["contamination"]
    assert (clock["until"], clock["running"], clock["ended_by"]) == (
        "2026-03-04T03:12:45Z", False, "restored",
    )  # fmt: skip
    page = client.get(home).content.decode()
    assert "contaminated-title" not in page
    assert "when the writes stopped is unknown" in page
