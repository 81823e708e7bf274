"""The pages that are made from the tables of the machine tell what the machine does."""

from __future__ import annotations

from typing import Any

from runbooks.machine.events.kinds import KINDS
from runbooks.machine.move import Move
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch, Undo
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.second_person import Countersign, Object
from runbooks.machine.moves.steps import BeginStep, Decide, NotApplicable, Tick
from runbooks.management import reference
from tests.runbooks import texts
from tests.runbooks.machine.table import DECIDER, OPERATOR, VERIFIER, Game

Ways = set[tuple[Any, type[Move], Any]]


def played(source: bytes, *moves: tuple[type[Move], int, int | None, dict[str, Any]]) -> Ways:
    """Every change of state of a run and its steps that a row of moves brings."""
    game = Game.from_source(source, started=False)
    ways: Ways = set()
    for move, by, step, sent in ((Start, OPERATOR, None, {"acknowledged": True}), *moves):
        before = game.state
        game.must(move, by, step, **sent)
        ways.add((before.status, move, game.state.status))
        pairs = zip(before.steps, game.state.steps, strict=True)
        ways |= {(old.status, move, new.status) for old, new in pairs}
    return ways


def test_every_way_in_the_diagrams_can_be_gone() -> None:
    counted = {"values": {"rows": "1", "seen": "a"}}
    ways = played(
        texts.AFTER,
        (BeginStep, OPERATOR, 0, {}),
        (Tick, OPERATOR, 0, {}),
        (BeginStep, OPERATOR, 1, {}),
        (Tick, OPERATOR, 1, counted),
        (Object, VERIFIER, 1, {"reason": "no"}),
        (Diagnose, VERIFIER, 1, {"finding": "x"}),
        (Reopen, OPERATOR, 1, {}),
        (BeginStep, OPERATOR, 1, {}),
        (ReportMismatch, OPERATOR, 1, {"observed": "x"}),
        (Resume, VERIFIER, None, {"read_back": "1"}),
        (Diagnose, VERIFIER, 1, {"finding": "x"}),
        (Reopen, OPERATOR, 1, {}),
        (Tick, OPERATOR, 1, counted),
        (Countersign, VERIFIER, 1, counted),
        (Tick, OPERATOR, 2, {}),
        (Complete, OPERATOR, None, {}),
    )
    ways |= played(
        texts.BRANCHES,
        (Decide, OPERATOR, 0, {"answer": "left", "reason": "so"}),
        (Tick, OPERATOR, 1, {}),
        (Undo, OPERATOR, 1, {"reason": "so"}),
        (Abort, DECIDER, None, {"reason": "so"}),
    )
    ways |= played(
        texts.OPTIONAL,
        (NotApplicable, OPERATOR, 0, {"reason": "so"}),
        (Hold, VERIFIER, None, {}),
        (Abort, DECIDER, None, {"reason": "so"}),
    )
    unopened = Game.from_source(texts.PLAIN, started=False)
    before = unopened.state.status
    unopened.must(Abort, OPERATOR, reason="so")
    ways.add((before, Abort, unopened.state.status))
    assert set(reference.RUN_WAYS) <= ways
    assert set(reference.STEP_WAYS) <= ways


def test_the_pages_leave_nothing_out() -> None:
    states, events = reference.run_states_page(), reference.events_page()
    assert all(f"| {move.kind.replace('_', ' ')}" in states for move in MOVES)
    assert all(f"| `{kind}` | {event.reference()} |" in events for kind, event in KINDS.items())
    for line in states.splitlines():
        if line.startswith("| "):
            assert line.count("|") == 7
