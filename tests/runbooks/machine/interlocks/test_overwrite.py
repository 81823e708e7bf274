"""The irreversible act: what stands before it, one by one, and what a second attempt demands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from runbooks.enums import RunKind, StepStatus
from runbooks.machine.decide import allowed, decide
from runbooks.machine.gates import gates
from runbooks.machine.interlocks.before import renewed
from runbooks.machine.interlocks.team_check import unconfirmed
from runbooks.machine.move import Allowed, Request
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch, Undo
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck, Unlock
from runbooks.machine.refusals import refused
from runbooks.machine.requests import Malformed, Refusal
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.machine.statements import KnownCopy
from runbooks.runs.parameters import choose
from tests.factories import inventory
from tests.runbooks.machine.table import DECIDER, OPERATOR, ROLES, START, VERIFIER, Game, fresh
from tests.runbooks.texts import procedure

SOURCE = b"""---
title: Restore
parameters:
  target: {type: instance, label: T, environment: [production]}
  dump: {type: copy, label: D}
---
- [ ] Identify it

  ```guard
  identify: target
  ```

- [ ] Say the direction

  ```guard
  direction: {from: dump, into: target}
  ```

- [ ] Stop the writers

  ```guard
  freeze: target
  ```

- [ ] Hold the team check

  ```guard
  team_check: {fresh_for: 5m}
  ```

- [ ] Write it

  ```sh
  restore <dump.place> <target.host>
  ```

  ```guard
  overwrite: {target: target, from: dump}
  undo: back
  ```

- [ ] Look at it

## Back {#back .aside}

