"""What every declaration of a move has to say: forms, the API and the pages are built from it."""

from __future__ import annotations

import re

import pytest

from runbooks.machine.entries import EntryKind
from runbooks.machine.move import Move
from runbooks.machine.moves import BY_KIND, MOVES
from runbooks.machine.moves.steps import Tick


def test_every_move_is_found_by_its_kind() -> None:
    assert len(BY_KIND) == len(MOVES)
    assert BY_KIND["tick"] is Tick


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.kind)
def test_a_move_says_what_it_is(move: type[Move]) -> None:
    assert re.fullmatch("[a-z]+(_[a-z]+)*", move.kind)
    assert move.__doc__
    assert move.first_events
    assert bool(move.title) == bool(move.button) == (move is not Tick)  # a tick's names the step
    assert ("step" in move.entries()) == (move.rule.steps is not None) or not move.rule.moving


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.kind)
def test_a_field_says_how_it_is_asked_for(move: type[Move]) -> None:
    for name, entry in move.entries().items():
        by_itself = {EntryKind.STEP, EntryKind.VALUES}
        assert (
            entry.label or entry.hidden or entry.empty or entry.kind in by_itself or name == "lead"
        )
