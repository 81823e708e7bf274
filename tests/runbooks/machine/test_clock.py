"""A clock that has gone back behind the last event of a run: every move, in the machine alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from runbooks.enums import RunStatus
from runbooks.machine.decide import decide
from runbooks.machine.events.event import LogLine
from runbooks.machine.freshness import WENT_BACK, is_fresh
from runbooks.machine.gates import gates
from runbooks.machine.move import Move, Request
from runbooks.machine.moves.branches import ReportMismatch
from runbooks.machine.moves.copies import AskCopies
from runbooks.machine.moves.fitness import StateFitness
from runbooks.machine.moves.hand_over import HandOver
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.log import Attach, LateEntry, Note, StrikeOut
from runbooks.machine.moves.overrides import AskOverride, UseOverride
from runbooks.machine.moves.roles import ReleaseRole, TakeRole
from runbooks.machine.moves.run import Abort
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Decide, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck
from runbooks.machine.overriding import OVERRIDE_WAITS
from runbooks.machine.reducers import apply
from runbooks.machine.refusals import refused
from runbooks.machine.requests import Refusal
from runbooks.machine.timing import stamped, timed
from tests.factories.moves import made
from tests.runbooks.machine.table import DECIDER, OPERATOR, RELIEF, START, VERIFIER, Game
from tests.runbooks.texts import text

GUARDED = "Rename\ncountersign: before\nundo: back"
STEPS = ("Rename\ncountersign: before", "Look", "# Back {.aside}", "Undo")
TEAM_CHECK = "Say it\nteam_check: {fresh_for: 10m}"
HELD_BACK = "Wait for it\nhold: decider"
DECISION = "Choose\nhold: decider\ndecide: {question: Q, options: {yes: '', no: ''}}"
PLAIN = "Look"
HAND_OVER = dict.fromkeys(("position", "running", "next_step", "worries"), "x")

#: (move, by, step, guard of the first step, what is sent): refused, and the run is held.
REFUSED: list[tuple[type[Move], int, int | None, str, dict[str, Any]]] = [
    (Countersign, VERIFIER, 0, GUARDED, {}),
    (ConfirmTeamCheck, VERIFIER, 0, TEAM_CHECK, {}),
    (BeginStep, OPERATOR, 0, GUARDED, {}),
    (BeginStep, OPERATOR, 0, "Copy\nduration: {min: 1m}", {}),
    (Tick, OPERATOR, 0, HELD_BACK, {}),
    (Tick, OPERATOR, 0, "Copy\nduration: {max: 1m}", {}),
    (Decide, OPERATOR, 0, DECISION, {"answer": "yes", "reason": "x"}),
    (Release, DECIDER, 0, HELD_BACK, {"reason": "x"}),
    (AskOverride, OPERATOR, 0, HELD_BACK, {"gate": "released", "reason": "x"}),
]
#: (move, by, step, what is sent): accepted at a plain step, at the time of the last event.
ACCEPTED: list[tuple[type[Move], int, int | None, dict[str, Any]]] = [
    (Hold, VERIFIER, None, {}),
    (Note, OPERATOR, None, {"text": "x"}),
    (LateEntry, OPERATOR, None, {"text": "x", "performed_at": START - timedelta(hours=2)}),
    (Attach, OPERATOR, None, {"name": "a", "sha256": "0" * 64, "size": 1}),
    (Abort, DECIDER, None, {"reason": "x"}),
    (ReportMismatch, VERIFIER, 0, {"observed": "x"}),
    (BeginStep, OPERATOR, 0, {}),
    (Tick, OPERATOR, 0, {}),
    (TakeRole, RELIEF, None, {"role": "observer"}),
    (ReleaseRole, VERIFIER, None, {}),
    (HandOver, OPERATOR, None, {"to": RELIEF, **HAND_OVER}),
    (AskCopies, OPERATOR, None, {}),
    (StateFitness, OPERATOR, None, {"hours_awake": 9}),
]


def at_first(guard: str) -> Game:
    """A run at its first step, begun where it is to be countersigned before."""
    return Game.from_source(text(guard, "Look", "# Back {.aside}", "Undo"))


def refusal(
    game: Game, move: type[Move], by: int, step: int | None, sent: dict[str, Any]
) -> Refusal:
    outcome = game.ask(move, by, step, **sent)
    assert isinstance(outcome, Refusal), outcome
    return outcome


@pytest.mark.parametrize(("move", "by", "step", "guard", "sent"), REFUSED)
def test_what_rests_on_time_is_refused_and_holds_the_run(
    move: type[Move], by: int, step: int, guard: str, sent: dict[str, Any]
) -> None:
    game = at_first(guard)
    if move is Countersign:
        game.must(BeginStep, OPERATOR, 0)
    game.wait(-3600)
    refused_with = refusal(game, move, by, step, sent)
    assert refused_with.code == WENT_BACK
    assert "02:12:45" in refused_with.sentence
    assert "03:12:45" in refused_with.remedy
    request = timed(game.state, Request(made(move, step, **sent), by, game.at))
    events = stamped(request, refused(game.state, request, refused_with))
    assert [event.kind for event in events] == ["move.refused", "run.held"]
    state = game.state
    for event in events:
        line = LogLine(state.sequence + 1, request.at, by, event)
        assert line.event.clock_went_back == game.at
        state = apply(state, line)
    assert state.status is RunStatus.ON_HOLD
    assert state.stated.held_by_clock
    assert not state.held_for_mismatch


@pytest.mark.parametrize(("move", "by", "step", "sent"), ACCEPTED)
def test_what_makes_a_run_safer_is_accepted_at_the_time_of_the_last_event(
    move: type[Move], by: int, step: int | None, sent: dict[str, Any]
) -> None:
    game = at_first(PLAIN)
    last = game.lines[-1].at
    game.wait(-3600)
    game.must(move, by, step, **sent)
    assert game.lines[-1].at == game.state.last_at == last
    assert game.lines[-1].event.clock_went_back == game.at


def test_a_note_is_struck_out_at_the_time_of_the_last_event() -> None:
    game = at_first(PLAIN)
    game.must(Note, OPERATOR, text="x")
    noted = game.lines[-1]
    game.wait(-3600)
    game.must(StrikeOut, OPERATOR, sequence=noted.sequence, reason="x")
    assert game.lines[-1].at == noted.at


def test_a_hold_is_not_ended_before_the_clock_is_past_it() -> None:
    """A hold that seems short would not have its team check repeated."""
    game = at_first(TEAM_CHECK)
    game.must(Hold, VERIFIER)
    game.wait(-3600)
    assert game.refused(Resume, OPERATOR, read_back="none") == WENT_BACK
    game.must(Abort, DECIDER, reason="It cannot wait.")
    other = at_first(TEAM_CHECK)
    other.must(Hold, VERIFIER)
    other.wait(-3600)
    other.wait(3600)
    other.must(Resume, OPERATOR, read_back="none")


def test_an_override_is_not_used_early_by_a_clock_that_went_back() -> None:
    game = at_first(HELD_BACK)
    game.must(AskOverride, OPERATOR, 0, gate="released", reason="x")
    game.wait(-3600)
    assert game.refused(UseOverride, OPERATOR, 0, gate="released") == WENT_BACK
    game.wait(3600 + OVERRIDE_WAITS.total_seconds())
    game.must(UseOverride, OPERATOR, 0, gate="released")


def test_a_negative_age_is_fresh_nowhere() -> None:
    """Not for the pages either, which ask the gates at the time that they are drawn."""
    game = at_first(GUARDED)
    game.must(BeginStep, OPERATOR, 0)
    game.must(Countersign, VERIFIER, 0)

    def met(seconds: float) -> bool:
        at = game.at + timedelta(seconds=seconds)
        return {gate.key: gate.open for gate in gates(game.state, 0, at)}["countersigned"]

    assert [met(s) for s in (-3600, -2, -0.5, 0, 120, 121)] == [
        False, False, True, True, True, False,
    ]  # fmt: skip
    assert not is_fresh(None, game.at, timedelta(days=1))


def test_a_second_back_is_a_time_server_at_work() -> None:
    """It decides nothing and is not told; the event is still not dated before the last one."""
    game = at_first(GUARDED)
    game.wait(-0.9)
    game.must(BeginStep, OPERATOR, 0)
    assert game.lines[-1].event.clock_went_back is None
    assert game.lines[-1].at == game.lines[-2].at


def test_nothing_else_is_said_to_a_stranger() -> None:
    game = at_first(GUARDED)
    game.wait(-3600)
    assert game.refused(Tick, RELIEF, 0) == "not_in_run"
    outcome = decide(game.state, Request(Tick(step=0), OPERATOR, game.at, seen=1))
    assert isinstance(outcome, Refusal)
    assert outcome.code == "stale"


@pytest.mark.parametrize(
    ("started", "behind", "remedy"),
    [
        (
            True,
            timedelta(hours=1),
            "The run is on hold. Set the clock of the database server",
        ),
        (False, timedelta(hours=1), "Set the clock of the database server right, or wait until"),
        (True, timedelta(days=2), "abort this run and prepare it again."),
    ],
)
def test_what_to_do_is_true(started: bool, behind: timedelta, remedy: str) -> None:
    game = Game.from_source(text(HELD_BACK), started=started)
    if not started:
        game.must(ReleaseRole, DECIDER)
    last = game.state.last_at
    game.at = last - behind
    step, gate = (0, "released") if started else (None, "roles")
    sent = {"gate": gate, "reason": "x"}
    refused = refusal(game, AskOverride, OPERATOR, step, sent)
    assert refused.code == WENT_BACK
    assert remedy in refused.remedy
    assert ("resume" in refused.remedy) == (started and behind < timedelta(days=1))
    assert (f"{last:%Y-%m-%d %H:%M:%S} UTC" in refused.remedy) == (behind < timedelta(days=1))