- [ ] Undo it
"""
FACTS = {
    "target": ParameterFacts(
        "ledger-primary",
        {"host": "db-prod-1"},
        ("7301442", "primary"),
        ("database system identifier", "role it reports"),
    ),
    "dump": ParameterFacts(
        "dump of today", {"place": "vault", "rpo": "86400", "data_as_of": START.isoformat()}
    ),
}
IDENTIFIERS = {"identify.first": " 7301442", "identify.second": "PRIMARY"}
WRITE = 4


def copy(instance: str, purpose: str, place: str, digest: str = "ab" * 32) -> KnownCopy:
    """A copy that this run read."""
    return KnownCopy(
        len(place), f"{instance} in {place}", place, "disk", instance, purpose, 0, digest, 9,
        registered_at=START, verified_at=START, verified_by=OPERATOR,
    )  # fmt: skip


GOOD = (copy("dump", "original", "stick"), copy("dump", "duplicate", "the vault"))
SAFETY = copy("target", "safety", "cellar", "cd" * 32)


def begun() -> Game:
    """A run whose overwrite is begun, with nothing but order in its way."""
    line, state = fresh(procedure(SOURCE), FACTS)
    game = Game(replace(state, people=ROLES), [line])
    game.must(Start, OPERATOR, acknowledged=True)
    game.must(Tick, OPERATOR, 0, values=IDENTIFIERS)
    values = {"direction.from": "dump of today", "direction.into": "ledger-primary"}
    game.must(Tick, OPERATOR, 1, values=values)
    game.must(Tick, OPERATOR, 2, values={"freeze.writers": "0"})
    agree(game, 3)
    game.must(Tick, OPERATOR, 3)
    game.must(BeginStep, OPERATOR, WRITE)
    return game


def agree(game: Game, step: int) -> None:
    for person in (OPERATOR, VERIFIER, DECIDER):
        game.must(ConfirmTeamCheck, person, step)


def ready() -> Game:
    """Everything is open but the typed name."""
    game = begun()
    held(game, copies=(*GOOD, SAFETY), frozen=frozenset({"target"}))
    game.must(Countersign, VERIFIER, WRITE)
    return game


def held(game: Game, **changes: Any) -> None:
    game.state = replace(game.state, stated=replace(game.state.stated, **changes))


def closed(state: RunState, at: timedelta = timedelta(0)) -> list[str]:
    return [gate.key for gate in gates(state, WRITE, START + at) if not gate.open]


def test_everything_that_stands_before_it() -> None:
    game = begun()
    held(game, copies=(GOOD[0],))
    assert closed(game.state) == [
        "countersigned", "safety_copy", "good_copies", "unlocked",
    ]  # fmt: skip
    labels = {gate.key: gate.label for gate in gates(game.state, WRITE, START)}
    assert labels["good_copies"].endswith("1 of 2; take it for the LAST GOOD COPY")
    fresh_state = replace(game.state, steps=tuple(
        replace(step, status=StepStatus.OPEN) if step.index < 3 else step
        for step in game.state.steps
    ))  # fmt: skip
    assert {"identified", "direction", "frozen"} <= set(closed(fresh_state))


@pytest.mark.parametrize(
    ("gone", "gate"),
    [
        ({"frozen": frozenset()}, "frozen"),
        ({"copies": GOOD}, "safety_copy"),
        ({"copies": (GOOD[0], SAFETY)}, "good_copies"),
        ({"copies": (GOOD[0], replace(GOOD[1], place="Stick/"), SAFETY)}, "good_copies"),
        ({"copies": (GOOD[0], replace(GOOD[1], sha256="ef" * 32), SAFETY)}, "good_copies"),
        ({"copies": (GOOD[0], replace(GOOD[1], verified_at=None), SAFETY)}, "good_copies"),
        ({"confirmed": ()}, "team_check"),
    ],
)
def test_it_is_not_laid_open_while_one_of_them_is_closed(gone: dict[str, Any], gate: str) -> None:
    game = ready()
    held(game, **gone)
    assert game.refused(Unlock, OPERATOR, WRITE, name="ledger-primary") == f"gate_{gate}"


def test_the_name_is_typed_and_then_it_is_ticked() -> None:
    game = ready()
    assert game.refused(Tick, OPERATOR, WRITE) == "gate_unlocked"
    assert isinstance(game.ask(Unlock, OPERATOR, WRITE, name=" "), Malformed)
    assert game.refused(Unlock, OPERATOR, WRITE, name="ledger-standby") == "wrong_name"
    assert game.refused(Unlock, VERIFIER, WRITE, name="ledger-primary") == "wrong_role"
    assert game.must(Unlock, OPERATOR, WRITE, name="Ledger-Primary ") == ("step.unlocked",)
    game.wait(3600)  # the command takes as long as it takes
    assert closed(game.state, timedelta(hours=1)) == []
    game.must(Tick, OPERATOR, WRITE)


def test_the_second_person_and_the_team_check_count_for_the_act() -> None:
    game = ready()
    game.wait(121)
    assert game.refused(Unlock, OPERATOR, WRITE, name="ledger-primary") == "gate_countersigned"
    game.must(Countersign, VERIFIER, WRITE)
    game.wait(5 * 60)
    game.must(Countersign, VERIFIER, WRITE)
    assert game.refused(Unlock, OPERATOR, WRITE, name="ledger-primary") == "gate_team_check"
    everyone = tuple(ROLES[person] for person in (OPERATOR, VERIFIER, DECIDER))
    assert unconfirmed(game.state, game.at) == everyone
    agree(game, WRITE)
    game.must(Unlock, OPERATOR, WRITE, name="ledger-primary")


def test_a_stop_puts_the_command_away_again() -> None:
    game = ready()
    game.must(Unlock, OPERATOR, WRITE, name="ledger-primary")
    game.must(Hold, DECIDER)
    game.must(Resume, OPERATOR, read_back="4")
    assert "unlocked" in closed(game.state)


def test_a_surprise_voids_the_team_check() -> None:
    game = ready()
    game.must(ReportMismatch, VERIFIER, WRITE, observed="Another prompt.")
    assert game.state.stated.confirmed == ()


def test_a_second_attempt_begins_with_its_guards() -> None:
    game = ready()
    game.must(ReportMismatch, OPERATOR, WRITE, observed="Nothing was written.")
    game.must(Diagnose, OPERATOR, WRITE, finding="The disk was full.")
    assert renewed(game.state, [WRITE]) == [0, 1, 3]
    assert renewed(game.state, [5]) == []
    game.must(Reopen, OPERATOR, WRITE)
    assert game.status()[:5] == ["open", "locked", "done", "locked", "locked"]
    assert [step.attempt for step in game.state.steps[:5]] == [2, 2, 1, 2, 2]


def test_what_is_taken_back_is_guarded_anew() -> None:
    game = ready()
    game.must(Unlock, OPERATOR, WRITE, name="ledger-primary")
    game.must(Tick, OPERATOR, WRITE)
    game.must(Undo, OPERATOR, WRITE, reason="The balance is wrong.")
    game.must(Tick, OPERATOR, 6)
    assert game.status()[:6] == ["open", "locked", "done", "locked", "locked", "locked"]


def test_three_wrong_names_hold_the_run_for_a_second_person() -> None:
    game = ready()
    for misses, held_for in ((0, False), (1, False), (2, True)):
        held(game, misses={WRITE: misses})
        request = Request(Unlock(step=WRITE, name="x"), OPERATOR, game.at)
        refusal = decide(game.state, request)
        assert isinstance(refusal, Refusal)
        event, *hold = refused(game.state, request, refusal)
        assert (event.to_data()["guard"], event.to_data()["tried"]) == ("overwrite", {"name": "x"})
        assert [event.kind for event in hold] == ["run.held"] * held_for


@pytest.mark.parametrize(
    ("name", "caught"),
    [
        ("ledgr", ""),
        ("db-prod-1", ""),
        ("Dump of today", "wrong-target"),
        ("target in cellar", "wrong-target"),
    ],
)
def test_a_slip_is_no_near_miss_and_the_name_of_another_thing_is_one(
    name: str, caught: str
) -> None:
    game = ready()
    refusal = game.ask(Unlock, OPERATOR, WRITE, name=name)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.counts, refusal.caught) == ("wrong_name", True, caught)


COPY_OUT = b"""---
title: Copy out
operation: copy-out
parameters:
  source: {type: instance, label: S, environment: [production]}
  target: {type: instance, label: T}
