"""The clock of contaminated writes: when it runs, what it says, how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from incidents import links, reading, records
from incidents.contamination import Contamination, contamination
from incidents.enums import Certainty, Kind, Moment, Status
from incidents.models import Incident
from inventory.models import Instance, System
from runbooks.models import RunParameter
from tests.factories import inventory
from tests.factories.missed import logged
from tests.factories.tokens import program
from tests.incidents import world

SignIn = Callable[[User], Client]
EXACT, ABOUT = Certainty.EXACT, Certainty.ABOUT


@pytest.fixture
def incident(operator: User, at: datetime) -> Incident:
    """Noticed about ten minutes ago."""
    return world.incident(operator, at)


def told(incident: Incident, at: datetime) -> Contamination | None:
    return contamination(incident, reading.clock(incident.times.all()), at)


def sure(incident: Incident, at: datetime) -> Contamination:
    found = told(incident, at)
    assert found is not None
    return found


def put(
    incident: Incident, moment: Moment, time: datetime, by: User, *, certainty: Certainty = EXACT
) -> None:
    at = max(time, incident.opened_at)
    records.set_time(
        incident, moment=moment, time=time, certainty=certainty, seen=None, by=by, at=at
    )


def frozen(incident: Incident, of: Instance, by: User, at: datetime, run: Any = None) -> Any:
    """A linked run that says that the writers of `of` were stopped."""
    if run is None:
        run = world.run(world.revision(at), by, at)
        links.link_run(incident, run=run, by=by, at=at)
    name = f"place-{of.pk}"
    RunParameter.objects.get_or_create(run=run, name=name, instance=of, value=str(of))
    logged(run, "instance.frozen", by=by, at=at, step=0, parameter=name, name=str(of))
    return run


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
        assert told(good, at) is None


def test_when_nobody_knows_when_they_stopped(
    incident: Incident, operator: User, at: datetime
) -> None:
    put(incident, Moment.RESTORED, at, operator)
    assert told(incident, at) is None
    other = world.incident(operator, at, title="Another", system=incident.system)
    records.change_status(other, status=Status.RESTORED, seen=None, by=operator, at=at)
    other.refresh_from_db()
    assert told(other, at) is None


def test_a_stop_before_the_discovery_says_nothing_yet(
    incident: Incident, operator: User, at: datetime
) -> None:
    put(incident, Moment.WRITES_STOPPED, at - timedelta(hours=1), operator)
    assert told(incident, at) is None
    put(incident, Moment.BEGAN, at - timedelta(hours=2), operator)
    assert sure(incident, at).length == "1 h"


def test_what_runs_say_is_offered(incident: Incident, operator: User, at: datetime) -> None:
    place = inventory.instance(incident.system, operator, at)
    before = at - timedelta(hours=1)
    run = frozen(incident, place, operator, before)
    assert sure(incident, at).stops == ()  # that was before the incident
    frozen(incident, place, operator, at, run)
    frozen(incident, place, operator, at + timedelta(minutes=5), run)
    elsewhere = inventory.instance(
        inventory.system(operator, at, name="Books"), operator, at, name="books-1"
    )
    frozen(incident, elsewhere, operator, at, run)
    (stop,) = sure(incident, at).stops
    assert (stop.at, stop.run, stop.name) == (at, run.pk, str(place))
    assert stop.time == "2026-03-04 03:12 UTC"


def test_one_press_takes_it_over(
    incident: Incident, operator: User, viewer: User, at: datetime, signed_in: SignIn
) -> None:
    place = inventory.instance(incident.system, operator, at)
    frozen(incident, place, operator, at)
    page = signed_in(viewer).get(f"/incidents/{incident.pk}/").content.decode()
    assert "stopped the writers of" in page
    assert "Take this time" not in page
    client = signed_in(operator)
    page = client.get(f"/incidents/{incident.pk}/").content.decode()
    assert '<h2 id="contaminated-title">Contaminated writes</h2>' in page
    assert "data-age-since" in page
    form = page.split('class="caution contaminated"')[1].split("<form")[1].split("</form>")[0]
    address = form.split('action="')[1].split('"')[0]
    sent = {
        name: form.split(f'name="{name}" value="')[1].split('"')[0]
        for name in ("seen", "time", "certainty")
    }
    assert client.post(address, sent).status_code == 303
    kept = incident.times.get(moment=Moment.WRITES_STOPPED.value)
    assert (kept.at, kept.certainty) == (at, EXACT.value)
    page = client.get(f"/incidents/{incident.pk}/").content.decode()
    assert "contaminated-title" not in page
    assert "until the writes were stopped" in page


def test_by_api(incident: Incident, operator: User, at: datetime) -> None:
    frozen(incident, inventory.instance(incident.system, operator, at), operator, at)
    door, address = program(operator), f"/api/v1/incidents/{incident.pk}/"
    clock = door.get(address).json()["contamination"]
    assert (clock["until"], clock["stops"][0]["at"]) == (None, "2026-03-04T03:12:45Z")
    put(incident, Moment.RESTORED, timezone.now(), operator)
    assert door.get(address).json()["contamination"] is None
