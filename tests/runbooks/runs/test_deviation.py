"""In what a run went wrong: what is said when it is aborted, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from runbooks.api.moves import serializer_of
from runbooks.enums import Deviation
from runbooks.forms.by_move import form_of
from runbooks.machine.decide import allowed
from runbooks.machine.events.kinds import from_data
from runbooks.machine.move import Allowed
from runbooks.machine.moves.branches import Diagnose, Reopen
from runbooks.machine.moves.hold import Resume
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.machine.requests import Malformed
from runbooks.machine.state import Outside, replace
from runbooks.runs import replay
from tests.factories.runs import Play, play
from tests.runbooks import texts
from tests.runbooks.machine.table import DECIDER, OPERATOR, Game

#: A command whose first line says which way it goes.
WATCHED = texts.text(
    "Look",
    "Restore\nwait: {expect: restoring, bad: writing backup, cancel: press Ctrl-C}",
    "Tell",
)


def ended(game: Game) -> dict[str, Any]:
    """The data of the newest event."""
    return dict(game.lines[-1].event.to_data())


def test_nothing_went_wrong_unless_somebody_says_so() -> None:
    game = Game.from_source(texts.PLAIN)
    game.must(Abort, OPERATOR, reason="The primary is back.")
    assert ended(game) == {"reason": "The primary is back.", "deviation": ""}
    assert game.state.deviation == ""


@pytest.mark.parametrize("kind", Deviation)
def test_it_is_kept_with_the_step_at_which_the_run_stood(kind: Deviation) -> None:
    game = Game.from_source(texts.PLAIN)
    game.must(Tick, OPERATOR, 0)
    game.must(Abort, DECIDER, reason="so", deviation=kind.value)
    assert ended(game) == {"reason": "so", "deviation": kind.value, "failed_step": 1}
    assert game.state.deviation == kind


def test_a_locked_run_does_not_start() -> None:
    game = Game.from_source(texts.PLAIN, started=False)
    free, locked = game.state, Outside(locked="Run 3 went wrong.")
    game.state = replace(free, outside=locked)
    sent = {"acknowledged": True, "conditions": True}
    assert Allowed(Start) not in allowed(game.state, OPERATOR, game.at)
    assert game.refused(Start, OPERATOR, **sent) == "locked"
    game.state = free
    game.must(Start, OPERATOR, **sent)


def test_before_the_start_there_is_no_step() -> None:
    game = Game.from_source(texts.PLAIN, started=False)
    game.must(Abort, DECIDER, reason="so", deviation="wrong-copy")
    assert ended(game)["failed_step"] is None


def test_an_unknown_word_is_a_slip_of_typing() -> None:
    game = Game.from_source(texts.PLAIN)
    outcome = game.ask(Abort, OPERATOR, reason="so", deviation="bad luck")
    assert isinstance(outcome, Malformed)
    assert "wrong-target" in outcome.errors["deviation"]


def test_what_was_said_when_the_run_turned_back_stands() -> None:
    game = Game.from_source(texts.ABORT)
    game.must(Tick, OPERATOR, 0)
    game.must(Abort, OPERATOR, reason="so", deviation="wrong-target")
    assert game.lines[-2].event.to_data()["failed_step"] == 1
    assert game.state.deviation == "wrong-target"
    game.must(Tick, OPERATOR, 4)
    game.must(Abort, OPERATOR, reason="back again")
    assert ended(game)["deviation"] == "wrong-target"
    assert game.state.deviation == "wrong-target"


def test_it_can_be_said_better_at_the_end() -> None:
    game = Game.from_source(texts.ABORT)
    game.must(Tick, OPERATOR, 0)
    game.must(Abort, OPERATOR, reason="so", deviation="other")
    game.must(Abort, OPERATOR, reason="so", deviation="wrong-direction")
    assert ended(game)["failed_step"] == 4
    assert game.state.deviation == "wrong-direction"


def watched() -> Game:
    """The command's first line said that it writes the backup; the run is held."""
    game = Game.from_source(WATCHED)
    game.must(Tick, OPERATOR, 0)
    game.must(BeginStep, OPERATOR, 1)
    game.must(Tick, OPERATOR, 1, values={"wait.first_line": "Writing backup to disk"})
    game.must(Resume, DECIDER, read_back="1")
    return game


@pytest.mark.parametrize("kind", ["", "wrong-direction"])
def test_what_was_found_counts_where_nothing_is_said(kind: str) -> None:
    game = watched()
    game.must(Diagnose, OPERATOR, 1, finding="From and into were swapped.")
    game.must(Abort, OPERATOR, reason="so", deviation=kind)
    assert ended(game) == {"reason": "so", "deviation": "wrong-direction", "failed_step": 1}


def test_what_is_said_counts_more_than_what_was_found() -> None:
    game = watched()
    game.must(Diagnose, OPERATOR, 1, finding="The pattern is wrong.")
    game.must(Reopen, OPERATOR, 1)
    game.must(BeginStep, OPERATOR, 1)
    game.must(Tick, OPERATOR, 1, values={"wait.first_line": "Restoring 1 %"})
    game.must(Abort, OPERATOR, reason="so", deviation="other")
    assert ended(game) == {"reason": "so", "deviation": "other", "failed_step": 2}


def test_a_run_that_was_completed_after_its_diagnosis_has_none() -> None:
    game = watched()
    game.must(Diagnose, OPERATOR, 1, finding="A line of the job before it.")
    game.must(Reopen, OPERATOR, 1)
    game.must(BeginStep, OPERATOR, 1)
    game.must(Tick, OPERATOR, 1, values={"wait.first_line": "Restoring 1 %"})
    game.must(Tick, OPERATOR, 2)
    game.must(Complete, OPERATOR)
    assert game.state.stated.deviations
    assert game.state.deviation == ""


def test_an_end_that_says_nothing_of_it_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="deviation"):
        from_data("run.aborted", {"reason": "so"})


@pytest.mark.django_db
def test_the_column_is_what_the_log_says(at: datetime) -> None:
    game = aborted(at, texts.ABORT)
    assert game.run.status == "running"
    verified(game)
    game.move(Abort, reason="back")
    assert (game.run.status, game.run.deviation) == ("aborted", "wrong-direction")
    verified(game)


@pytest.mark.django_db
def test_a_forged_column_shows(at: datetime) -> None:
    game = aborted(at, texts.PLAIN)
    type(game.run).objects.filter(pk=game.run.pk).update(deviation="")
    assert "deviation" in " ".join(replay.verify(game.run).faults)


@pytest.mark.django_db
def test_an_unknown_word_reaches_no_run() -> None:
    sent = {"seen": "1", "key": "k", "reason": "so", "deviation": "bad luck"}
    state = Game.from_source(texts.PLAIN).state
    form = form_of(Abort)(sent, move=Abort, state=state, step=None, person=OPERATOR)
    assert set(form.errors) == {"deviation"}
    body = serializer_of(Abort)(data={"seen": 1, "reason": "so", "deviation": "bad luck"})
    assert not body.is_valid()
    assert set(body.errors) == {"deviation"}


def aborted(at: datetime, source: bytes) -> Play:
    """A live run of `source` that was aborted after its first step: the direction was wrong."""
    game = play(source, at)
    game.tick(0)
    game.move(Abort, reason="From and into were swapped.", deviation="wrong-direction")
    return game


def verified(game: Play) -> None:
    verdict = replay.verify(game.run)
    assert verdict.ok, verdict.faults
