"""Ways round a guard that somebody might find, each played out once."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from runbooks.enums import RunStatus, StepStatus
from runbooks.machine.decide import decide
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.kinds import from_data
from runbooks.machine.gates import gates
from runbooks.machine.move import Move, Request
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.branches import Diagnose, Reopen, Undo
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.log import Attach, LateEntry, Note
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Decide, Release, Tick
from runbooks.machine.reducers import apply
from runbooks.machine.requests import Malformed, Refusal
from runbooks.machine.state import ParameterFacts, current, replace
from runbooks.procedure.parser import parse
from tests.factories.moves import fitting
from tests.runbooks import texts
from tests.runbooks.machine.table import (
    DECIDER,
    OBSERVER,
    OPERATOR,
    RELIEF,
    START,
    VERIFIER,
    Game,
    fresh,
)

OFFER: dict[str, Any] = dict.fromkeys(("position", "running", "next_step", "worries"), "x")


def test_who_countersigned_cannot_take_over_and_tick() -> None:
    game = Game.from_source(texts.BEFORE)
    game.must(Tick, OPERATOR, 0)
    game.must(BeginStep, OPERATOR, 1)
    game.must(Countersign, VERIFIER, 1)
    game.must(HandOver, OPERATOR, to=VERIFIER, **OFFER)
    game.must(AcceptHandOver, VERIFIER, read_back="step 1.")
    assert game.refused(Tick, VERIFIER, 1) == "own_step"
    game.must(TakeRole, RELIEF, role="verifier")
    game.must(Countersign, RELIEF, 1)
    game.must(Tick, VERIFIER, 1)


def test_the_one_who_began_a_step_cannot_countersign_it_as_the_new_verifier() -> None:
    game = Game.from_source(texts.AFTER)
    game.must(Tick, OPERATOR, 0)
    game.must(Tick, OPERATOR, 1, values={"rows": "1", "seen": "a"})
    game.must(HandOver, OPERATOR, to=RELIEF, **OFFER)
    game.must(AcceptHandOver, RELIEF, read_back="1")
    game.must(TakeRole, OPERATOR, role="verifier")
    values = {"rows": "1", "seen": "a"}
    assert game.refused(Countersign, OPERATOR, 1, values=values) == "own_step"


def test_undo_does_not_bring_back_a_branch_that_was_passed_by() -> None:
    game = Game.from_source(texts.BRANCHES)
    game.must(Decide, OPERATOR, 0, answer="left", reason="so")
    assert game.status() == ["done", "open", "struck", "locked"]
    game.must(Tick, OPERATOR, 1)
    assert current(game.state) is None
    game.must(Undo, OPERATOR, 1, reason="wrong")
    game.must(Tick, OPERATOR, 3)
    assert game.status() == ["done", "open", "struck", "done"]


def test_undo_in_a_run_that_was_turned_back_does_not_go_forward_again() -> None:
    game = Game.from_source(texts.ABORT)
    game.must(Tick, OPERATOR, 0)
    game.must(Tick, OPERATOR, 1)
    assert game.must(Abort, OPERATOR, reason="so") == ("run.turned_back", "section.entered")
    assert game.status() == ["done", "done", "struck", "locked", "open"]
    game.must(Undo, OPERATOR, 1, reason="it is wrong")
    assert game.status() == ["done", "struck", "struck", "open", "locked"]
    game.must(Tick, OPERATOR, 3)
    game.must(Tick, OPERATOR, 4)
    assert game.refused(Complete, OPERATOR) == "turned_back"
    assert game.must(Abort, OPERATOR, reason="so") == ("run.aborted",)


def test_a_decision_can_lead_into_its_own_section_again() -> None:
    game = Game.from_source(texts.LOOP)
    game.must(Decide, OPERATOR, 0, answer="try", reason="so")
    for answer in ("again", "again", "fine"):
        assert game.status() == ["done", "locked", "open", "locked"]
        game.must(Tick, OPERATOR, 2)
        game.must(Decide, OPERATOR, 3, answer=answer, reason="so")
    assert game.status() == ["done", "open", "done", "done"]
    assert game.state.steps[3].attempt == 3


def test_a_step_that_is_taken_back_is_released_anew() -> None:
    source = texts.text("A\nundo: back", "B\nhold: decider", "# Back {.aside}", "Undo")
    game = Game.from_source(source)
    game.must(Tick, OPERATOR, 0)
    game.must(Release, DECIDER, 1, reason="fine")
    game.must(Undo, OPERATOR, 0, reason="wrong")
    game.must(Tick, OPERATOR, 2)
    game.must(Tick, OPERATOR, 0)
    assert game.refused(Tick, OPERATOR, 1) == "gate_released"


def test_a_countersign_before_counts_for_two_minutes() -> None:
    game = Game.from_source(texts.BEFORE)
    game.must(Tick, OPERATOR, 0)
    assert game.refused(Tick, OPERATOR, 1) == "gate_begun"
    game.must(BeginStep, OPERATOR, 1)
    assert game.refused(Tick, OPERATOR, 1) == "gate_countersigned"
    game.must(Countersign, VERIFIER, 1)
    game.wait(121)
    assert game.refused(Tick, OPERATOR, 1) == "gate_countersigned"
    (gate,) = [g for g in gates(game.state, 1, game.at) if g.key == "countersigned"]
    assert "again" in gate.how
    game.must(Countersign, VERIFIER, 1)
    game.wait(119)
    game.must(Tick, OPERATOR, 1)


def test_a_second_mismatch_holds_the_run_until_another_person_resumes_it() -> None:
    game = Game.from_source(texts.MISMATCH)
    assert game.must(Tick, OPERATOR, 0, values={"rows": "3"}) == ("step.mismatched",)
    assert game.refused(Tick, OPERATOR, 0, values={"rows": "0"}) == "wrong_step_state"
    game.must(Diagnose, VERIFIER, 0, finding="a job", lead=True)
    assert game.refused(Reopen, OPERATOR, 0) == "out_of_order"
    game.must(Tick, OPERATOR, 2)
    game.must(Reopen, OPERATOR, 0)
    assert game.must(Tick, OPERATOR, 0, values={"rows": "4"}) == (
        "step.mismatched",
        "run.held",
    )
    assert game.refused(Resume, OPERATOR, read_back="3") == "second_person"
    assert game.refused(Resume, VERIFIER, read_back="1") == "read_back_wrong"
    game.must(Resume, VERIFIER, read_back="3")
    game.must(Diagnose, OPERATOR, 0, finding="another job")
    game.must(Reopen, OPERATOR, 0)
    assert "step.ticked" in game.must(Tick, OPERATOR, 0, values={"rows": "0"})
    assert [old.attempt for old in game.state.past] == [1, 2]


def test_measurements_that_differ_are_a_mismatch_and_prose_is_not_compared() -> None:
    game = Game.from_source(texts.AFTER)
    game.must(Tick, OPERATOR, 0)
    game.must(Tick, OPERATOR, 1, values={"rows": "10.0", "seen": "all there"})
    differ = {"rows": "11", "seen": "fine"}
    assert game.must(Countersign, VERIFIER, 1, values=differ) == ("step.mismatched",)
    step = game.state.steps[1]
    assert (step.values["rows"], step.verified_values["rows"]) == ("10", "11")
    game.must(Diagnose, OPERATOR, 1, finding="typo")
    game.must(Reopen, OPERATOR, 1)
    game.must(Tick, OPERATOR, 1, values={"rows": "10", "seen": "all there"})
    game.must(Countersign, VERIFIER, 1, values={"rows": "10.00", "seen": "looks fine"})
    assert game.status()[1] == "done"


def test_an_empty_field_is_no_mismatch_and_no_near_miss() -> None:
    game = Game.from_source(texts.AFTER)
    game.must(Tick, OPERATOR, 0)
    outcome = game.ask(Tick, OPERATOR, 1, values={"rows": "many"})
    assert isinstance(outcome, Malformed)
    assert set(outcome.errors) == {"value_rows", "value_seen"}


def test_the_target_is_identified_anew_by_who_takes_over() -> None:
    source = b"""---
