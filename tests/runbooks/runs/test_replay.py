"""The verification of a log keeps nobody waiting: it reads on where the run moves meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db.models import F

from runbooks.log import chain
from runbooks.machine.moves.log import Note
from runbooks.models import Event, Run, RunStep
from runbooks.runs import replay
from tests.factories.runs import Play
from tests.flushing import forging
from tests.runbooks.log import test_chain as forgeries
from tests.runbooks.log.test_chain import game as made

pytestmark = pytest.mark.django_db
game = made


@pytest.fixture
def locks(game: Play, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For every reading of the run whether it was locked; without a lock it moves right after."""
    locked: list[bool] = []
    read = replay._Replay._read_run

    def read_and_move(replay: replay._Replay, lock: bool) -> Run:
        run = read(replay, lock)
        locked.append(lock)
        if not lock:
            game.move(Note, by="decider", text="still going on")
        return run

    monkeypatch.setattr(replay._Replay, "_read_run", read_and_move)
    return locked


def test_a_run_that_never_rests_is_locked_at_last(game: Play, locks: list[bool]) -> None:
    verdict = replay.verify(game.run)
    assert verdict.ok
    assert locks == [False] * replay.TRIES + [True]
    game.run.refresh_from_db()
    assert verdict.events == game.run.sequence


def test_a_run_that_rests_is_read_once_and_never_locked(
    game: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks: list[bool] = []
    read = replay._Replay._read_run

    def watched(replay: replay._Replay, lock: bool) -> Run:
        locks.append(lock)
        return read(replay, lock)

    monkeypatch.setattr(replay._Replay, "_read_run", watched)
    assert replay.verify(game.run).ok
    assert locks == [False]


def test_a_forged_state_of_a_run_that_never_rests(game: Play, locks: list[bool]) -> None:
    with forging():
        RunStep.objects.filter(run=game.run, step=1).update(reason="forged")
    assert replay.verify(game.run).faults == ("Stored and replayed state differ at step 2.",)
    assert locks[-1]


def test_a_forged_log_of_a_run_that_never_rests(game: Play, locks: list[bool]) -> None:
    with forging():
        forgeries.text_changed(game)
    assert replay.verify(game.run).faults == ("Event 9: the text does not fit its digest.",)
    assert locks == [False]


@pytest.mark.parametrize(
    "forge", forgeries.FORGERIES, ids=lambda forge: str(getattr(forge, "__name__", forge))
)
def test_a_log_that_is_read_in_pieces(
    game: Play, monkeypatch: pytest.MonkeyPatch, forge: Callable[[Play], None]
) -> None:
    monkeypatch.setattr(replay, "PIECE", 4)
    assert forgeries.faults(game) == ""
    with forging():
        forge(game)
    assert forgeries.FORGERIES[forge] in forgeries.faults(game)


def test_the_log_of_another_run(game: Play) -> None:
    with forging():
        for event in Event.objects.filter(run=game.run):
            content = json.loads(event.text)
            text = chain.canonical({**content, "run": content["run"] + 1})
            Event.objects.filter(pk=event.pk).update(text=text)
        forgeries._rechain(game)
    assert "Event 1: a column differs from the hashed text." in forgeries.faults(game)


def test_an_event_before_the_first(game: Play) -> None:
    with forging():
        Event.objects.filter(run=game.run, sequence=1).update(sequence=F("sequence") - 1)
    assert "Event 1 is missing; 0 stands in its place." in forgeries.faults(game)


@pytest.mark.parametrize("added", [" ", "{}", "]"])
def test_something_behind_the_end_of_a_text(game: Play, added: str) -> None:
    with forging():
        event = Event.objects.get(run=game.run, sequence=5)
        Event.objects.filter(pk=event.pk).update(text=event.text + added)
        forgeries._rechain(game)
    assert "Event 5 cannot be replayed: something follows" in forgeries.faults(game)
