"""The interlocks: what the demands of a step's guard do in a run. Pure, one class a demand.

`asks` says what a step asks for, `gates` what it waits for, `wrong` what does not fit,
`events` what its tick states. The machine asks these four and knows no guard by name; a new guard
is a demand in `runbooks.procedure.guards` and the class here that judges it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from runbooks.machine.events.event import RunEvent
from runbooks.machine.interlocks import (
    after,
    copies,
    destroy,
    direction,
    freeze,
    identify,
    overwrite,
    team_check,
    verify,
    wait,
)
from runbooks.machine.interlocks.interlock import Interlock, Signature, Wrong
from runbooks.machine.requests import Gate
from runbooks.machine.state import RunState
from runbooks.procedure.guards.demand import Demand
from runbooks.procedure.model import ValueSpec

#: What judges each demand. A module lists its own.
INTERLOCKS: dict[type[Demand], type[Interlock[Demand]]] = {
    interlock.judges: interlock
    for module in (
        identify,
        direction,
        freeze,
        copies,
        verify,
        overwrite,
        destroy,
        team_check,
        wait,
        after,
    )
    for interlock in module.INTERLOCKS
}


def asks(state: RunState, index: int) -> tuple[ValueSpec, ...]:
    """Every value that step `index` wants: what it records, then what its interlocks ask for."""
    guard = state.step(index).guard
    if not guard.demands:
        return guard.record
    return (*guard.record, *(spec for lock in _at_step(state, index) for spec in lock.asks()))


def gates(state: RunState, index: int, at: datetime) -> tuple[Gate, ...]:
    """What the interlocks of step `index` wait for at `at` (aware)."""
    return tuple(gate for lock in _at_step(state, index) for gate in lock.gates(at))


def wrong(state: RunState, index: int, values: Mapping[str, str], at: datetime) -> Wrong | None:
    """The first thing that an interlock of step `index` finds wrong with `values`, normal texts by
    name: what was recorded before and what is sent now."""
    for lock in _at_step(state, index):
        if unfit := lock.wrong(values, at):
            return replace(unfit, guard=lock.judges.key)
    return None


def events(
    state: RunState, index: int, values: Mapping[str, str], at: datetime
) -> tuple[RunEvent, ...]:
    """What a tick of step `index` states besides that it is done."""
    return tuple(event for lock in _at_step(state, index) for event in lock.events(values, at))


def signature(state: RunState, index: int, at: datetime) -> Signature | None:
    """What the decider is to sign for at `at` (aware) before step `index` goes on; None when
    nothing, or all is signed at this attempt."""
    signatures = (lock.signs(at) for lock in _at_step(state, index))
    return next((signature for signature in signatures if signature), None)


def _at_step(state: RunState, index: int) -> Iterator[Interlock[Demand]]:
    for demand in state.step(index).guard.demands:
        yield INTERLOCKS[type(demand)](demand, state, index)
