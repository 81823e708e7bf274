"""The loud override: one gate of one step, two minutes later, by the same person, never all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from runbooks.enums import RunRole, StepStatus
from runbooks.machine.decide import allowed
from runbooks.machine.gates import gates, overridden, required_roles, run_gates
from runbooks.machine.move import Allowed
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.overrides import AskOverride, UseOverride, WithdrawOverride
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Complete, Start
from runbooks.machine.moves.steps import Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck
from runbooks.machine.overriding import OVERRIDE_WAITS, closed_gates, so_far, waiting
from runbooks.machine.reducers import statements_in
from runbooks.machine.requests import Malformed, Refusal
from runbooks.machine.state import place
from tests.runbooks import texts
from tests.runbooks.machine.interlocks.test_after import ACT, COMPARE, VERIFY, play
from tests.runbooks.machine.interlocks.test_overwrite import FACTS, SOURCE, WRITE, begun
from tests.runbooks.machine.table import DECIDER, OPERATOR, ROLES, VERIFIER, Game, fresh
from tests.runbooks.texts import procedure, text

AFTER = text("Count\nrecord: {rows: {type: number}}\ncountersign: after", "Tell")
TWO = text("Say it\nhold: decider\ncountersign: before", "Tell")
NEVER = text("Say it\nhold: decider\noverride: never", "Tell")
ALONE: dict[str, Any] = {"reason": "The verifier is on a plane, the table is being overwritten."}
TOLD: dict[str, Any] = {"gate": "released", **ALONE}


def later(game: Game, **span: float) -> None:
    game.at += timedelta(**span)


def asked(source: bytes = texts.HOLD, gate: str = "released") -> Game:
    game = Game.from_source(source)
    game.must(AskOverride, OPERATOR, 0, gate=gate, **ALONE)
    return game


def code(outcome: Any) -> str:
    assert isinstance(outcome, Refusal), outcome
    return outcome.code


def test_it_opens_two_minutes_after_it_was_asked() -> None:
    game = asked()
    later(game, seconds=119)
    early = game.ask(UseOverride, OPERATOR, 0, gate="released")
    assert code(early) == "override_too_soon"
    assert isinstance(early, Refusal)
    assert "03:14:45 UTC" in early.sentence
    assert not game.state.overridden
    later(game, seconds=1)
    assert game.must(UseOverride, OPERATOR, 0, gate="released") == ("gate.overridden",)
    (gate,) = gates(game.state, 0, game.at)
    assert (gate.open, gate.overridden, game.state.overridden) == (True, True, 1)
    game.must(Tick, OPERATOR, 0)


def test_the_log_keeps_the_gate_the_guard_and_the_reason() -> None:
    game = asked()
    later(game, seconds=130)
    game.must(UseOverride, OPERATOR, 0, gate="released")
    asked_line, used = (line.event.to_data() for line in game.lines[-2:])
    place = {"step": 0, "attempt": 1, "gate": "released", "guard": "hold"}
    assert place.items() <= asked_line.items()
    assert {**place, "reason": ALONE["reason"], "waited": 130}.items() <= used.items()
    assert statements_in(game.lines) == game.state.stated


def test_it_opens_one_gate_and_not_the_others() -> None:
    game = asked(TWO)
    later(game, minutes=3)
    game.must(UseOverride, OPERATOR, 0, gate="released")
    shut = [gate.key for gate in gates(game.state, 0, game.at) if not gate.open]
    assert shut == ["begun", "countersigned"]
    assert code(game.ask(Tick, OPERATOR, 0)) == "gate_begun"


def test_another_attempt_has_its_gates_again() -> None:
    game = asked()
    later(game, minutes=3)
    game.must(UseOverride, OPERATOR, 0, gate="released")
    game.must(ReportMismatch, OPERATOR, 0, observed="Another host.")
    game.must(Diagnose, OPERATOR, 0, finding="The tunnel.")
    game.must(Reopen, OPERATOR, 0)
    assert not overridden(game.state, 0, "released")
    assert not gates(game.state, 0, game.at)[0].open


def test_only_who_asked_uses_it_and_not_when_it_is_old() -> None:
    game = asked()
    later(game, minutes=3)
    other = game.ask(UseOverride, DECIDER, 0, gate="released")
    assert code(other) == "not_your_override"
    later(game, minutes=13)
    assert code(game.ask(UseOverride, OPERATOR, 0, gate="released")) == "override_expired"
    game.must(AskOverride, OPERATOR, 0, **TOLD)
    assert code(game.ask(UseOverride, OPERATOR, 0, gate="released")) == "override_too_soon"
    later(game, minutes=2)
    game.must(UseOverride, OPERATOR, 0, gate="released")


def test_it_is_asked_for_once_and_taken_back() -> None:
    game = asked()
    again = game.ask(AskOverride, OPERATOR, 0, **TOLD)
    assert code(again) == "one_at_a_time"
    game.must(WithdrawOverride, DECIDER, 0, gate="released")
    later(game, minutes=3)
    assert code(game.ask(UseOverride, OPERATOR, 0, gate="released")) == "not_asked"


@pytest.mark.parametrize(
    ("source", "sent", "expected"),
    [
        (texts.HOLD, {"gate": "released"}, "reason"),
        (texts.HOLD, {"gate": "everything", **ALONE}, "gate"),
        (texts.HOLD, ALONE, "gate"),
        (NEVER, TOLD, "override_never"),
        (TWO, {"gate": "begun", **ALONE}, "override_never"),
    ],
)
def test_what_is_not_asked_for(source: bytes, sent: dict[str, Any], expected: str) -> None:
    game = Game.from_source(source)
    outcome = game.ask(AskOverride, OPERATOR, 0, **sent)
    codes = set(outcome.errors) if isinstance(outcome, Malformed) else {code(outcome)}
    assert codes == {expected}


def test_a_verifier_overrides_nothing() -> None:
    game = Game.from_source(texts.HOLD)
    assert code(game.ask(AskOverride, VERIFIER, 0, **TOLD)) == "wrong_role"


def test_the_second_measurement_is_overridden_and_nobody_signed() -> None:
    game = Game.from_source(AFTER)
    game.must(Tick, OPERATOR, 0, values={"rows": "12"})
    game.must(AskOverride, OPERATOR, 0, gate="countersigned", **ALONE)
    later(game, minutes=2)
    game.must(UseOverride, OPERATOR, 0, gate="countersigned")
    step = game.state.steps[0]
    assert (step.status, step.countersigned_by) == (StepStatus.DONE, None)
    assert game.state.steps[1].status is StepStatus.OPEN


def test_what_is_typed_to_lay_a_command_open_is_never_overridden() -> None:
    game = begun()
    names = {gate.key for gate in closed_gates(game.state, WRITE, game.at)}
    assert {"good_copies", "safety_copy", "countersigned"} <= names
    assert "unlocked" not in names
    outcome = game.ask(AskOverride, OPERATOR, WRITE, gate="unlocked", **ALONE)
    assert code(outcome) == "override_never"


def briefing(*people: int, source: bytes = SOURCE) -> Game:
    line, state = fresh(procedure(source), FACTS)
    return Game(replace(state, people={pk: ROLES[pk] for pk in people}), [line])


def test_a_run_that_overwrites_wants_a_verifier_and_a_decider() -> None:
    game = briefing(OPERATOR)
    assert set(required_roles(game.state)) == {
        RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER,
    }  # fmt: skip
    refusal = game.ask(Start, OPERATOR, acknowledged=True)
    assert code(refusal) == "roles_missing"
    assert isinstance(refusal, Refusal)
    assert "verifier, decider" in refusal.sentence
    assert briefing(OPERATOR, VERIFIER, DECIDER).must(Start, OPERATOR, acknowledged=True)


def test_a_start_alone_is_overridden_and_the_gates_of_the_steps_stay() -> None:
    game = briefing(OPERATOR)
    assert Allowed(AskOverride) in allowed(game.state, OPERATOR, game.at)
    game.must(AskOverride, OPERATOR, gate="roles", **ALONE)
    assert code(game.ask(Start, OPERATOR, acknowledged=True)) == "roles_missing"
    later(game, minutes=2)
    game.must(UseOverride, OPERATOR, gate="roles")
    assert [gate.overridden for gate in run_gates(game.state)] == [True]
    game.must(Start, OPERATOR, acknowledged=True)
    assert game.state.overridden == 1
    assert not overridden(game.state, WRITE, "countersigned")
    assert code(game.ask(AskOverride, OPERATOR, gate="roles", **ALONE)) == "no_gate"


def test_a_text_that_forbids_it_cannot_be_started_alone() -> None:
    strict = SOURCE.replace(b"undo: back", b"undo: back\n  override: never")
    game = briefing(OPERATOR, source=strict)
    assert code(game.ask(AskOverride, OPERATOR, gate="roles", **ALONE)) == "override_never"


def test_what_follows_a_restore_is_one_gate_of_the_run() -> None:
    game = play(VERIFY, ACT, COMPARE)
    assert game.refused(Complete, OPERATOR) == "after"
    (gate,) = closed_gates(game.state, None, game.at)
    assert (gate.key, "re-arm" in gate.label) == ("after", True)
    game.must(AskOverride, OPERATOR, gate="after", **ALONE)
    later(game, minutes=2)
    game.must(UseOverride, OPERATOR, gate="after")
    assert game.must(Complete, OPERATOR) == ("run.completed",)
    assert game.state.overridden == 1


def test_after_a_long_hold_the_team_check_is_repeated() -> None:
    game = begun()
    game.must(Hold, VERIFIER)
    later(game, minutes=15, seconds=1)
    game.must(Resume, DECIDER, read_back=place(game.state))
    gate = next(g for g in gates(game.state, WRITE, game.at) if g.key == "team_check_after_hold")
    assert (gate.open, gate.guard) == (False, "team_check")
    for person in (OPERATOR, VERIFIER):
        game.must(ConfirmTeamCheck, person, WRITE)
    gate = next(g for g in gates(game.state, WRITE, game.at) if g.key == "team_check_after_hold")
    assert gate.label.endswith("missing: decider")
    game.must(ConfirmTeamCheck, DECIDER, WRITE)
    assert next(
        g.open for g in gates(game.state, WRITE, game.at) if g.key == "team_check_after_hold"
    )


def test_after_a_short_hold_it_is_not() -> None:
    game = begun()
    game.must(Hold, VERIFIER)
    later(game, minutes=15)
    game.must(Resume, DECIDER, read_back=place(game.state))
    assert "team_check_after_hold" not in {g.key for g in gates(game.state, WRITE, game.at)}


def test_what_overwrites_nothing_repeats_no_team_check() -> None:
    game = Game.from_source(texts.PLAIN)
    game.must(Hold, VERIFIER)
    later(game, minutes=40)
    game.must(Resume, DECIDER, read_back="none")
    assert gates(game.state, 0, game.at) == ()


def test_the_next_is_asked_for_when_this_one_was_used() -> None:
    game = asked(TWO)
    early = game.ask(AskOverride, OPERATOR, 0, gate="countersigned", **ALONE)
    assert isinstance(early, Refusal)
    assert early.code == "one_at_a_time"
    assert "Released by the decider" in early.sentence
    later(game, minutes=2)
    game.must(UseOverride, OPERATOR, 0, gate="released")
    unread = game.ask(AskOverride, OPERATOR, 0, gate="countersigned", **ALONE)
    assert isinstance(unread, Malformed)
    assert (
        "1 condition overridden so far: Released by the decider (step 1)." in unread.errors["again"]
    )
    game.must(AskOverride, OPERATOR, 0, gate="countersigned", again=True, **ALONE)
    later(game, seconds=119)
    at_once = game.ask(UseOverride, OPERATOR, 0, gate="countersigned")
    assert code(at_once) == "override_too_soon"
    later(game, seconds=1)
    game.must(UseOverride, OPERATOR, 0, gate="countersigned")
    assert so_far(game.state).startswith("2 conditions overridden so far: Released by")


def test_all_gates_of_an_overwrite_take_two_minutes_each() -> None:
    """Seven were asked for at once, and used after one wait."""
    game = begun()
    began, count = game.at, 0
    while closed := closed_gates(game.state, WRITE, game.at):
        asking = {"gate": closed[0].key, "again": bool(count), **ALONE}
        game.must(AskOverride, OPERATOR, WRITE, **asking)
        for gate in closed[1:]:
            other = {**asking, "gate": gate.key}
            assert code(game.ask(AskOverride, OPERATOR, WRITE, **other)) == "one_at_a_time"
        later(game, minutes=2)
        game.must(UseOverride, OPERATOR, WRITE, gate=closed[0].key)
        count += 1
    assert count > 2
    assert game.at - began >= count * OVERRIDE_WAITS
    assert game.state.overridden == count


def test_waits_never_run_side_by_side() -> None:
    """Withdrawn, met in its own way, or too old: each makes room, and is not used afterwards."""
    for make_room in (
        lambda game: game.must(WithdrawOverride, DECIDER, 0, gate="released"),
        lambda game: game.must(Release, DECIDER, 0, reason="Read."),
        lambda game: later(game, minutes=16),
    ):
        game = asked(TWO)
        make_room(game)
        assert waiting(game.state, game.at) is None
        game.must(AskOverride, OPERATOR, 0, gate="countersigned", **ALONE)
        later(game, minutes=2)
        outcome = game.ask(UseOverride, OPERATOR, 0, gate="released")
        assert not isinstance(outcome, tuple)
        assert [override.gate for override in game.state.stated.overrides] == ["countersigned"]


def test_one_for_the_start_does_not_keep_the_steps_waiting() -> None:
    game = briefing(OPERATOR, DECIDER, source=TWO)
    game.must(AskOverride, OPERATOR, gate="roles", **ALONE)
    game.must(TakeRole, VERIFIER, role="verifier")
    game.must(Start, OPERATOR, acknowledged=True)
    game.must(AskOverride, OPERATOR, 0, gate="released", **ALONE)
