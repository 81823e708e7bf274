"""The demands of a guard: kept with a revision as plain data, and read back the same."""

from __future__ import annotations

import json

import pytest

from runbooks.enums import Deviation
from runbooks.library.demands import demands
from runbooks.machine import interlocks
from runbooks.machine.gates import gates
from runbooks.procedure.guards import DEMANDS
from runbooks.procedure.guards.acts import Wait
from runbooks.procedure.guards.arguments import Plain, from_data, to_data
from runbooks.procedure.model import Procedure
from runbooks.procedure.serialization import as_json, from_json
from tests.runbooks.machine.interlocks.test_overwrite import FACTS, SOURCE
from tests.runbooks.machine.interlocks.test_properties import TEXTS
from tests.runbooks.machine.table import START, fresh
from tests.runbooks.texts import procedure

WRITTEN: dict[str, dict[str, Plain]] = {
    "direction": {"from": "dump", "into": "target"},
    "copy": {"of": "target", "medium": "disk", "encrypted": "yes", "purpose": "safety"},
    "overwrite": {"target": "target", "from": "dump"},
    "destroy": {"target": "target", "part": "one table"},
    "team_check": {"fresh_for": 300},
    "wait": {"expect": ["restoring"], "bad": ["writing"], "cancel": "press Ctrl-C"},
    "rearm": {"what": ["jobs", "alerts"]},
}


def kept(read: Procedure) -> Procedure:
    """The procedure after it was kept in a JSON column."""
    return from_json(json.loads(json.dumps(as_json(read))))


@pytest.mark.parametrize("source", [SOURCE, *TEXTS.values()])
def test_what_was_kept_demands_the_same(source: bytes) -> None:
    read = procedure(source)
    again = kept(read)
    assert again == read
    assert list(read.demands())
    _, state = fresh(again, FACTS)
    for step in again.steps:
        assert len(demands(step.guard, again)) >= len(step.guard.demands)
        assert gates(state, step.index, START) is not None


@pytest.mark.parametrize("key", DEMANDS)
def test_every_demand_is_kept_as_it_is_written(key: str) -> None:
    written = WRITTEN.get(key, {"of": "target"})
    demand = from_data(DEMANDS[key], written)
    assert to_data(demand) == written
    assert from_data(DEMANDS[key], to_data(demand)) == demand
    assert demand.promise()


@pytest.mark.parametrize(
    ("line", "deviation"),
    [
        ("restoring ledger", None),
        ("Writing backup", Deviation.WRONG_DIRECTION),
        ("tar: r", ""),
    ],
)
def test_one_text_is_compared_as_a_whole(line: str, deviation: str | None) -> None:
    wait = b"  wait: {expect: restoring, bad: writing}\n  overwrite:"
    text = SOURCE.replace(b"  overwrite:", wait)
    read = kept(procedure(text))
    index = next(step.index for step in read.steps if Wait in step.guard)
    _, state = fresh(read, FACTS)
    unfit = interlocks.wrong(state, index, {"wait.first_line": line}, START)
    assert (unfit and unfit.deviation) == deviation
