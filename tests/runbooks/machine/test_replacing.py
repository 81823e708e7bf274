"""Who is gone is replaced by two people of the run; who takes over identifies the target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runbooks.enums import RunRole, RunStatus, StepStatus
from runbooks.machine.decide import allowed, open_roles
from runbooks.machine.move import Allowed
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.replacement import (
    ConfirmReplacement,
    ProposeReplacement,
    WithdrawReplacement,
)
from runbooks.machine.moves.roles import ReleaseRole, TakeRole
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Release, Tick
from runbooks.machine.reducers import statements_in
from runbooks.machine.replacing import proposed as replacement
from runbooks.machine.replacing import replaceable
from runbooks.machine.requests import Malformed
from runbooks.machine.state import place
from tests.runbooks import texts
from tests.runbooks.machine.interlocks.test_overwrite import WRITE, begun
from tests.runbooks.machine.table import (
    DECIDER,
    OBSERVER,
    OPERATOR,
    RELIEF,
    STRANGER,
    VERIFIER,
    Game,
)
from tests.runbooks.texts import text

GONE: dict[str, Any] = {
    "role": "operator",
    "to": RELIEF,
    "to_name": "Relief",
    "reason": "No answer.",
}
NEW_DECIDER: dict[str, Any] = {**GONE, "role": "decider"}


def proposed(source: bytes = texts.PLAIN, by: int = DECIDER, **sent: Any) -> Game:
    game = Game.from_source(source)
    game.must(ProposeReplacement, by, **{**GONE, **sent})
    return game


def taken_over(game: Game, by: int = RELIEF) -> Game:
    game.must(ConfirmReplacement, VERIFIER)
    game.must(AcceptHandOver, by, read_back=place(game.state))
    return game


def test_two_people_take_the_role_and_a_third_takes_over() -> None:
    game = proposed()
    game.must(Tick, OPERATOR, 0)  # who is there after all goes on until it is confirmed
    game.must(ConfirmReplacement, VERIFIER)
    assert OPERATOR not in game.state.people
    assert (game.state.hand_over_by, game.state.hand_over_to) == (OPERATOR, RELIEF)
    assert game.refused(Tick, OPERATOR, 1) == "hand_over_pending"
    assert game.refused(Hold, OPERATOR) == "not_in_run"
    assert game.refused(AcceptHandOver, STRANGER, read_back="1") == "not_offered_to_you"
    assert game.refused(AcceptHandOver, RELIEF, read_back="none") == "read_back_wrong"
    game.must(AcceptHandOver, RELIEF, read_back="1")
    assert game.state.people[RELIEF] is RunRole.OPERATOR
    assert game.state.stated.replacement is None
    game.must(Tick, RELIEF, 1)
    assert statements_in(game.lines) == game.state.stated


def test_the_role_cannot_be_taken_back_past_the_identification() -> None:
    game = proposed()
    game.must(ConfirmReplacement, VERIFIER)
    assert RunRole.OPERATOR not in open_roles(game.state, OPERATOR, game.at)
    assert game.refused(TakeRole, OPERATOR, role="operator") == "role_taken"
    assert game.refused(TakeRole, STRANGER, role="operator") == "role_taken"


@pytest.mark.parametrize("by", [DECIDER, VERIFIER, OBSERVER])
def test_one_of_the_two_is_the_decider(by: int) -> None:
    game = proposed(by=by)
    assert game.refused(ConfirmReplacement, by) == "second_person"
    assert game.refused(ConfirmReplacement, STRANGER) == "not_in_run"
    assert game.refused(ConfirmReplacement, OPERATOR) == "replaced"
    other = OBSERVER if by == VERIFIER else VERIFIER
    if by != DECIDER:
        assert game.refused(ConfirmReplacement, other) == "wrong_role"
        other = DECIDER
    game.must(ConfirmReplacement, other)


def test_an_operator_who_is_there_objects() -> None:
    game = proposed()
    assert Allowed(WithdrawReplacement) in allowed(game.state, OPERATOR, game.at)
    assert game.refused(WithdrawReplacement, VERIFIER) == "not_your_replacement"
    game.must(WithdrawReplacement, OPERATOR, reason="I am here.")
    assert game.lines[-1].event.to_data()["objects"] is True
    assert replacement(game.state) is None
    assert game.refused(ConfirmReplacement, VERIFIER) == "no_replacement"
    game.must(ProposeReplacement, DECIDER, **GONE)
    game.must(WithdrawReplacement, DECIDER)
    assert game.lines[-1].event.to_data()["objects"] is False


def test_nobody_does_the_step_that_they_released() -> None:
    game = Game.from_source(texts.HOLD)
    game.must(Release, DECIDER, 0, reason="Read.")
    words: dict[str, Any] = dict.fromkeys(("position", "running", "next_step", "worries"), "x")
    game.must(HandOver, OPERATOR, to=DECIDER, to_name="D", **words)
    game.must(AcceptHandOver, DECIDER, read_back="none")
    assert game.refused(Tick, DECIDER, 0) == "own_step"
    game.must(TakeRole, RELIEF, role="decider")
    game.must(Release, RELIEF, 0, reason="Read again.")
    game.must(Tick, DECIDER, 0)


def test_an_operator_who_hands_over_is_not_replaced_afterwards() -> None:
    game = proposed()
    words: dict[str, Any] = dict.fromkeys(("position", "running", "next_step", "worries"), "x")
    game.must(HandOver, OPERATOR, to=STRANGER, to_name="S", **words)
    game.must(AcceptHandOver, STRANGER, read_back="none")
    assert game.refused(ConfirmReplacement, VERIFIER) == "no_replacement"


def test_a_relief_who_does_not_come_is_replaced_too() -> None:
    game = proposed()
    game.must(ConfirmReplacement, VERIFIER)
    game.must(ProposeReplacement, VERIFIER, **{**GONE, "to": DECIDER, "to_name": "D"})
    game.must(ConfirmReplacement, DECIDER)
    assert game.refused(AcceptHandOver, RELIEF, read_back="none") == "not_offered_to_you"
    game.must(AcceptHandOver, DECIDER, read_back="none")
    assert game.state.people[DECIDER] is RunRole.OPERATOR
    assert game.state.holder(RunRole.DECIDER) is None


def test_a_decider_who_is_gone_is_replaced_by_one_who_may_decide() -> None:
    game = proposed(by=VERIFIER, **NEW_DECIDER)
    assert game.refused(ConfirmReplacement, OPERATOR) == "not_offered_to_you"
    confirm: dict[str, Any] = {"read_back": "none"}
    assert game.refused(ConfirmReplacement, RELIEF, may_decide=False, **confirm) == "no_right"
    assert isinstance(game.ask(ConfirmReplacement, RELIEF, may_decide=True), Malformed)
    game.must(ConfirmReplacement, RELIEF, may_decide=True, **confirm)
    assert game.state.people == {
        OPERATOR: RunRole.OPERATOR,
        VERIFIER: RunRole.VERIFIER,
        OBSERVER: RunRole.OBSERVER,
        RELIEF: RunRole.DECIDER,
    }
    assert game.state.hand_over_to is None
    game.must(Tick, OPERATOR, 0)


def test_when_both_are_gone_the_decider_comes_first() -> None:
    game = Game.from_source(texts.PLAIN)
    game.must(ReleaseRole, DECIDER)
    assert game.refused(ProposeReplacement, VERIFIER, **GONE) == "no_decider"
    game.must(TakeRole, RELIEF, role="decider")
    game.must(ProposeReplacement, VERIFIER, **{**GONE, "to": VERIFIER, "to_name": "V"})
    game.must(ConfirmReplacement, RELIEF)


@pytest.mark.parametrize(
    ("by", "sent", "expected"),
    [
        (OPERATOR, GONE, "own_role"),
        (DECIDER, NEW_DECIDER, "own_role"),
        (OBSERVER, NEW_DECIDER, "wrong_role"),
        (STRANGER, GONE, "not_in_run"),
        (DECIDER, {**GONE, "to": OPERATOR}, "to"),
        (DECIDER, {**GONE, "reason": " "}, "reason"),
        (DECIDER, {**GONE, "role": "verifier"}, "role"),
        (VERIFIER, {**NEW_DECIDER, "to": VERIFIER}, "to"),
        (VERIFIER, {**NEW_DECIDER, "to": OPERATOR}, "to"),
    ],
)
def test_what_is_not_proposed(by: int, sent: dict[str, Any], expected: str) -> None:
    game = Game.from_source(texts.PLAIN)
    outcome = game.ask(ProposeReplacement, by, **sent)
    codes = (
        set(outcome.errors) if isinstance(outcome, Malformed) else {getattr(outcome, "code", "")}
    )
    assert codes == {expected}


def test_who_can_be_replaced_by_whom() -> None:
    state = Game.from_source(texts.PLAIN).state
    replaceables = {
        person: replaceable(state, person) for person in (OPERATOR, VERIFIER, DECIDER, OBSERVER)
    }
    assert replaceables == {
        OPERATOR: (RunRole.DECIDER,),
        VERIFIER: (RunRole.OPERATOR, RunRole.DECIDER),
        DECIDER: (RunRole.OPERATOR,),
        OBSERVER: (RunRole.OPERATOR,),
    }


def test_nobody_verifies_their_own_step_afterwards() -> None:
    """Who did a step does not countersign it as somebody else, nor who countersigned it do it."""
    game = Game.from_source(texts.AFTER)
    game.must(Tick, OPERATOR, 0)
    game.must(Tick, OPERATOR, 1, values={"rows": "3", "seen": "x"})
    game.must(ProposeReplacement, DECIDER, **GONE)
    taken_over(game)
    game.must(ReleaseRole, VERIFIER)
    game.must(TakeRole, OPERATOR, role="verifier")
    values = {"rows": "3", "seen": "x"}
    assert game.refused(Countersign, OPERATOR, 1, values=values) == "own_step"
    before = Game.from_source(text("Rename\ncountersign: before"))
    before.must(BeginStep, OPERATOR, 0)
    before.must(Countersign, VERIFIER, 0)
    sent = {**GONE, "to": VERIFIER, "to_name": "V"}
    before.must(ProposeReplacement, DECIDER, **sent)
    taken_over(before, VERIFIER)
    assert before.state.holder(RunRole.VERIFIER) is None  # nobody has two roles
    assert before.refused(Tick, VERIFIER, 0) == "own_step"


def test_an_unlocked_command_is_locked_and_the_team_check_repeated() -> None:
    game = begun()
    unlocked = replace(game.state.stated, unlocked={WRITE: game.at})
    game.state = replace(game.state, stated=unlocked)
    game.must(ProposeReplacement, DECIDER, **GONE)
    game.must(ConfirmReplacement, VERIFIER)
    assert not game.state.stated.unlocked
    wrong = game.refused(AcceptHandOver, RELIEF, read_back=place(game.state), identifier="x")
    assert wrong == "wrong_target"


def test_it_works_before_the_start_and_in_a_hold() -> None:
    game = Game.from_source(texts.PLAIN, started=False)
    game.must(ProposeReplacement, DECIDER, **GONE)
    taken_over(game)
    game.must(Start, RELIEF, acknowledged=True)
    game.must(Hold, VERIFIER)
    sent = {**GONE, "to": STRANGER, "to_name": "S"}
    game.must(ProposeReplacement, DECIDER, **sent)
    taken_over(game, STRANGER)
    assert game.state.status is RunStatus.ON_HOLD
    game.must(Resume, STRANGER, read_back="none")
    assert game.state.steps[0].status is StepStatus.OPEN
