"""Revisions that were read before the guards were enforced: what they keep is demanded now."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from runbooks.enums import CountersignTiming, Deviation
from runbooks.library.demands import demands
from runbooks.machine import interlocks
from runbooks.machine.gates import gates
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.steps import Tick
from runbooks.procedure.model import Procedure
from runbooks.procedure.serialization import as_json, from_json
from tests.runbooks.machine.interlocks.test_overwrite import FACTS, IDENTIFIERS, SOURCE, WRITE
from tests.runbooks.machine.table import OPERATOR, ROLES, START, Game, fresh
from tests.runbooks.texts import procedure

WAIT = 5
BEFORE: dict[int, dict[str, Any]] = {
    0: {"identify": "target"},
    1: {"direction": {"from": "dump", "into": "target"}},
    2: {"freeze": "target"},
    3: {"team_check": {"fresh_for": 300}},
    WRITE: {"overwrite": {"target": "target", "from": "dump"}},
}


def older(wait: dict[str, str], countersign: str | None = None) -> Procedure:
    """The text as it was kept then."""
    data = json.loads(json.dumps(as_json(procedure(SOURCE))))
    del data["operation"]
    for index, step in enumerate(data["steps"]):
        guard = step["guard"]
        del guard["locks"], guard["override"]
        guard["later"] = {**BEFORE, WAIT: {"wait": wait}}.get(index, {})
    data["steps"][WRITE]["guard"]["countersign"] = countersign
    return from_json(data)


@pytest.mark.parametrize("countersign", [None, "after", "before"])
def test_a_run_that_is_under_way_gets_the_second_person(countersign: str | None) -> None:
    read = older({"expect": "restoring"}, countersign)
    assert read.steps[WRITE].guard == procedure(SOURCE).steps[WRITE].guard
    assert read.steps[WRITE].guard.countersign is CountersignTiming.BEFORE
    line, state = fresh(read, FACTS)
    game = Game(replace(state, people=ROLES), [line])
    game.must(Start, OPERATOR, acknowledged=True)
    game.must(Tick, OPERATOR, 0, values=IDENTIFIERS)
    for step in read.steps:
        assert len(demands(step.guard, read)) >= len(step.guard.locks)
        assert gates(game.state, step.index, START) is not None


@pytest.mark.parametrize(
    ("wait", "line", "deviation"),
    [
        ({"expect": "restoring", "bad": "writing"}, "restoring ledger", None),
        ({"expect": "restoring", "bad": "writing"}, "Writing backup", Deviation.WRONG_DIRECTION),
        ({"expect": "restoring", "bad": "writing"}, "tar: r", ""),
        ({"bad": "writing"}, "anything else", None),
        ({"cancel": "press Ctrl-C"}, "anything", None),
    ],
)
def test_one_text_is_compared_as_a_whole(
    wait: dict[str, str], line: str, deviation: str | None
) -> None:
    _, state = fresh(older(wait), FACTS)
    found = interlocks.wrong(state, WAIT, {"wait.first_line": line}, START)
    assert (found and found.deviation) == deviation
    assert interlocks.promises(state.step(WAIT).guard)
