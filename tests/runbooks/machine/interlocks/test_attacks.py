"""Ways around the interlocks that somebody tried, in the machine alone: each stays closed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from inventory.identifiers import plain
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.roles import ReleaseRole, TakeRole
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Decide, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck, Unlock
from runbooks.machine.requests import Malformed
from runbooks.procedure.parser import parse
from tests.runbooks.machine.guarded import FACTS as FACTS_OF_COPIES
from tests.runbooks.machine.guarded import SHA, guarded
from tests.runbooks.machine.interlocks.test_overwrite import (
    FACTS,
    GOOD,
    IDENTIFIERS,
    SAFETY,
    WRITE,
    agree,
    closed,
    held,
    ready,
)
from tests.runbooks.machine.table import DECIDER, OPERATOR, RELIEF, ROLES, VERIFIER, Game, fresh
from tests.runbooks.texts import procedure, text

FRONT = "parameters:\n  target: {type: instance, label: T}\n  dump: {type: copy, label: D}"
SAID = {"direction.from": "dump of today", "direction.into": "ledger-primary"}

#: Two decisions lead to one section that overwrites.
TWICE = text(
    "Identify\nidentify: target",
    "Direction\ndirection: {from: dump, into: target}",
    "Freeze\nfreeze: target",
    "First\ndecide: {question: 'Which?', options: {write: write, go on: ''}}",
    "Second\ndecide: {question: 'Which?', options: {write: write, go on: ''}}",
    "# Write {#write .aside}",
    "Write\noverwrite: {target: target, from: dump}",
    front=FRONT,
)
ASIDE = 5


def unlock(game: Game, step: int = WRITE) -> str:
    return game.refused(Unlock, OPERATOR, step, name="ledger-primary")


def hand_over(game: Game, to: int) -> None:
    words: dict[str, Any] = {
        "position": "at 5",
        "running": "none",
        "next_step": "5",
        "worries": "-",
    }
    game.must(HandOver, OPERATOR, to=to, **words)


def test_a_role_that_was_given_back_is_missing_in_the_team_check() -> None:
    game = ready()
    game.must(ReleaseRole, DECIDER)
    assert unlock(game) == "gate_team_check"
    game.must(TakeRole, RELIEF, role="decider")
    assert unlock(game) == "gate_team_check"
    game.must(ConfirmTeamCheck, RELIEF, WRITE)
    assert unlock(game) == ""


def test_one_person_does_not_agree_for_two_roles_one_after_the_other() -> None:
    game = ready()
    game.must(ReleaseRole, VERIFIER)
    game.must(ReleaseRole, DECIDER)
    game.must(TakeRole, VERIFIER, role="decider")
    game.must(ConfirmTeamCheck, VERIFIER, WRITE)
    assert unlock(game) == "gate_team_check"


def test_who_takes_over_lays_the_command_open_anew() -> None:
    game = ready()
    assert unlock(game) == ""
    hand_over(game, RELIEF)
    game.must(AcceptHandOver, RELIEF, read_back="4", identifier="7301442")
    assert closed(game.state) == ["team_check", "unlocked"]
    game.must(ConfirmTeamCheck, RELIEF, WRITE)
    game.must(Unlock, RELIEF, WRITE, name="ledger-primary")


def test_a_verifier_who_takes_over_does_not_act_on_their_own_countersign() -> None:
    game = ready()
    hand_over(game, VERIFIER)
    values: dict[str, Any] = {"read_back": "4", "identifier": "primary"}  # as every other primary
    assert game.refused(AcceptHandOver, VERIFIER, **values) == "wrong_target"
    game.must(AcceptHandOver, VERIFIER, read_back="4", identifier="7301442")
    game.must(ConfirmTeamCheck, VERIFIER, WRITE)
    assert game.refused(Unlock, VERIFIER, WRITE, name="ledger-primary") == "own_step"
    game.must(TakeRole, OPERATOR, role="verifier")
    assert game.refused(Countersign, OPERATOR, WRITE) == "own_step"


def test_a_section_gone_through_again_is_locked_again() -> None:
    line, state = fresh(procedure(TWICE), FACTS)
    game = Game(replace(state, people=ROLES), [line])
    game.must(Start, OPERATOR, acknowledged=True)
    game.must(Tick, OPERATOR, 0, values=IDENTIFIERS)
    game.must(Tick, OPERATOR, 1, values=SAID)
    game.must(Tick, OPERATOR, 2, values={"freeze.writers": "0"})
    game.must(Decide, OPERATOR, 3, answer="write", reason="It must be.")
    held(game, copies=(*GOOD, SAFETY))
    game.must(BeginStep, OPERATOR, ASIDE)
    agree(game, ASIDE)
    game.must(Countersign, VERIFIER, ASIDE)
    assert unlock(game, ASIDE) == ""
    game.must(Tick, OPERATOR, ASIDE)
    game.must(Decide, OPERATOR, 4, answer="write", reason="Once more.")
    assert game.state.stated.unlocked == {}
    game.must(BeginStep, OPERATOR, ASIDE)
    game.must(Countersign, VERIFIER, ASIDE)
    assert unlock(game, ASIDE) == "gate_identified"


def test_a_loss_that_nobody_could_count_is_asked_for() -> None:
    """The step that reads the live data stands in a section that was passed by."""
    game = guarded(
        "Up?\ndecide: {question: 'Does it answer?', options: {up: up, down: down}}",
        "# Up",
        "Look\nrecord: {found: {type: datetime}}",
        "# Down",
        "Tell",
        "# Then",
        "Open\nverify: {of: dump, live: found}",
        live=True,
    )
    game.must(Decide, OPERATOR, 0, answer="down", reason="It does not answer.")
    game.must(Tick, OPERATOR, 2)
    read = {"verify.size": "4.00 KiB", "verify.newest": "2026-01-02 01:00 UTC", "verify.how": "q"}
    silent = game.ask(Tick, OPERATOR, 3, values=read)
    assert isinstance(silent, Malformed)
    assert set(silent.errors) == {"value_verify.live"}
    read["verify.live"] = "2026-03-04 03:00 UTC"
    assert game.refused(Tick, OPERATOR, 3, values=read) == "gate_loss_signed"


def test_the_longest_name_of_a_copy_still_gets_a_duplicate() -> None:
    facts = {"dump": replace(FACTS_OF_COPIES["dump"], value="d" * 120)}
    game = guarded("Protect\nprotect: {of: dump, medium: disk, encrypted: 'yes'}", facts=facts)
    read = {"protect.place": "vault", "protect.original": SHA, "protect.duplicate": SHA}
    game.must(Tick, OPERATOR, 0, values=read)
    name = game.state.stated.copies[-1].name
    assert len(name) == 120
    assert name.endswith("d-run-7-step-1")


@pytest.mark.parametrize(
    "typed", ["ledger\u200b", "\u2066LEDGER\u2069", " ledger\u00a0", "ledger\ufeff"]
)
def test_what_pasting_brings_along_is_no_near_miss(typed: str) -> None:
    assert plain(typed) == "ledger"
    assert plain("Zürich") == plain("Zu\u0308rich")


@pytest.mark.parametrize("typed", ["lеdger", "ledger-", "ledge", "1edger", "ｌedger", ""])
def test_what_only_looks_alike_is_another_name(typed: str) -> None:
    assert plain(typed) != plain("ledger")


def test_a_line_that_can_never_be_right_is_no_text() -> None:
    (finding,) = parse(text("Wait\nwait: {expect: [], bad: writing}")).findings
    assert finding.code == "syntax.wrong_type"
    assert "expect" in finding.sentence