---
- [ ] Say the direction

  ```guard
  direction: {from: source, into: target}
  ```
"""


def test_who_only_copies_out_has_an_account_that_only_reads() -> None:
    facts = {"source": ParameterFacts("ledger-primary"), "target": ParameterFacts("laptop")}
    line, state = fresh(procedure(COPY_OUT), facts)
    game = Game(replace(state, people=ROLES), [line])
    silent = game.ask(Start, OPERATOR, acknowledged=True)
    assert isinstance(silent, Malformed)
    assert set(silent.errors) == {"access"}
    outcome = game.ask(Start, OPERATOR, acknowledged=True, access="write")
    assert isinstance(outcome, Refusal)
    assert (outcome.code, outcome.guard) == ("write_access", "access")
    game.must(Start, OPERATOR, acknowledged=True, access="read")
    assert game.state.stated.access == "read"


@pytest.mark.parametrize(
    ("operation", "refused"), [("copy-out", True), ("backup", False), ("", True)]
)
def test_what_copies_out_of_production_never_writes_into_it(
    operation: str, refused: bool, admin: User, at: datetime
) -> None:
    ledger = inventory.system(admin, at)
    source, target = (inventory.instance(ledger, admin, at, name=n) for n in ("one", "two"))
    front = f"operation: {operation}\n" if operation else ""
    read = procedure(COPY_OUT.replace(b"operation: copy-out\n", front.encode()))
    given = {"source": str(source.pk), "target": str(target.pk)}
    _, errors = choose(read, None, given, kind=RunKind.LIVE, at=at)
    assert ("target" in errors) is refused


def test_a_loss_that_grew_after_the_copy_was_read_is_signed_before_the_act() -> None:
    game = ready()
    old = {**FACTS["dump"].fields, "data_as_of": (game.at - timedelta(hours=25)).isoformat()}
    facts = {**game.state.facts, "dump": replace(FACTS["dump"], fields=old)}
    game.state = replace(game.state, facts=facts)
    name = {"name": "ledger-primary"}
    assert game.refused(Unlock, OPERATOR, WRITE, **name) == "gate_loss_signed"
    assert game.refused(Release, OPERATOR, WRITE, reason="r") == "wrong_role"
    assert Allowed(Release, WRITE) in allowed(game.state, DECIDER, game.at)
    game.must(Release, DECIDER, WRITE, reason="It is the best there is.")
    assert "RPO" not in str(game.lines[-1].event.to_data()["loss"])
    assert Allowed(Release, WRITE) not in allowed(game.state, DECIDER, game.at)
    later = {"target": game.state.stated.stopped["target"] + timedelta(hours=7)}
    signed = game.state
    held(game, stopped=later)
    assert game.refused(Unlock, OPERATOR, WRITE, **name) == "gate_loss_signed"
    game.state = signed
    game.must(Unlock, OPERATOR, WRITE, **name)
    held(game, stopped=later)  # what becomes known after the act does not stand before its tick
    game.must(Tick, OPERATOR, WRITE)


def test_a_copy_whose_newest_record_nobody_knows_is_signed_for() -> None:
    game = ready()
    game.state = replace(
        game.state,
        facts={**game.state.facts, "dump": ParameterFacts("dump of today", {"rpo": "86400"})},
    )
    assert game.refused(Unlock, OPERATOR, WRITE, name="ledger-primary") == "gate_loss_signed"
    (gate,) = [g for g in gates(game.state, WRITE, game.at) if g.key == "loss_signed"]
    assert "nobody has read the newest record" in gate.label
    game.must(Release, DECIDER, WRITE, reason="There is no other.")
    game.must(Unlock, OPERATOR, WRITE, name="ledger-primary")
