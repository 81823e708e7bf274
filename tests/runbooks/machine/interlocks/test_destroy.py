"""The irreversible deletion: what must be met before it, who signs that nothing is kept, and what a
second attempt demands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from runbooks.enums import Operation, RunKind, RunRole, StepStatus
from runbooks.log.words import sentence
from runbooks.machine.decide import allowed
from runbooks.machine.gates import gates, required_roles
from runbooks.machine.interlocks import signature
from runbooks.machine.interlocks.before import renewed
from runbooks.machine.interlocks.loss import covers, loss_with
from runbooks.machine.move import Allowed
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch, Undo
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.run import Complete, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Release, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.requests import Malformed, Refusal
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.machine.statements import KnownCopy
from runbooks.procedure.irreversible import act_key, acts, deleted, deletes, part_of, target_of
from runbooks.procedure.parser import parse
from runbooks.procedure.rollbacks import closing_step
from runbooks.runs.parameters import choose
from tests.factories import inventory
from tests.runbooks.machine.interlocks.test_overwrite import agree, copy, held
from tests.runbooks.machine.table import DECIDER, OPERATOR, ROLES, START, VERIFIER, Game, fresh
from tests.runbooks.texts import procedure

TEXT = b"""---
title: Delete the old ledger
operation: delete
parameters:
  target: {type: instance, label: T}
---
- [ ] Identify it

  ```guard
  identify: target
  ```

- [ ] Stop the writers

  ```guard
  freeze: target
  ```

- [ ] Hold the team check

  ```guard
  team_check: {fresh_for: 5m}
  ```

- [ ] Delete it

  ```sh
  ./wipe.sh <target.host>
  ```

  ```guard
  destroy: {target: target}
  undo: back
  ```

- [ ] Tell the team

## Back {#back .aside}

