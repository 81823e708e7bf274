"""The pages that are made from the tables of the machine tell what the machine does."""

from __future__ import annotations

from typing import Any

from runbooks.enums import Move
from runbooks.machine.events.kinds import KINDS
from runbooks.machine.rules import RULES
from runbooks.management import reference
from tests.runbooks import texts
from tests.runbooks.machine.table import DECIDER, OPERATOR, VERIFIER, Game

Ways = set[tuple[Any, Move, Any]]


def played(source: bytes, *moves: tuple[Move, int, int | None, dict[str, Any]]) -> Ways:
    """Every change of state of a run and its steps that a row of moves brings."""
    game = Game.of(source, started=False)
    found: Ways = set()
    for move, by, step, sent in ((Move.START, OPERATOR, None, {"acknowledged": True}), *moves):
        before = game.state
        game.must(move, by, step, **sent)
        found.add((before.status, move, game.state.status))
        pairs = zip(before.steps, game.state.steps, strict=True)
        found |= {(old.status, move, new.status) for old, new in pairs}
    return found


def test_every_way_in_the_diagrams_can_be_gone() -> None:
    counted = {"values": {"rows": "1", "seen": "a"}}
    found = played(
        texts.AFTER,
        (Move.BEGIN_STEP, OPERATOR, 0, {}),
        (Move.TICK, OPERATOR, 0, {}),
        (Move.BEGIN_STEP, OPERATOR, 1, {}),
        (Move.TICK, OPERATOR, 1, counted),
        (Move.OBJECT, VERIFIER, 1, {"reason": "no"}),
        (Move.DIAGNOSE, VERIFIER, 1, {"finding": "x"}),
        (Move.REOPEN, OPERATOR, 1, {}),
        (Move.BEGIN_STEP, OPERATOR, 1, {}),
        (Move.REPORT_MISMATCH, OPERATOR, 1, {"observed": "x"}),
        (Move.RESUME, VERIFIER, None, {"read_back": "1"}),
        (Move.DIAGNOSE, VERIFIER, 1, {"finding": "x"}),
        (Move.REOPEN, OPERATOR, 1, {}),
        (Move.TICK, OPERATOR, 1, counted),
        (Move.COUNTERSIGN, VERIFIER, 1, counted),
        (Move.TICK, OPERATOR, 2, {}),
        (Move.COMPLETE, OPERATOR, None, {}),
    )
    found |= played(
        texts.BRANCHES,
        (Move.DECIDE, OPERATOR, 0, {"answer": "left", "reason": "so"}),
        (Move.TICK, OPERATOR, 1, {}),
        (Move.UNDO, OPERATOR, 1, {"reason": "so"}),
        (Move.ABORT, DECIDER, None, {"reason": "so"}),
    )
    found |= played(
        texts.OPTIONAL,
        (Move.NOT_APPLICABLE, OPERATOR, 0, {"reason": "so"}),
        (Move.HOLD, VERIFIER, None, {}),
        (Move.ABORT, DECIDER, None, {"reason": "so"}),
    )
    unopened = Game.of(texts.PLAIN, started=False)
    before = unopened.state.status
    unopened.must(Move.ABORT, OPERATOR, reason="so")
    found.add((before, Move.ABORT, unopened.state.status))
    assert set(reference.RUN_WAYS) <= found
    assert set(reference.STEP_WAYS) <= found


def test_the_pages_leave_nothing_out() -> None:
    states, events = reference.run_states_page(), reference.events_page()
    assert all(f"| {move.value.replace('_', ' ')}" in states for move in RULES)
    assert all(f"| `{kind}` | {told.reference()} |" in events for kind, told in KINDS.items())
    for line in states.splitlines():
        if line.startswith("| "):
            assert line.count("|") == 7
