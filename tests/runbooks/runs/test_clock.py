"""One clock judges a run, whichever server its moves arrive at; and a clock that is set back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from runpy import run_path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from jobs.models import Job
from lib import clock, times
from notices.models import Notice
from runbooks import tasks
from runbooks.audit.nightly import check
from runbooks.enums import RunStatus
from runbooks.log import chain
from runbooks.log.export import export
from runbooks.machine.events.notes import NoteAdded
from runbooks.machine.freshness import WENT_BACK
from runbooks.machine.move import Move
from runbooks.machine.moves.hold import Resume
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.run import Abort
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.models import Run
from runbooks.models.sql import carry_out, update
from runbooks.runs import persistence, replay
from tests.factories.clock import set_clocks
from tests.factories.runs import Play, play
from tests.factories.tokens import program
from tests.runbooks import texts
from tests.runbooks.log.test_verify_export import SCRIPT

pytestmark = pytest.mark.django_db
STEPS = texts.text("Rename it\ncountersign: before", "Tell")
HOUR = timedelta(hours=1)
PATCH = pytest.MonkeyPatch


def by_page(run: Play, who: str, move: type[Move], **sent: Any) -> str:
    """Send a move as a page does: '' when it was accepted, else the code."""
    client = Client()
    client.force_login(run.people[who])
    data = {"key": uuid4().hex, "seen": run.run.sequence, **sent}
    answer = client.post(
        f"/runs/{run.run.pk}/{move.kind}/", data, headers={"Accept": "application/json"}
    )
    run.run.refresh_from_db()
    return "" if answer.status_code == 200 else str(answer.json()["code"])


def by_program(run: Play, who: str, move: type[Move], **sent: Any) -> str:
    """The same by API."""
    answer = program(run.people[who]).post(
        f"/api/v1/runs/{run.run.pk}/moves/{move.kind}/",
        {"seen": run.run.sequence, **sent},
        content_type="application/json",
        headers={"Idempotency-Key": uuid4().hex},
    )
    run.run.refresh_from_db()
    return "" if answer.status_code == 200 else str(answer.json()["code"])


DOORS = pytest.mark.parametrize("send", [by_page, by_program])
Send = Callable[..., str]


@pytest.fixture
def run() -> Play:
    """A run that is under way now, by the right clock; its first step is countersigned before."""
    return play(STEPS, timezone.now() - timedelta(minutes=1))


@DOORS
def test_a_server_whose_clock_is_behind_judges_like_any_other(
    run: Play, send: Send, monkeypatch: PATCH
) -> None:
    """The finding: a countersign that was stale counted on a second server, an hour behind."""
    assert send(run, "operator", BeginStep, step=0) == ""
    assert send(run, "verifier", Countersign, step=0) == ""
    set_clocks(monkeypatch, database=timedelta(seconds=126), server=-HOUR)
    assert send(run, "operator", Tick, step=0) == "gate_countersigned"
    assert replay.verify(run.run).ok


@DOORS
def test_the_time_of_an_event_is_the_databases(run: Play, send: Send, monkeypatch: PATCH) -> None:
    before = clock.now()
    set_clocks(monkeypatch, server=-HOUR)
    assert send(run, "operator", BeginStep, step=0) == ""
    assert run.run.events.latest("sequence").at >= times.microseconds(before)


@DOORS
def test_a_clock_that_is_set_back_holds_the_run(run: Play, send: Send, monkeypatch: PATCH) -> None:
    assert send(run, "operator", BeginStep, step=0) == ""
    assert send(run, "verifier", Countersign, step=0) == ""
    set_clocks(monkeypatch, database=-HOUR)
    assert send(run, "operator", Tick, step=0) == WENT_BACK
    assert run.run.status == RunStatus.ON_HOLD
    assert send(run, "operator", Resume, read_back="none", comment="") == WENT_BACK
    assert send(run, "operator", Note, text="The clock is wrong.") == ""
    assert send(run, "decider", Abort, reason="It cannot wait.", deviation="other") == ""
    assert replay.verify(run.run).ok
    times = list(run.run.events.order_by("sequence").values_list("at", flat=True))
    assert times == sorted(times)


def test_people_and_programs_are_told(run: Play, monkeypatch: PATCH) -> None:
    assert by_page(run, "operator", BeginStep, step=0) == ""
    set_clocks(monkeypatch, database=-HOUR)
    client = Client()
    client.force_login(run.people["operator"])
    assert "The clock went back." in client.get(f"/runs/{run.run.pk}/").content.decode()
    assert by_page(run, "verifier", Countersign, step=0) == WENT_BACK
    html = client.get(f"/runs/{run.run.pk}/").content.decode()
    assert "cannot be resumed, until the clock has passed" in html
    assert 'data-move="resume"' not in html
    assert 'data-move="abort"' in html
    lines = client.get(f"/runs/{run.run.pk}/log/").content.decode()
    assert "(clock went back: it showed" in lines
    api = program(run.people["operator"])
    assert api.get(f"/api/v1/runs/{run.run.pk}/").json()["on_hold"]["for_clock"] is True
    events = api.get(f"/api/v1/runs/{run.run.pk}/events/").json()["results"]
    marked = [event["kind"] for event in events if event["clock_went_back"]]
    assert marked == ["move.refused", "run.held"]
    notice = run.people["decider"].notices.latest("pk")
    assert "The clock went back, and the run is on hold." in notice.text


def backwards(run: Play) -> str:
    """Append an event that is dated an hour before the last; what is to be said of it."""
    last, person = persistence.load(run.run.pk)[1].last_at, run.people["operator"]
    event = NoteAdded(text="x", late=False)
    lines, written = chain.append(
        run.run, [event], by=person, role="operator", at=last - HOUR, key=None
    )
    head = {"sequence": run.run.sequence, "digest": run.run.digest}
    carry_out([*written, update(Run, run.run.pk, head)])
    number = lines[0].sequence
    return f"Event {number} is dated before event {number - 1}: the clock went back."


def test_the_night_tells_of_a_log_that_goes_backwards(run: Play, admin: User) -> None:
    """With its head anchored as it is: the anchor is no proof that the times are right."""
    sentence, at = backwards(run), timezone.now()
    assert "anchored" in tasks.anchor(Job(), at)
    assert tasks.verify_logs(Job(), at).endswith("; 1 fault.")
    assert sentence in Notice.objects.get(person=admin, key__startswith="log-check:").text
    client = Client()
    client.force_login(admin)
    assert sentence in client.get(reverse("runbooks:log_check_list")).content.decode()


def test_a_log_that_goes_backwards_does_not_hold(run: Play, monkeypatch: PATCH) -> None:
    """As one that was written before, or by another program, may."""
    sentence, person = backwards(run), run.people["operator"]
    assert replay.verify(run.run).faults == (sentence,)
    assert check(at=timezone.now()).faults == [{"run": run.run.pk, "sentence": sentence}]
    for option in ((), (str(run.run.pk),), ("--chains",)):
        output = StringIO()
        with pytest.raises(SystemExit):
            call_command("verify_log", *option, stdout=output)
        assert sentence in output.getvalue()
    assert replay.faults_of_all() == [f"Run {run.run.pk}: {sentence}"]
    viewer = Client()
    viewer.force_login(person)
    assert sentence in viewer.get(f"/runs/{run.run.pk}/log/?verify=1").content.decode()
    api = program(person).get(f"/api/v1/runs/{run.run.pk}/verification/").json()
    assert (api["ok"], api["faults"]) == (False, [sentence])
    assert sentence in run_path(str(SCRIPT))["faults"](export(run.run))
