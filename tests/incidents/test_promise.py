"""What was promised is kept as it was when the incident was declared; what is unknown says why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from accounts.models import User
from incidents import records, summary, unknowns
from incidents.enums import Kind, Moment
from incidents.models import Incident, IncidentTime
from inventory import systems
from lib.refusals import Invalid, Refused
from tests.factories import inventory
from tests.factories.tokens import program
from tests.incidents import world

SignIn = Callable[[User], Client]
HOUR = timedelta(hours=1)


@pytest.fixture
def incident(operator: User, at: datetime) -> Incident:
    return world.incident(operator, at)


def _promise(incident: Incident) -> tuple[timedelta | None, ...]:
    incident.refresh_from_db()
    return incident.rpo, incident.rto, incident.mtd


def _moved(incident: Incident, **changed: Any) -> dict[str, Any]:
    facts = {name: getattr(incident, name) for name in records.FACTS} | changed
    return {**facts, "kind": Kind(facts["kind"]), "seen": None}


def test_the_promise_is_that_of_the_day(incident: Incident, operator: User, at: datetime) -> None:
    assert _promise(incident) == (HOUR, 2 * HOUR, 48 * HOUR)
    fields = incident.changes.get().fields
    assert (fields["RPO"], fields["MTD"]) == (["", "1 h"], ["", "2 d"])
    systems.edit(incident.system, changes={"rpo": 24 * HOUR, "rto": 9 * HOUR}, by=operator, at=at)
    assert _promise(incident) == (HOUR, 2 * HOUR, 48 * HOUR)
    records.edit(incident, **_moved(incident, title="Another title"), by=operator, at=at)
    assert _promise(incident) == (HOUR, 2 * HOUR, 48 * HOUR)
    world.moment(incident, Moment.RECOVERY_POINT, at - 3 * HOUR, operator)
    rpo, _, _ = summary.figures(incident, summary.clock(incident.times.all()), at)
    assert (rpo.target, rpo.verdict) == (HOUR, "not met")


def test_with_another_system_comes_its_promise(
    incident: Incident, operator: User, at: datetime
) -> None:
    books = inventory.system(operator, at, name="Books", rpo=4 * HOUR, rto=None, mtd=None)
    records.edit(incident, **_moved(incident, system=books), by=operator, at=at)
    assert _promise(incident) == (4 * HOUR, None, None)
    line = incident.changes.latest("version")
    assert line.fields == {
        "system": ["ledger", "Books"],
        "RPO": ["1 h", "4 h"], "RTO": ["2 h", ""], "MTD": ["2 d", ""],
    }  # fmt: skip


def test_a_detour_over_another_system_changes_no_promise(
    incident: Incident, operator: User, at: datetime
) -> None:
    ledger, day = incident.system, timedelta(days=1)
    books = inventory.system(operator, at, name="Books", rpo=4 * HOUR, rto=None, mtd=None)
    promised: list[dict[str, Any]] = [
        {"rpo": 9 * day, "mtd": None}, {"rpo": None}, {"rpo": 90 * HOUR, "mtd": 9 * day},
    ]  # fmt: skip
    for hours, changes in enumerate(promised, start=1):
        for system in (ledger, books):
            systems.edit(system, changes=changes, by=operator, at=at + hours * HOUR)
    later = at + 9 * HOUR
    records.edit(incident, **_moved(incident, system=books), by=operator, at=later)
    assert _promise(incident) == (4 * HOUR, None, None)
    back = {**_moved(incident), "system": type(ledger).objects.get(pk=ledger.pk)}
    records.edit(incident, **back, by=operator, at=later)
    assert _promise(incident) == (HOUR, 2 * HOUR, 48 * HOUR)


def test_a_system_that_was_registered_later_had_promised_nothing(
    incident: Incident, operator: User, at: datetime
) -> None:
    books = inventory.system(operator, at + HOUR, name="Books", rpo=9 * HOUR)
    records.edit(incident, **_moved(incident, system=books), by=operator, at=at + 2 * HOUR)
    assert _promise(incident) == (None, None, None)


def test_nothing_changes_a_promise_by_itself(
    incident: Incident, operator: User, at: datetime
) -> None:
    writes: list[dict[str, Any]] = [
        {"rpo": 9 * HOUR}, {"rto": None}, {"mtd": 9 * HOUR, "title": "So"},
    ]  # fmt: skip
    for write in writes:
        with pytest.raises(DatabaseError, match="never change by themselves"), transaction.atomic():
            Incident.objects.filter(pk=incident.pk).update(**write)
    Incident.objects.update(title="So")
    assert _promise(incident) == (HOUR, 2 * HOUR, 48 * HOUR)


def test_a_moment_is_known_or_says_why_not(
    incident: Incident, operator: User, at: datetime
) -> None:
    for write in ({"at": None}, {"unknown": "so"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            IncidentTime.objects.filter(moment="noticed").update(**write)


def test_unknown_because(incident: Incident, operator: User, at: datetime) -> None:
    who: dict[str, Any] = {"by": operator, "at": at}
    given: dict[str, Any] = {"moment": Moment.RESTORED, "reason": "the log was rotated"}
    unknowns.state(incident, **given, seen=None, **who)
    version = unknowns.state(incident, **given, seen=2, **who).version
    assert version == 2  # the same again is no change
    line = incident.changes.get(version=2)
    sentence = "unknown because the log was rotated"
    assert (line.verb, line.fields) == ("set the clock", {"restored": ["", sentence]})
    tick = next(t for t in summary.clock(incident.times.all()) if t.moment is Moment.RESTORED)
    assert (tick.at, tick.text, tick.unknown) == (None, "", "the log was rotated")
    world.moment(incident, Moment.RESTORED, at, operator)
    assert incident.changes.get(version=3).fields["restored"] == [sentence, "2026-03-04 03:12 UTC"]
    assert incident.times.get(moment="restored").unknown == ""
    with pytest.raises(Refused) as refused:
        unknowns.state(incident, **given, seen=2, **who)
    assert refused.value.code == "changed_meanwhile"
    with pytest.raises(Invalid) as invalid:
        unknowns.state(incident, moment=Moment.RESTORED, reason=" ", seen=None, **who)
    assert list(invalid.value.errors) == ["reason"]
    unknowns.state(incident, **given, seen=None, **who)
    records.clear_time(incident, moment=Moment.RESTORED, seen=None, **who)
    assert incident.changes.latest("version").fields["restored"] == [sentence, ""]
    for moment in (Moment.NOTICED, Moment.DECLARED):
        with pytest.raises(Refused) as refused:
            unknowns.state(incident, moment=moment, reason="so", seen=None, **who)
        assert refused.value.code == "needed"


def test_closing_takes_a_reason_for_a_time(
    incident: Incident, operator: User, at: datetime
) -> None:
    world.finished(incident, operator, at)
    who: dict[str, Any] = {"seen": None, "by": operator, "at": at}
    records.clear_time(incident, moment=Moment.RECOVERY_POINT, **who)
    with pytest.raises(Refused, match="“recovery point” is not set"):
        world.close(incident, operator, at)
    why = "the dump has no time in it"
    unknowns.state(incident, moment=Moment.RECOVERY_POINT, reason=why, **who)
    assert world.close(incident, operator, at).status == "closed"
    rpo, _, _ = summary.figures(incident, summary.clock(incident.times.all()), at)
    assert (rpo.state.value, rpo.why) == ("unknown", f"Unknown because {why}")


def test_by_page_and_by_api(
    incident: Incident, operator: User, at: datetime, signed_in: SignIn
) -> None:
    client, home = signed_in(operator), f"/incidents/{incident.pk}/"
    assert "Before it can be closed" in client.get(f"{home}status/").content.decode()
    assert f"{home}clock/recovery-point/" in client.get(f"{home}status/").content.decode()
    assert "write why" in client.get(f"{home}clock/recovery-point/").content.decode()
    unknown = f"{home}clock/recovery-point/unknown/"
    assert client.post(unknown, {"seen": 1, "reason": ""}).status_code == 422
    typed = {"seen": 1, "reason": "the dump has no time in it"}
    assert client.post(unknown, typed).status_code == 303
    page = client.get(home).content.decode()
    assert "unknown because the dump has no time in it" in page
    body = program(operator).get(f"/api/v1{home}").json()
    rpo = body["outcome"][0]
    assert (rpo["name"], rpo["target"], rpo["actual"], rpo["state"]) == (
        "RPO", 3600, None, "unknown",
    )  # fmt: skip
    world.moment(incident, Moment.RECOVERY_POINT, at, operator)
    world.moment(incident, Moment.WRITES_STOPPED, at - 2 * HOUR, operator)
    page = client.get(home).content.decode()
    assert "invalid" in page
    assert "0 s" not in page
    assert program(operator).get(f"/api/v1{home}").json()["outcome"][0]["state"] == "invalid"
