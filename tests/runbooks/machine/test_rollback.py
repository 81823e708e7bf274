"""Until when a rollback is open: a thaw of what was overwritten closes it, unless it is guarded."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import pytest

from runbooks.enums import StepStatus
from runbooks.machine.decide import allowed
from runbooks.machine.gates import gates
from runbooks.machine.move import Allowed
from runbooks.machine.moves.branches import Diagnose, ReportMismatch, Undo
from runbooks.machine.moves.run import Abort, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.overriding import closed_gates
from runbooks.machine.reducers import apply, genesis
from runbooks.machine.rollback import closed
from runbooks.machine.state import ParameterFacts
from runbooks.procedure.rollbacks import closing_step, is_acting, is_guarded
from tests.runbooks.machine.interlocks.test_overwrite import (
    FACTS,
    GOOD,
    SAFETY,
    SOURCE,
    agree,
    held,
)
from tests.runbooks.machine.table import DECIDER, OPERATOR, ROLES, VERIFIER, Game, fresh
from tests.runbooks.texts import procedure

_LOOK = b"- [ ] Look at it\n"
_THAW = b"""- [ ] Look at it

  ```guard
  undo: back
  on_mismatch: other
  ```

- [ ] Open it again

  ```guard
  thaw: target
  ```

- [ ] Tell everybody

  ```guard
  on_mismatch: back
  undo: tell-again
  ```
"""
_MORE = b"""
- [ ] Say that it is back

## Other {#other .aside}

- [ ] Open it as it was found

  ```guard
  thaw: target
  ```

## Tell again {#tell-again .aside}

- [ ] Say that it was wrong
"""
_GUARDED = b"""- [ ] Identify it again

  ```guard
  identify: target
  ```

- [ ] Say the direction again

  ```guard
  direction: {from: dump, into: target}
  ```

- [ ] Stop the writers again

  ```guard
  freeze: target
  ```

- [ ] Copy what is there now

  ```guard
  copy: {of: target, purpose: safety, into: cellar, medium: disk, encrypted: "no"}
  ```

- [ ] Write it back

  ```guard
  overwrite: {target: target, from: dump}
  ```
