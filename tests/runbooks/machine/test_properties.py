"""Whatever people press, in whatever order, these things hold. Several runbooks, random moves."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from runbooks.enums import RunRole, RunStatus, StepStatus, ValueType
from runbooks.log.words import sentence
from runbooks.machine.decide import allowed, decide, open_roles
from runbooks.machine.events.kinds import KINDS
from runbooks.machine.move import Allowed, Move, Request
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.hold import Resume
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Decide, Release, Tick
from runbooks.machine.reducers import apply, genesis
from runbooks.machine.requests import Malformed, Refusal
from runbooks.machine.rules import barred
from runbooks.machine.state import FINISHED, RunState, current, place
from tests.factories.moves import fitting, made
from tests.runbooks.machine.table import DECIDER, OPERATOR, RELIEF, ROLES, STRANGER, VERIFIER, Game
from tests.runbooks.texts import ALL

PEOPLE = [*ROLES, RELIEF, STRANGER]
#: Played more often than the others, so that runs get somewhere.
GOING = [Tick, BeginStep, Decide, Countersign, Release, Resume]


def sent(game: Game, move: type[Move], step: int | None, by: int, good: bool) -> dict[str, Any]:
    """What a person might send with the move: fitting when `good`."""
    guard = game.state.step(step).guard if step is not None else None
    values = {spec.name: "0" if good else "7" for spec in guard.record} if guard else {}
    answers = [answer for answer, _ in guard.decide.options] if guard and guard.decide else ["x"]
    file = next((s.name for s in guard.record if s.type is ValueType.FILE), "") if guard else ""
    typed = {
        "role": (RunRole.OPERATOR if good else RunRole.VERIFIER).value,
        "acknowledged": True,
        "values": values,
        "answer": answers[game.state.sequence % len(answers)],
        "reason": "so",
        "observed": "odd",
        "finding": "found",
        "lead": good,
        "read_back": place(game.state) if good else "1",
        "to": RELIEF if good else VERIFIER,
        **dict.fromkeys(("position", "running", "next_step", "worries", "text", "name"), "x"),
        "performed_at": game.at,
        "sha256": "0" * 64,
        "size": 1,
        "value": file,
        "sequence": 1,
    }
    return fitting(move, typed)


class Run(RuleBasedStateMachine):
    game: Game

    @initialize(name=st.sampled_from(sorted(ALL)), started=st.sampled_from([True, True, False]))
    def prepare(self, name: str, started: bool) -> None:
        self.game = Game.from_source(ALL[name], started=started)

    @rule(
        move=st.one_of(st.sampled_from(GOING), st.sampled_from(MOVES)),
        by=st.sampled_from([OPERATOR, OPERATOR, VERIFIER, DECIDER, *PEOPLE]),
        step=st.one_of(st.none(), st.none(), st.integers(0, 5)),
        good=st.sampled_from([True, True, True, False]),
        late=st.booleans(),
        passes=st.integers(-40, 140),
    )
    def press(
        self, move: type[Move], by: int, step: int | None, good: bool, late: bool, passes: int
    ) -> None:
        game, state = self.game, self.game.state
        game.wait(passes)
        index = current(state) if step is None else step
        if index is None or index >= len(state.steps) or move.rule.steps is None:
            index = None
        seen = state.sequence - 2 if late else state.sequence
        data = sent(game, move, index, by, good)
        request = Request(made(move, index, **data), by, game.at, seen)
        outcome = decide(state, request)
        refusal = barred(state, by, move, index, game.at)
        if isinstance(outcome, Refusal) and outcome.code == "stale":
            assert late
            assert not outcome.logged
            return
        if refusal:
            assert outcome == refusal
        if Allowed(move, index) in allowed(state, by, game.at):
            assert refusal is None
        else:
            assert not isinstance(outcome, tuple)
        game.ask(move, by, index, seen=seen, **data)
        if isinstance(outcome, Refusal | Malformed):
            assert game.state == state
            return
        self.check_order(state, index)

    def check_order(self, before: RunState, index: int | None) -> None:
        """Only the current step is ever finished by doing it."""
        for old, new in zip(before.steps, self.game.state.steps, strict=True):
            worked = new.done_at != old.done_at and new.attempt == old.attempt
            if worked:
                assert old.index == index == current(before)

    @invariant()
    def nobody_verifies_their_own_step(self) -> None:
        for step in (*self.game.state.steps, *self.game.state.past):
            if step.countersigned_by is not None:
                assert step.countersigned_by not in {step.done_by, step.started_by}

    @invariant()
    def only_the_current_step_is_open(self) -> None:
        state = self.game.state
        is_open = [s.index for s in state.steps if s.status is StepStatus.OPEN]
        assert is_open in ([], [current(state)])

    @invariant()
    def an_ended_run_has_nothing_left(self) -> None:
        state = self.game.state
        if state.status in {RunStatus.COMPLETED, RunStatus.ABORTED}:
            assert all(step.status in FINISHED for step in state.steps)
            assert state.ended_at is not None
            assert state.held_by is state.hand_over_to is None
        if state.status is RunStatus.COMPLETED:
            main = [s for s in state.steps if state.on_main_path(s.index)]
            passed_by = [s for s in main if s.status is StepStatus.STRUCK]
            assert not passed_by or any(s.answer for s in state.steps)
            assert not state.turned_back

    @invariant()
    def a_done_step_was_confirmed_as_it_demands(self) -> None:
        state = self.game.state
        for step in state.steps:
            guard = state.step(step.index).guard
            if step.status is StepStatus.DONE:
                assert (step.countersigned_by is not None) == (guard.countersign is not None)
                assert (step.released_by is not None) == (guard.hold is not None)
                assert set(step.values) == {spec.name for spec in guard.record}

    @invariant()
    def sub_steps_come_before_their_step(self) -> None:
        state = self.game.state
        for step in state.procedure.steps:
            own = state.steps[step.index]
            if step.parent is not None and own.status not in FINISHED:
                assert state.steps[step.parent].status in {StepStatus.LOCKED}

    @invariant()
    def one_operator_and_one_decider(self) -> None:
        roles = list(self.game.state.people.values())
        assert roles.count(RunRole.OPERATOR) <= 1
        assert roles.count(RunRole.DECIDER) <= 1
        assert self.game.state.hand_over_to != self.game.state.hand_over_by or (
            self.game.state.hand_over_to is None
        )

    @invariant()
    def attempts_have_no_gap(self) -> None:
        state = self.game.state
        attempts = sorted((s.index, s.attempt) for s in (*state.steps, *state.past))
        wanted = [(s.index, n) for s in state.steps for n in range(1, s.attempt + 1)]
        fresh = [pair for pair in wanted if pair not in attempts]
        assert not fresh
        assert len(attempts) == len(set(attempts))

    def teardown(self) -> None:
        """The log alone gives the same state, and every line of it can be told."""
        if not hasattr(self, "game"):
            return
        game = self.game
        first, *rest = game.lines
        start = genesis(1, game.state.procedure, first)
        assert reduce(apply, rest, start) == game.state
        assert [line.sequence for line in game.lines] == list(range(1, len(game.lines) + 1))
        for line in rest:
            assert line.kind in KINDS
            assert sentence(line.event, game.state.procedure)


Run.TestCase.settings = settings(
    max_examples=120,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestRun = Run.TestCase


def test_what_changes_the_run_as_a_whole_changes_the_state() -> None:
    changing = {kind for kind, event in KINDS.items() if event.changes_state}
    assert all(not KINDS[kind].changes_run for kind in set(KINDS) - changing)


@pytest.mark.parametrize("name", sorted(ALL))
def test_offered_roles_can_be_taken(name: str) -> None:
    game = Game.from_source(ALL[name])
    state, at = game.state, game.at
    for role in open_roles(state, STRANGER, at):
        game = Game(state)
        assert game.must(TakeRole, STRANGER, role=role.value) == ("role.taken",)
    assert open_roles(state, OPERATOR, at) == ()
    assert Allowed(TakeRole) not in allowed(state, OPERATOR, at)
