"""Ticks that came too fast: marked in the log and at the step, counted for a run, for nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from runbooks.enums import RunKind
from runbooks.machine.freshness import WENT_BACK
from runbooks.machine.moves.branches import Undo
from runbooks.machine.moves.run import Abort
from runbooks.machine.moves.steps import BeginStep, Decide, NotApplicable, Tick
from runbooks.machine.pace import haste
from runbooks.screen import briefs
from tests.factories.runs import Play, play
from tests.runbooks import texts
from tests.runbooks.machine.table import DECIDER, OPERATOR, Game

FOUR = texts.text("A", "B", "C", "D")


def ticked(game: Game, step: int, wait: float = 0, **data: Any) -> bool:
    """Whether the tick of `step`, so many seconds later, ended a batch."""
    game.wait(wait)
    game.must(Tick, OPERATOR, step, **data)
    batch = game.lines[-1].event.to_data().get("batch", False)
    assert ("batch" in haste(game.state, step)) is batch
    return bool(batch)


def test_the_third_tick_within_ten_seconds() -> None:
    game = Game.from_source(FOUR)
    assert [ticked(game, n, 5) for n in range(4)] == [False, False, True, True]


def test_ten_seconds_are_counted_to_the_last() -> None:
    game = Game.from_source(FOUR)
    assert [ticked(game, 0), ticked(game, 1, 4), ticked(game, 2, 6.1)] == [False, False, False]
    assert ticked(game, 3, 3.9)


def test_an_even_pace_is_none() -> None:
    game = Game.from_source(FOUR)
    assert not any(ticked(game, n, 6) for n in range(4))


def test_a_decision_and_a_step_left_out_do_not_count() -> None:
    game = Game.from_source(
        texts.text("A\ndecide: {question: Q, options: {yes: '', no: ''}}", "B\noptional: true", "C")
    )
    game.must(Decide, OPERATOR, 0, answer="yes", reason="so")
    game.must(NotApplicable, OPERATOR, 1, reason="so")
    assert not ticked(game, 2)
    assert haste(game.state, 0) == haste(game.state, 1) == ()


def test_an_earlier_attempt_counts() -> None:
    game = Game.from_source(texts.text("A", "B\nundo: back", "# Back {.aside}", "Undo"))
    assert not ticked(game, 0)
    assert not ticked(game, 1)
    game.must(Undo, OPERATOR, 1, reason="so")
    assert ticked(game, 2)


def test_a_clock_that_jumps_back_is_told_beside_the_batch() -> None:
    """The tick stands at the time of the event before it, and says that the clock went back."""
    game = Game.from_source(FOUR)
    assert [ticked(game, 0), ticked(game, 1, 1), ticked(game, 2, -3600)] == [False, False, True]
    assert WENT_BACK in game.lines[-1].event.to_data()


def test_faster_than_the_step_can_be_done() -> None:
    game = Game.from_source(texts.text("A\nduration: {min: 1m}", "B\nduration: {min: 1m}", "C"))
    for step, wait in ((0, 59), (1, 60)):
        game.must(BeginStep, OPERATOR, step)
        game.wait(wait)
        game.must(Tick, OPERATOR, step)
    assert [haste(game.state, n) for n in range(3)] == [("hurried",), (), ()]
    game.must(Abort, DECIDER, reason="so")
    assert haste(game.state, 0) == ("hurried",)


def test_a_step_that_repeats_its_sub_steps_is_no_tick_of_its_own() -> None:
    """It comes right after the last of them: nobody could do it later."""
    game = Game.from_source(texts.text("A", "  A1", "  A2", "B", "C"))
    order = [step.number for step in game.state.procedure.steps]
    assert order == ["1.1", "1.2", "1", "2", "3"]
    assert not any(ticked(game, n, 1) for n in range(3))
    assert ticked(game, 3, 1)  # with the two sub-steps: it is the third
    assert haste(game.state, 2) == ()


def test_a_step_that_asks_for_more_than_its_sub_steps_counts() -> None:
    game = Game.from_source(texts.text("A\nrecord: {n: {type: number}}", "  A1", "  A2", "B"))
    assert not any(ticked(game, n, 1) for n in range(2))
    assert ticked(game, 2, 1, values={"n": "4"})


def test_the_least_time_of_a_step_counts_from_its_first_sub_step() -> None:
    game = Game.from_source(texts.text("A\nduration: {min: 1m}", "  A1", "  A2", "B"))
    game.must(BeginStep, OPERATOR, 0)
    game.wait(70)
    for step in range(2):
        game.must(Tick, OPERATOR, step)
    game.must(BeginStep, OPERATOR, 2)
    game.must(Tick, OPERATOR, 2)
    assert "hurried" not in game.lines[-1].event.to_data()
    assert haste(game.state, 2) == ()


def test_a_step_that_took_its_least_time_is_in_no_batch() -> None:
    game = Game.from_source(texts.text("A", "B", "C\nduration: {min: 2s}", "D"))
    assert not any(ticked(game, n, 1) for n in range(2))
    game.must(BeginStep, OPERATOR, 2)
    assert not ticked(game, 2, 3)
    assert ticked(game, 3, 1)


def hasty(at: datetime, kind: RunKind) -> Play:
    """A run whose third and fourth tick came in a batch: a second between each."""
    game = play(FOUR, at, kind=kind)
    for step in range(4):
        game.tick(step)
    return game


@pytest.mark.django_db
def test_the_brief_counts_them_for_a_live_run(at: datetime) -> None:
    game = hasty(at, RunKind.LIVE)
    last = briefs.last_run(game.run.revision.runbook)
    assert last is not None
    assert last.hurried == 2


@pytest.mark.django_db
def test_a_drill_is_not_counted(at: datetime) -> None:
    game = hasty(at, RunKind.DRILL)
    assert briefs.hurried_ticks(game.run) == 0


@pytest.mark.django_db
def test_the_pages_say_so(at: datetime, signed_in: Any) -> None:
    game = hasty(at, RunKind.LIVE)
    client = signed_in(game.people["operator"])
    html = client.get(f"/runs/{game.run.pk}/").content.decode()
    assert html.count("· within ten seconds of two other ticks") == 2
    assert "ticked step 3, C, within ten seconds of two other ticks" in html
    brief = client.get("/runbooks/tried/1/start/").content.decode()
    assert "2 ticks came too fast to have been looked at" in brief