"""
TEXT = SOURCE.replace(_LOOK, _THAW) + _MORE
GUARDED = TEXT.replace(b"- [ ] Undo it\n", _GUARDED)
WRITE, LOOK, OPEN, TELL = 4, 5, 6, 7
DONE: dict[str, Any] = {"values": {}}


def overwritten(source: bytes = TEXT) -> Game:
    """A run that has overwritten its target, and now looks at it."""
    line, state = fresh(procedure(source), FACTS)
    game = Game(replace(state, people=ROLES), [line])
    game.must(Start, OPERATOR, acknowledged=True)
    read = {"identify.first": "7301442", "identify.second": "primary"}
    game.must(Tick, OPERATOR, 0, values=read)
    values = {"direction.from": "dump of today", "direction.into": "ledger-primary"}
    game.must(Tick, OPERATOR, 1, values=values)
    game.must(Tick, OPERATOR, 2, values={"freeze.writers": "0"})
    agree(game, 3)
    game.must(Tick, OPERATOR, 3)
    held(game, copies=(*GOOD, SAFETY))
    unlocked(game, WRITE)
    game.must(Tick, OPERATOR, WRITE)
    game.wait(30)
    return game


def unlocked(game: Game, step: int) -> None:
    game.must(BeginStep, OPERATOR, step)
    game.must(Countersign, VERIFIER, step)
    game.must(Unlock, OPERATOR, step, name="ledger-primary")


def reopened(source: bytes = TEXT) -> Game:
    """The same, back in service."""
    game = overwritten(source)
    game.must(Tick, OPERATOR, LOOK, **DONE)
    game.must(Tick, OPERATOR, OPEN, **DONE)
    game.wait(30)
    return game


def index(game: Game, title: str) -> int:
    return next(s.index for s in game.state.procedure.steps if s.title == title)


def is_closed(game: Game, step: int, gate: str) -> bool:
    return any(g.key == gate and not g.open for g in gates(game.state, step, game.at))


def test_a_rollback_is_open_until_the_writers_are_let_go() -> None:
    game = overwritten()
    game.must(Tick, OPERATOR, LOOK, **DONE)
    assert {Allowed(Undo, WRITE), Allowed(Undo, LOOK)} <= set(
        allowed(game.state, OPERATOR, game.at)
    )
    game.must(Undo, OPERATOR, WRITE, reason="Wrong copy.")
    assert not is_closed(game, index(game, "Undo it"), "rollback")


@pytest.mark.parametrize("step", [WRITE, LOOK])
def test_after_a_thaw_the_overwrite_is_not_taken_back(step: int) -> None:
    game = reopened()
    assert game.refused(Undo, OPERATOR, step, reason="Wrong copy.") == "rollback_closed"
    assert not [offer for offer in allowed(game.state, OPERATOR, game.at) if offer.move is Undo]
    refused = game.ask(Undo, OPERATOR, step, reason="Wrong copy.")
    assert "step 7 put ledger-primary back in service at 2026-03-04 03:13 UTC" in refused.sentence
    assert "would be lost" in refused.sentence
    assert "start a new restore run" in refused.remedy


def test_no_other_road_leads_into_a_closed_rollback() -> None:
    game = reopened()
    game.must(ReportMismatch, OPERATOR, TELL, observed="Nobody answers.")
    values = {"finding": "The copy was wrong.", "lead": True}
    assert game.refused(Diagnose, OPERATOR, TELL, **values) == "rollback_closed"
    game.must(Diagnose, OPERATOR, TELL, finding="The telephone was out of order.")


_ACTING = b"- [ ] Undo it\n\n  ```guard\n  countersign: before\n  ```\n"
#: Nothing before the thaw leads to the section.
_LATE = TEXT.replace(b"  undo: back\n", b"").replace(b"- [ ] Undo it\n", _ACTING)
_LATE_UNDO = _LATE.replace(b"undo: tell-again", b"undo: back")


@pytest.mark.parametrize("source", [_LATE, _LATE_UNDO])
def test_a_section_that_acts_is_closed_whatever_names_it(source: bytes) -> None:
    game = reopened(source)
    assert is_acting(game.state.procedure, "back")
    assert closed(game.state, "back")
    assert is_closed(game, index(game, "Undo it"), "rollback")
    game.must(ReportMismatch, OPERATOR, TELL, observed="Nobody answers.")
    values = {"finding": "The copy was wrong.", "lead": True}
    assert game.refused(Diagnose, OPERATOR, TELL, **values) == "rollback_closed"


def test_a_step_after_the_thaw_is_not_taken_back_by_a_section_that_acts() -> None:
    game = reopened(_LATE_UNDO)
    game.must(Tick, OPERATOR, TELL, **DONE)
    assert game.refused(Undo, OPERATOR, TELL, reason="Wrong copy.") == "rollback_closed"


def test_an_abort_after_the_thaw_enters_no_section_that_acts() -> None:
    aborts = _LATE.replace(b"title: Restore\n", b"title: Restore\non_abort: back\n")
    assert reopened(aborts).must(Abort, OPERATOR, reason="Enough.") == ("run.aborted",)
    harmless = TEXT.replace(b"title: Restore\n", b"title: Restore\non_abort: tell-again\n")
    game = reopened(harmless)
    assert not is_acting(game.state.procedure, "tell-again")
    assert game.must(Abort, OPERATOR, reason="Enough.")[0] == "run.turned_back"


def test_what_follows_a_thaw_keeps_its_own_rollback() -> None:
    game = reopened()
    game.must(Tick, OPERATOR, TELL, **DONE)
    assert game.must(Undo, OPERATOR, TELL, reason="Not true.")[0] == "section.entered"


def test_a_rollback_that_was_entered_before_the_thaw_stops_there() -> None:
    """Rolled back from the step that looks, astray to the section that opens as found, and back."""
    game = overwritten()
    game.must(Tick, OPERATOR, LOOK, **DONE)
    game.must(Undo, OPERATOR, LOOK, reason="It looks wrong.")
    other = index(game, "Open it as it was found")
    game.state = replace(game.state, entered=(*game.state.entered, "other"))
    game.state = replace(
        game.state,
        steps=tuple(
            replace(s, status=StepStatus.OPEN if s.index == other else s.status)
            for s in game.state.steps
        ),
    )
    game.must(Tick, OPERATOR, other, **DONE)
    rest = index(game, "Undo it")
    assert game.state.steps[rest].status is StepStatus.OPEN
    assert game.refused(Tick, OPERATOR, rest, **DONE) == "gate_rollback"
    assert "rollback" not in [g.key for g in closed_gates(game.state, rest, game.at)]
    assert game.must(Abort, DECIDER, reason="Back in service.") == ("run.aborted",)


def test_an_abort_leads_into_no_closed_rollback() -> None:
    game = reopened(TEXT.replace(b"title: Restore\n", b"title: Restore\non_abort: back\n"))
    assert game.must(Abort, OPERATOR, reason="Enough.") == ("run.aborted",)
    game = overwritten(TEXT.replace(b"title: Restore\n", b"title: Restore\non_abort: back\n"))
    assert game.must(Abort, OPERATOR, reason="Enough.")[0] == "run.turned_back"


def test_a_rollback_may_let_the_writers_go_and_be_finished() -> None:
    opens = b"- [ ] Undo it\n\n- [ ] Let them write\n\n  ```guard\n  thaw: target\n  ```\n"
    game = overwritten(TEXT.replace(b"- [ ] Undo it\n", opens))
    game.must(Tick, OPERATOR, LOOK, **DONE)
    game.must(Undo, OPERATOR, WRITE, reason="Wrong copy.")
    for title in ("Undo it", "Let them write", "Say that it is back"):
        game.must(Tick, OPERATOR, index(game, title), **DONE)


def test_a_guarded_rollback_demands_everything_anew() -> None:
    game = reopened(GUARDED)
    assert is_guarded(game.state.procedure, "back", "target")
    assert not closed(game.state, "back")
    game.must(Undo, OPERATOR, LOOK, reason="Wrong copy.")
    first = index(game, "Identify it again")
    act = index(game, "Write it back")
    wanted = {"identified", "direction", "frozen", "safety_copy", "team_check"}
    assert wanted <= {g.key for g in gates(game.state, act, game.at) if not g.open}
    game.must(
        Tick,
        OPERATOR,
        first,
        values={"identify.first": "7301442", "identify.second": "primary"},
    )
    values = {"direction.from": "dump of today", "direction.into": "ledger-primary"}
    game.must(Tick, OPERATOR, first + 1, values=values)
    game.must(Tick, OPERATOR, first + 2, values={"freeze.writers": "0"})
    left = {g.key for g in gates(game.state, act, game.at) if not g.open}
    assert {"safety_copy", "team_check"} <= left
    assert not left & {"identified", "direction", "frozen"}


@pytest.mark.parametrize(
    "missing", ["identify: target", "direction: {from: dump, into: target}", "freeze: target"]
)
def test_a_rollback_without_one_of_its_guards_is_not_guarded(missing: str) -> None:
    before, after = GUARDED.split(b"## Back", 1)
    lacking = before + b"## Back" + after.replace(missing.encode(), b"optional: true", 1)
    assert not is_guarded(procedure(lacking), "back", "target")


def test_the_same_instance_under_another_name_is_the_same_instance() -> None:
    second = b"  place: {type: instance, label: P}\n"
    text = TEXT.replace(b"  dump: {type", second + b"  dump: {type", 1)
    text = text.replace(b"thaw: target", b"thaw: place", 1)
    read = procedure(text)
    game = overwritten(text)
    assert "place" in read.parameters_by_name
    game.state = replace(game.state, facts={**game.state.facts, "place": FACTS["target"]})
    game.must(Tick, OPERATOR, LOOK, **DONE)
    game.must(Tick, OPERATOR, OPEN, **DONE)
    assert game.refused(Undo, OPERATOR, WRITE, reason="Wrong.") == "rollback_closed"
    game.state = replace(game.state, facts={**game.state.facts, "place": ParameterFacts("another")})
    assert game.refused(Undo, OPERATOR, WRITE, reason="Wrong.") == ""


def test_the_text_says_which_step_will_close_it() -> None:
    step = closing_step(procedure(TEXT), "back")
    assert step is not None
    assert step.number == "7"
    assert closing_step(procedure(GUARDED), "back") is None
    assert closing_step(procedure(SOURCE), "back") is None


def test_a_thaw_is_folded_from_the_log() -> None:
    game = reopened()
    first, *rest = game.lines
    start = replace(genesis(1, game.state.procedure, first), people=ROLES)
    again = reduce(apply, rest, start)
    assert again.stated.thawed == game.state.stated.thawed
    assert closed(again, "back") == closed(game.state, "back") is not None
    assert again.stated.confirmed == ()
