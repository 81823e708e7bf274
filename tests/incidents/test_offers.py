"""What a run knows and its incident does not: offered when the run ends, used by one press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from demo.attempts.attempt import World
from demo.day.crew import Crew
from demo.load import load
from incidents import contamination, links, losses, offers, records, summary
from incidents.enums import Certainty, Moment, Status
from incidents.models import Incident
from incidents.offers import Offer
from incidents.run_facts import facts
from lib.refusals import Invalid, Refused
from runbooks.enums import RunStatus, StepStatus
from runbooks.machine.moves.run import Complete
from runbooks.machine.state import RunState
from runbooks.models import Run
from runbooks.procedure.guards import DEMANDS
from tests.factories.tokens import program

SignIn = Callable[[User], Client]
LABELS = ["writes stopped", "recovery point", "restored", "reopened", "lost", "notified"]


class Night:
    """The night of the demonstration, up to the end of the restore that answers its incident."""

    def __init__(self, at: datetime) -> None:
        load(at=at)
        self.world = World(at)
        self.incident = Incident.objects.latest("pk")
        self.crew = self.restore()

    def restore(self) -> Crew:
        crew = self.world.restore(reads={"people_told": "All customers, by mail"})
        run, by = Run.objects.get(pk=crew.run), self.person("operator")
        links.link_run(self.incident, run=run, by=by, at=self.at)
        return crew

    @property
    def at(self) -> datetime:
        return self.world.verbs.at

    def person(self, who: str) -> User:
        return self.world.person(who)

    def finish(self) -> None:
        self.crew.go_on()
        self.crew.press("operator", Complete)

    def offered(self) -> dict[str, Offer]:
        self.incident.refresh_from_db()
        return {offer.label: offer for offer in self.all()}

    def all(self) -> tuple[Offer, ...]:
        ticks = summary.clock(self.incident.times.all())
        return offers.read(self.incident, ticks, self.incident.runs.with_runbook())

    def use(self, *keys: str, seen: int | None = None) -> Incident:
        by = self.person("manager")
        return offers.use(self.incident, offers=keys, seen=seen, by=by, at=self.at)

    def set(self, moment: Moment, time: datetime) -> None:
        given: dict[str, Any] = {"moment": moment, "time": time, "certainty": Certainty.ABOUT}
        by = self.person("operator")
        records.set_time(self.incident, **given, seen=None, by=by, at=self.at)


@pytest.fixture
def night(at: datetime, db: None) -> Night:
    return Night(at)


def _labels(state: RunState, own: tuple[str, ...] = ("target",)) -> list[str]:
    return [fact.moment.value if fact.moment else fact.name for fact in facts(state, own)]


def _without(state: RunState, key: str) -> RunState:
    """The same run, in which the step with the guard `key` was taken back."""
    index = next(s.index for s in state.procedure.steps if DEMANDS[key] in s.guard)
    steps = list(state.steps)
    steps[index] = replace(steps[index], status=StepStatus.LOCKED, done_at=None)
    return replace(state, steps=tuple(steps))


def _in(state: RunState, environment: str) -> RunState:
    """The same run, whose target was of `environment` when it was prepared."""
    target = state.facts["target"]
    fields = {**target.fields, "environment": environment}
    return replace(state, facts={**state.facts, "target": replace(target, fields=fields)})


def test_what_the_run_knows_is_offered_and_used(night: Night) -> None:
    crew, incident = night.crew, night.incident
    crew.go_on(until=crew.step("Start the scheduled jobs"))
    assert list(night.offered()) == ["writes stopped"]  # all else may still be taken back
    night.finish()
    offered = night.offered()
    assert list(offered) == LABELS
    assert all(offer.alone for offer in offered.values())
    assert (offered["lost"].text, offered["lost"].fact.amount) == ("12 writes", 12)
    ticks = summary.clock(incident.times.all())
    claimed = offers.claimed(list(offered.values()))
    rto = summary.figures(incident, ticks, night.at, claimed)[1]
    assert (rto.running, rto.verdict) == (False, "unknown")
    clock = contamination.contamination(incident, ticks, list(offered.values()), night.at)
    assert clock is not None
    assert (clock.running, clock.claim, clock.until) == (False, offered["writes stopped"], None)

    night.use(*(offer.key for offer in offered.values()), seen=incident.version)
    assert night.offered() == {}
    kept = {time.moment: time for time in incident.times.all()}
    step = crew.state.steps[crew.step("Put the restored database")]
    assert (kept["restored"].at, kept["restored"].certainty) == (step.done_at, "exact")
    number = crew.state.step(step.index).number
    line = next(line for line in incident.changes.all() if "restored" in line.fields)
    assert (line.verb, line.reason) == ("set the clock", f"from run {crew.run}, step {number}")
    loss, notification = incident.losses.get(), incident.notified.get()
    assert (loss.amount, loss.unit, loss.state, loss.counted) == (
        12, "writes", "lost at first", "claimed",
    )  # fmt: skip
    assert loss.reason.startswith(f"from run {crew.run}, step ")
    assert notification.whom == "All customers, by mail"
    ticks = summary.clock(incident.times.all())
    figures = summary.figures(incident, ticks, night.at)
    assert [figure.verdict for figure in figures] == ["not met", "met", "met"]
    clock = contamination.contamination(incident, ticks, (), night.at + timedelta(days=9))
    assert clock is not None
    assert clock.ended_by is Moment.WRITES_STOPPED
    _only_what_stands(crew.state)


def _only_what_stands(whole: RunState) -> None:
    """Nothing is offered that the run took back, or that is of another system."""
    stated = ["writes_lost", "people_told"]
    everything = ["writes stopped", *stated, "recovery point", "restored", "reopened"]
    assert _labels(whole) == everything
    assert _labels(whole, own=()) == []
    assert _labels(replace(whole, status=RunStatus.ON_HOLD)) == ["writes stopped"]
    assert _labels(replace(whole, turned_back=True)) == ["writes stopped", *stated]
    unfrozen = [label for label in everything if label != "writes stopped"]
    assert _labels(_without(whole, "freeze")) == unfrozen
    assert "recovery point" not in _labels(_without(whole, "verify"))
    aborted = replace(whole, status=RunStatus.ABORTED)
    assert _labels(aborted) == everything
    assert _labels(_without(aborted, "overwrite")) == ["writes stopped", *stated]
    back = replace(aborted, entered=("rename-back",))
    assert _labels(back) == ["writes stopped", *stated]
    assert _labels(_in(whole, "staging")) == []
    assert _labels(_without(whole, "overwrite")) == ["writes stopped", *stated]  # opened as found


def test_what_was_set_meanwhile_is_never_overwritten(night: Night) -> None:
    night.finish()
    offered, seen = night.offered(), night.incident.version
    typed = night.at - timedelta(minutes=5)
    night.set(Moment.RESTORED, typed)
    keys = [offer.key for offer in offered.values()]
    with pytest.raises(Refused) as refused:
        night.use(*keys, seen=seen)
    assert refused.value.code == "changed_meanwhile"
    assert "Operator" in refused.value.sentence
    with pytest.raises(Refused) as refused:
        night.use(*keys)
    assert (refused.value.code, "“restored”" in refused.value.sentence) == ("not_offered", True)
    with pytest.raises(Refused):
        night.use("no key at all")
    with pytest.raises(Invalid):
        night.use()
    assert night.incident.times.get(moment="restored").at == typed
    assert not night.incident.losses.exists()
    assert list(night.offered()) == [label for label in LABELS if label != "restored"]


def test_two_runs_that_say_different_things(night: Night) -> None:
    night.finish()
    first = night.offered()
    night.crew = night.restore()
    night.finish()
    both = [offer for offer in night.all() if offer.label == "restored"]
    assert [(offer.fact.run, offer.alone) for offer in both] == [
        (first["restored"].fact.run, False), (night.crew.run, False),
    ]  # fmt: skip
    assert [o.alone for o in night.all() if o.label == "lost"] == [True]  # 12 twice
    with pytest.raises(Invalid, match="choose one"):
        night.use(*(offer.key for offer in both))
    night.use(both[0].key)
    assert "restored" not in night.offered()


def test_a_statement_that_was_struck_out_is_not_offered_again(night: Night) -> None:
    night.finish()
    night.use(night.offered()["lost"].key)
    row, by = night.incident.losses.get(), night.person("manager")
    losses.strike_out(row, reason="counted twice", by=by, at=night.at)
    assert "lost" not in night.offered()


def test_by_page_and_by_api(night: Night, signed_in: SignIn) -> None:
    night.finish()
    home = f"/incidents/{night.incident.pk}/"
    client = signed_in(night.person("manager"))
    page = client.get(home).content.decode()
    assert f"Run {night.crew.run} knows more than this page" in page
    assert "Use all 6" in page
    assert f"Run {night.crew.run} says “writes stopped”" in page
    assert "data-age-since" not in page
    assert "Use all" not in signed_in(night.person("viewer")).get(home).content.decode()
    address = f"/api/v1{home}"
    shown = program(night.person("manager")).get(address).json()
    assert [offer["label"] for offer in shown["offers"]] == LABELS
    assert shown["contamination"]["running"] is False
    assert [figure["state"] for figure in shown["outcome"]] == ["unknown"] * 3
    keys = [offer["key"] for offer in shown["offers"]]
    sent = {"seen": shown["seen"], "offers": keys}
    body: dict[str, Any] = {"data": sent, "content_type": "application/json"}
    answer = program(night.person("manager")).post(f"{address}offers/", **body)
    assert answer.status_code == 200, answer.content
    assert answer.json()["offers"] == []
    stale = client.post(f"{home}offers/", sent)
    assert stale.status_code == 409
    assert "nothing of yours is saved" in stale.content.decode()


def test_a_closed_incident_is_offered_nothing(night: Night) -> None:
    night.finish()
    Incident.objects.update(status=Status.CLOSED.value, closed_at=night.at)
    assert night.offered() == {}