title: T
parameters:
  target: {type: instance, label: T, environment: [production]}
  dump: {type: copy, label: D}
---
- [ ] Write it

  ```guard
  overwrite: {target: target, from: dump}
  ```
"""
    kinds = ("host name", "machine id")
    facts = {"target": ParameterFacts("ledger", {}, ("db-prod-1", "7301442"), kinds)}
    line, state = fresh(texts.procedure(source), facts)
    game = Game(state, [line])
    game.must(TakeRole, OPERATOR, role="operator")
    game.must(TakeRole, VERIFIER, role="verifier")
    game.must(TakeRole, DECIDER, role="decider")
    game.must(Start, OPERATOR, acknowledged=True)
    game.must(HandOver, OPERATOR, to=RELIEF, **OFFER)
    assert isinstance(game.ask(AcceptHandOver, RELIEF, read_back="none"), Malformed)
    for wrong in ("db-stage-1", "db-prod-1"):  # a host name alone is a room number
        read: dict[str, Any] = {"read_back": "none", "identifier": wrong}
        assert game.refused(AcceptHandOver, RELIEF, **read) == "wrong_target"
    game.must(AcceptHandOver, RELIEF, read_back="None", identifier=" 7301442 ")
    assert OPERATOR not in game.state.people


def test_roles_that_the_runbook_needs_are_taken_before_the_start() -> None:
    line, state = fresh(texts.procedure(texts.HOLD))
    game = Game(state, [line])
    game.must(TakeRole, OPERATOR, role="operator")
    outcome = game.ask(Start, OPERATOR, acknowledged=True)
    assert isinstance(outcome, Refusal)
    assert outcome.code == "roles_missing"
    assert "verifier, decider" in outcome.sentence


def test_a_stale_sender_is_told_and_it_is_no_near_miss() -> None:
    game = Game.from_source(texts.PLAIN)
    seen = game.state.sequence
    game.must(Note, OBSERVER, text="hm")
    game.must(Tick, OPERATOR, 0, seen=seen)  # a note changes no step
    late = decide(game.state, Request(Tick(step=0), OPERATOR, START, seen))
    assert isinstance(late, Refusal)
    assert (late.code, late.logged) == ("stale", False)
    complete = decide(game.state, Request(Complete(), OPERATOR, START, seen))
    assert isinstance(complete, Refusal)
    assert complete.code == "stale"
    game.must(Hold, VERIFIER, seen=0)  # STOP holds whatever came between


def test_the_pace_of_a_tick_is_kept() -> None:
    game = Game.from_source(texts.text("A\nduration: {min: 1m, max: 5m}", "B"))
    game.must(BeginStep, OPERATOR, 0)
    game.wait(301)
    game.must(Tick, OPERATOR, 0)
    assert game.lines[-1].event.to_data()["late"] is True
    assert game.lines[-1].event.to_data()["seconds"] == 301


def test_an_event_without_effect_changes_the_count_and_nothing_else() -> None:
    game = Game.from_source(texts.PLAIN)
    before = game.state
    after = apply(before, LogLine(before.sequence + 1, START, OPERATOR, from_data("what.ever", {})))
    assert after.sequence == before.sequence + 1
    assert after.steps == before.steps


def test_aborting_before_the_start_and_from_a_hold() -> None:
    for started in (False, True):
        game = Game.from_source(texts.PLAIN, started=started)
        if started:
            game.must(Hold, VERIFIER)
        assert game.must(Abort, DECIDER, reason="so") == ("run.aborted",)
        assert game.state.status is RunStatus.ABORTED
        assert {step.status for step in game.state.steps} == {StepStatus.STRUCK}


def test_a_held_run_goes_the_way_back_before_it_is_aborted() -> None:
    game = Game.from_source(texts.ABORT)
    game.must(Tick, OPERATOR, 0)
    game.must(Hold, VERIFIER)
    assert game.must(Abort, DECIDER, reason="so") == ("run.turned_back", "section.entered")
    assert (game.state.status, game.state.held_at) == (RunStatus.RUNNING, None)
    assert game.refused(Complete, OPERATOR) == "steps_left"


def test_a_decision_that_would_be_confirmed_too_late_is_not_read() -> None:
    guard = "A\ncountersign: after\ndecide: {question: Q, options: {yes: '', no: ''}}"
    parsed = parse(texts.text(guard, "B"))
    assert parsed.procedure is None
    assert [finding.code for finding in parsed.findings] == ["syntax.decide"]


def test_hand_over_can_be_withdrawn() -> None:
    game = Game.from_source(texts.PLAIN)
    assert isinstance(game.ask(HandOver, OPERATOR, to=OPERATOR), Malformed)
    game.must(HandOver, OPERATOR, to=RELIEF, **OFFER)
    assert game.refused(Tick, OPERATOR, 0) == "hand_over_pending"
    assert game.must(HandOver, OPERATOR, to=OPERATOR) == ("hand_over.withdrawn",)
    game.must(Tick, OPERATOR, 0)


@pytest.mark.parametrize("move", [move for move in MOVES if move.rule.steps is not None])
@pytest.mark.parametrize("step", [None, -1, 3, 10**9])
def test_a_step_that_the_runbook_does_not_have(move: type[Move], step: int | None) -> None:
    """Found by the soak: who performs a step was asked of a step that is not there."""
    game = Game.from_source(texts.PLAIN)
    # An override without a step is about the run as a whole, which waits for none here.
    whole = move.rule.or_run and step is None
    for person in (OPERATOR, VERIFIER, DECIDER, OBSERVER):
        refused = game.refused(move, person, step)
        assert refused in ({"no_gate", "not_asked", "wrong_role"} if whole else {"no_such_step"})


@pytest.mark.parametrize("move", [Note, Attach, LateEntry])
@pytest.mark.parametrize("step", [-1, 3, 10**9])
def test_what_is_said_about_a_step_that_is_not_there(move: type[Move], step: int) -> None:
    """Found by the test that sends the API what it likes: a file for a step that is not there."""
    sent = fitting(move, {"value": "dump", "performed_at": START})
    assert Game.from_source(texts.PLAIN).refused(move, OPERATOR, step, **sent) == "no_such_step"


@pytest.mark.parametrize("changes", [{"turned": 7}, {"people": {}, "held_by": 3}, {}])
def test_a_copy_is_the_one_that_dataclasses_make(changes: dict[str, Any]) -> None:
    state = Game.from_source(texts.PLAIN).state
    before = dataclasses.replace(state)
    copy = replace(state, **changes)
    assert copy == dataclasses.replace(state, **changes)
    assert state == before
    with pytest.raises(dataclasses.FrozenInstanceError):
        copy.turned = 1  # type: ignore[misc]


def test_a_copy_has_no_field_that_there_is_not() -> None:
    with pytest.raises(TypeError, match="RunState has not all of the fields"):
        replace(Game.from_source(texts.PLAIN).state, turnt=7)
