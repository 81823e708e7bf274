"""A few seeds of the soak (`make soak` plays hundreds), and that its judge sees what it should."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime

import pytest

from runbooks.machine.moves.steps import Tick
from runbooks.models import Event
from tests.factories.runs import Play, play
from tests.flushing import forging
from tests.runbooks import texts
from tests.runbooks.live.live_world import ROOT
from tests.soak.person import Heard
from tests.soak.round import disagreements

SEEDS = 12


@pytest.mark.processes
@pytest.mark.django_db
def test_killed_and_hammered_runs_stay_whole() -> None:
    command = [sys.executable, "-m", "tests.soak", "--seeds", str(SEEDS)]
    finished = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110
    )
    rounds = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [(r["seed"], r["faults"]) for r in rounds if r["faults"]] == []
    assert (finished.returncode, len(rounds)) == (0, SEEDS), finished.stderr
    # Else it proves nothing: processes were killed, much was accepted, much was refused.
    assert sum(r["killed"] for r in rounds) >= SEEDS
    assert min(sum(r[kind] for r in rounds) for kind in ("accepted", "refused")) > 5 * SEEDS


@pytest.fixture
def ticked(db: None, at: datetime) -> Play:
    game = play(texts.PLAIN, at)
    game.move(Tick, step=0, key="first")
    return game


def test_the_judge_is_content_with_what_was_told(ticked: Play) -> None:
    heard = {"first": Heard("first", "", ticked.run.sequence, "step.begun")}
    assert list(disagreements(ticked.run, heard, {"first"})) == []


@pytest.mark.parametrize(
    ("heard", "fault"),
    [
        (None, "was sent and never answered"),
        (Heard("first", "stale"), "was refused (stale); the log has step.begun"),
        (Heard("first", "", 1, "step.begun"), "was accepted"),
        (Heard("first", "", 99, "step.ticked"), "was accepted as step.ticked"),
    ],
)
def test_the_judge_sees_an_answer_that_was_not_true(
    ticked: Play, heard: Heard | None, fault: str
) -> None:
    answers = {heard.key: heard} if heard else {}
    assert fault in " ".join(disagreements(ticked.run, answers, {"first"}))


def test_the_judge_sees_a_phantom_a_lost_event_and_a_gap(ticked: Play) -> None:
    assert "never told" in " ".join(disagreements(ticked.run, {}, set()))
    lost = {
        "first": Heard("first", "", ticked.run.sequence, "step.begun"),
        "second": Heard("second", "", 9, "note.added"),
    }
    assert "the log has nothing" in " ".join(disagreements(ticked.run, lost, set(lost)))
    with forging():
        Event.objects.filter(run=ticked.run, sequence=2).delete()
    assert "gap" in " ".join(disagreements(ticked.run, {}, set()))
