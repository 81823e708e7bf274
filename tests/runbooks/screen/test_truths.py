"""Sentences beside the gates and the copies say what is so, and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.models import Copy
from runbooks.machine.gates import gates
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.procedure.guards.target import Identify
from runbooks.screen.context import PageContext, Person
from runbooks.screen.gate_lines import gate_lines
from runbooks.screen.side import side
from tests.runbooks import texts
from tests.runbooks.machine.guarded import guarded
from tests.runbooks.machine.interlocks.test_after import ACT, overwrite
from tests.runbooks.machine.table import OPERATOR, VERIFIER, Game


@pytest.mark.parametrize(("kind", "runs_out"), [("before", True), ("after", False)])
def test_only_a_countersign_that_runs_out_is_said_to(kind: str, runs_out: bool) -> None:
    game = Game.from_source(
        texts.text(f"Count\ncountersign: {kind}\nrecord: {{n: {{type: number}}}}")
    )
    if runs_out:
        game.must(BeginStep, OPERATOR, 0)
    else:
        game.must(Tick, OPERATOR, 0, values={"n": "1"})
    (door,) = [
        door
        for door in gate_lines(game.state, 0, gates(game.state, 0, game.at), game.at)
        if door.gate.key == "countersigned"
    ]
    assert door.asked.startswith("Asked at ")
    assert ("it counts for" in door.asked) is runs_out


def test_what_identifies_a_machine_is_not_called_secret() -> None:
    """The inventory shows it to everybody: this page does not."""
    assert Identify.help.endswith("What they should be is not shown on this page.")


def test_a_question_that_nobody_asked_is_no_closed_gate() -> None:
    game = guarded("Verify\nverify: dump")
    asked = [door for door in gate_lines(game.state, 0, (), game.at) if door.remark]
    assert [door.word for door in asked] == ["Not asked"]


def test_after_the_restore_no_copy_is_measured_by_what_was_there_before() -> None:
    game = guarded("Freeze\nfreeze: target", ACT)
    game.must(Tick, OPERATOR, 0, values={"freeze.writers": "0"})

    def margin() -> str:
        copy = Copy(name="new", state="good", data_as_of=game.at + timedelta(minutes=5))
        setattr(copy, "last_good", False)  # noqa: B010 (as `Copy.objects.marked()` does)
        page = PageContext(
            game.state, VERIFIER, game.at + timedelta(hours=1), {VERIFIER: Person(1, "V", "v")}
        )
        (line,) = side(page, copies=[copy], evidence=(), events=()).copies
        return line.age

    assert "newer than when the writers stopped" in margin()
    overwrite(game, 1)
    assert margin() == "data 55 min old"