- [ ] Restore the safety copy
"""
FACTS = {
    "target": ParameterFacts(
        "ledger-old",
        {"host": "db-old-1"},
        ("7301442", "primary"),
        ("database system identifier", "role it reports"),
    ),
}
IDENTIFIERS = {"identify.first": "7301442", "identify.second": "primary"}
DELETE = 3
SAFETY = copy("target", "safety", "cellar", "cd" * 32)
NAME = {"name": "ledger-old"}
WHY = "It was a copy for the tests of 2019."


def begun(text: bytes = TEXT) -> Game:
    """A run whose deletion is begun, with nothing but order in its way."""
    line, state = fresh(procedure(text), FACTS)
    game = Game(replace(state, people=ROLES), [line])
    game.must(Start, OPERATOR, acknowledged=True)
    game.must(Tick, OPERATOR, 0, values=IDENTIFIERS)
    game.must(Tick, OPERATOR, 1, values={"freeze.writers": "0"})
    agree(game, 2)
    game.must(Tick, OPERATOR, 2)
    game.must(BeginStep, OPERATOR, DELETE)
    return game


def ready(*, copies: tuple[KnownCopy, ...] = (SAFETY,)) -> Game:
    """Everything is met but the typed name."""
    game = begun()
    held(game, copies=copies)
    game.must(Countersign, VERIFIER, DELETE)
    return game


def closed(state: RunState, at: timedelta = timedelta(0)) -> list[str]:
    return [gate.key for gate in gates(state, DELETE, START + at) if not gate.open]


def test_the_guard_marks_the_act_whatever_its_command_is() -> None:
    read = procedure(TEXT)
    guard = read.steps[DELETE].guard
    assert (act_key(guard), target_of(guard), deletes(guard)) == ("destroy", "target", True)
    assert [step.index for step in acts(read)] == [DELETE]
    assert (read.operation, read.written_into(), read.read_from()) == (
        Operation.DELETE, "target", "",
    )  # fmt: skip
    assert deleted(read) == "target"
    assert guard.countersign == "before"
    assert set(required_roles(begun().state)) == {
        RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("guard", "code"),
    [
        ("destroy: {target: target, from: target}", "unknown_key"),
        ("destroy: target", "wrong_type"),
        ("destroy: {part: t}", "missing_key"),
        ("destroy: {target: nothing}", "unknown_parameter"),
        ("destroy: {target: target}\n  countersign: after", "destroy"),
        ("destroy: {target: target}\n  overwrite: {target: target, from: target}", "destroy"),
        ("destroy: {target: target}\n  optional: true", "optional"),
    ],
)
def test_what_an_author_may_not_write(guard: str, code: str) -> None:
    text = TEXT.replace(b"destroy: {target: target}", guard.encode())
    assert f"syntax.{code}" in [finding.code for finding in parse(text).findings]


def test_everything_that_is_met_before_it() -> None:
    game = begun()
    assert closed(game.state) == ["countersigned", "safety_copy", "unlocked"]
    open_again = replace(game.state, steps=tuple(
        replace(step, status=StepStatus.OPEN) if step.index < 2 else step
        for step in game.state.steps
    ))  # fmt: skip
    assert {"identified", "frozen"} <= set(closed(open_again))
    held(game, confirmed=())
    assert "team_check" in closed(game.state)


@pytest.mark.parametrize(
    ("gone", "gate"),
    [
        ({"frozen": frozenset()}, "frozen"),
        ({"copies": ()}, "safety_copy"),
        ({"copies": (replace(SAFETY, verified_at=None),)}, "safety_copy"),
        ({"copies": (replace(SAFETY, purpose="backup"),)}, "safety_copy"),
        ({"copies": (replace(SAFETY, of="other"),)}, "safety_copy"),
        ({"confirmed": ()}, "team_check"),
    ],
)
def test_the_command_stays_locked_while_one_of_them_is_not_met(
    gone: dict[str, Any], gate: str
) -> None:
    game = ready()
    held(game, **gone)
    assert game.refused(Unlock, OPERATOR, DELETE, **NAME) == f"gate_{gate}"


def test_a_runbook_that_stops_no_writers_asks_for_none_to_be_stopped() -> None:
    text = TEXT.replace(b"  ```guard\n  freeze: target\n  ```\n", b"")
    line, state = fresh(procedure(text), FACTS)
    assert "frozen" not in [gate.key for gate in gates(state, DELETE, START)]
    freeze = b"- [ ] Tell the team\n\n  ```guard\n  freeze: target\n  ```\n"
    later = text.replace(b"- [ ] Tell the team\n", freeze)
    line, state = fresh(procedure(later), FACTS)
    assert "frozen" not in [gate.key for gate in gates(state, DELETE, START)]


def test_the_name_is_typed_and_then_it_is_ticked() -> None:
    game = ready()
    assert game.refused(Tick, OPERATOR, DELETE) == "gate_unlocked"
    empty = game.ask(Unlock, OPERATOR, DELETE, name=" ")
    assert isinstance(empty, Malformed)
    assert empty.errors == {"name": "Type the name of what is deleted."}
    other = game.ask(Unlock, OPERATOR, DELETE, name="ledger-primary")
    assert isinstance(other, Refusal)
    assert (other.code, other.guard, other.counts) == ("wrong_name", "destroy", True)
    assert other.sentence == "You typed ledger-primary; this step deletes ledger-old."
    assert game.refused(Unlock, VERIFIER, DELETE, **NAME) == "wrong_role"
    assert game.must(Unlock, OPERATOR, DELETE, **NAME) == ("step.unlocked",)
    game.wait(3600)  # the command takes as long as it takes
    assert closed(game.state, timedelta(hours=1)) == []
    assert game.must(Tick, OPERATOR, DELETE) == ("instance.deleted", "step.ticked")
    assert game.state.stated.deleted == {"target"}
    game.must(Tick, OPERATOR, 4)
    game.must(Complete, OPERATOR)  # nothing that follows a restore is owed


def test_the_countersign_counts_for_two_minutes_and_the_team_check_for_five() -> None:
    game = ready()
    game.wait(121)
    assert game.refused(Unlock, OPERATOR, DELETE, **NAME) == "gate_countersigned"
    game.wait(5 * 60)
    game.must(Countersign, VERIFIER, DELETE)
    assert game.refused(Unlock, OPERATOR, DELETE, **NAME) == "gate_team_check"
    agree(game, DELETE)
    game.must(Unlock, OPERATOR, DELETE, **NAME)


def test_the_decider_alone_signs_that_there_is_nothing_to_keep() -> None:
    game = ready(copies=())
    wanted = signature(game.state, DELETE, game.at)
    assert wanted is not None
    assert wanted.text == "nothing of ledger-old is kept"
    assert Allowed(Release, DELETE) in allowed(game.state, DECIDER, game.at)
    for person in (OPERATOR, VERIFIER):
        assert game.refused(Release, person, DELETE, reason="r") == "wrong_role"
    assert isinstance(game.ask(Release, DECIDER, DELETE, reason=" "), Malformed)
    assert game.must(Release, DECIDER, DELETE, reason=WHY) == ("step.released",)
    (signed,) = game.state.stated.signed
    assert (signed.by, signed.reason, signed.basis) == (DECIDER, WHY, "nothing to keep")
    (gate,) = [g for g in gates(game.state, DELETE, game.at) if g.key == "safety_copy"]
    assert (gate.open, WHY in gate.label) == (True, True)
    assert Allowed(Release, DELETE) not in allowed(game.state, DECIDER, game.at)
    line = game.lines[-1]
    text = sentence(line.event, game.state.procedure)
    assert text.endswith(f"nothing to keep (nothing of ledger-old is kept), because: {WHY}")
    game.must(Unlock, OPERATOR, DELETE, **NAME)


def test_nobody_signs_where_a_safety_copy_was_read_back() -> None:
    game = ready()
    assert signature(game.state, DELETE, game.at) is None
    assert game.refused(Release, DECIDER, DELETE, reason=WHY) == "no_hold"


def test_that_nothing_is_kept_is_no_signature_for_a_loss() -> None:
    game = ready(copies=())
    game.must(Release, DECIDER, DELETE, reason=WHY)
    (signed,) = game.state.stated.signed
    unknown = loss_with(game.state, "no copy", game.at)
    assert (unknown.newest, signed.newest) == (None, None)
    assert not covers(signed, replace(unknown, until=replace(unknown.until, at=None)))


def test_a_second_attempt_demands_its_guards_and_the_signature_again() -> None:
    game = ready(copies=())
    game.must(Release, DECIDER, DELETE, reason=WHY)
    game.must(ReportMismatch, OPERATOR, DELETE, observed="Nothing was deleted.")
    game.must(Diagnose, OPERATOR, DELETE, finding="The account may not.")
    assert renewed(game.state, [DELETE]) == [0, 2]
    game.must(Reopen, OPERATOR, DELETE)
    assert game.status()[:4] == ["open", "done", "locked", "locked"]
    assert "safety_copy" in closed(game.state)


def test_a_stop_locks_the_command_again() -> None:
    game = ready()
    game.must(Unlock, OPERATOR, DELETE, **NAME)
    game.must(Hold, DECIDER)
    game.must(Resume, OPERATOR, read_back="3")
    assert "unlocked" in closed(game.state)


def test_the_rollback_brings_it_back_and_closes_when_it_is_in_service_again() -> None:
    thaw = b"\n- [ ] Open it\n\n  ```guard\n  thaw: target\n  ```\n\n## Back"
    game = begun(TEXT.replace(b"\n## Back", thaw))
    held(game, copies=(SAFETY,))
    game.must(Countersign, VERIFIER, DELETE)
    game.must(Unlock, OPERATOR, DELETE, **NAME)
    game.must(Tick, OPERATOR, DELETE)
    closing = closing_step(game.state.procedure, "back")
    assert closing is not None
    assert closing.index == 5
    assert Allowed(Undo, DELETE) in allowed(game.state, OPERATOR, game.at)
    game.must(Tick, OPERATOR, 4)
    game.must(Tick, OPERATOR, 5)
    assert game.state.stated.deleted == frozenset()
    assert Allowed(Undo, DELETE) not in allowed(game.state, OPERATOR, game.at)
    refusal = game.ask(Undo, OPERATOR, DELETE, reason="We need it.")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "rollback_closed"


def test_a_part_is_said_and_what_is_left_is_not_gone() -> None:
    text = TEXT.replace(b"{target: target}\n  undo", b"{target: target, part: table audit}\n  undo")
    assert part_of(procedure(text).steps[DELETE].guard) == "table audit"
    game = begun(text)
    held(game, copies=(SAFETY,))
    game.must(Countersign, VERIFIER, DELETE)
    game.must(Unlock, OPERATOR, DELETE, **NAME)
    game.must(Tick, OPERATOR, DELETE)
    assert game.state.stated.deleted == frozenset()
    line = next(line for line in game.lines if line.kind == "instance.deleted")
    written = sentence(line.event, game.state.procedure)
    assert written == "deleted table audit of ledger-old"


@pytest.mark.parametrize(
    ("kind", "environment", "refused"),
    [
        (RunKind.DRILL, "production", True),
        (RunKind.DRILL, "staging", False),
        (RunKind.LIVE, "production", False),
    ],
)
def test_a_drill_never_deletes_production(
    kind: RunKind, environment: str, refused: bool, admin: User, at: Any
) -> None:
    ledger = inventory.system(admin, at)
    target = inventory.instance(ledger, admin, at, environment=environment)
    _, errors = choose(procedure(TEXT), ledger, {"target": str(target.pk)}, kind=kind, at=at)
    assert ("target" in errors) is refused


def test_what_copies_out_of_production_deletes_none_of_it(admin: User, at: Any) -> None:
    ledger = inventory.system(admin, at)
    target = inventory.instance(ledger, admin, at)
    read = procedure(TEXT.replace(b"operation: delete", b"operation: copy-out"))
    given = {"target": str(target.pk)}
    _, errors = choose(read, ledger, given, kind=RunKind.LIVE, at=at)
    assert "target" in errors
