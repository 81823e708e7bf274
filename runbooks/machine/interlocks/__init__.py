"""The interlocks: what the dangerous guards of a step demand. Pure, one class a guard.

`asks` says what a step wants to be told, `gates` what it waits for, `wrong` what does not fit,
`events` what its tick states. The machine asks these four and knows no guard by name; a new guard
is a class here and its word in `runbooks.procedure.parser.lockkeys`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from runbooks.enums import ValueType
from runbooks.machine.events.event import RunEvent
from runbooks.machine.interlocks.after import Compare, Quarantine, Rearm, missing
from runbooks.machine.interlocks.before import renewed
from runbooks.machine.interlocks.copies import MakeCopy, Protect
from runbooks.machine.interlocks.destroy import Destroy
from runbooks.machine.interlocks.direction import Direction
from runbooks.machine.interlocks.freeze import Freeze, Thaw
from runbooks.machine.interlocks.identify import Identify, Mark, only_named, proof
from runbooks.machine.interlocks.interlock import Interlock, Signature, Wrong
from runbooks.machine.interlocks.overwrite import Overwrite
from runbooks.machine.interlocks.team_check import TeamCheck, confirmed, unconfirmed
from runbooks.machine.interlocks.verify import Verify
from runbooks.machine.interlocks.wait import Wait
from runbooks.machine.requests import Gate
from runbooks.machine.state import RunState
from runbooks.procedure.model import Guard, Step, ValueSpec

__all__ = [
    "INTERLOCKS",
    "Interlock",
    "Signature",
    "Wrong",
    "asks",
    "begins",
    "confirmed",
    "events",
    "gates",
    "is_masked",
    "missing",
    "only_named",
    "promises",
    "proof",
    "renewed",
    "signature",
    "unconfirmed",
    "values",
    "word",
    "wrong",
]

INTERLOCKS: dict[str, Interlock] = {
    lock.key: lock
    for lock in (
        Identify(),
        Mark(),
        Direction(),
        Freeze(),
        Thaw(),
        MakeCopy(),
        Protect(),
        Verify(),
        Overwrite(),
        Destroy(),
        TeamCheck(),
        Wait(),
        Rearm(),
        Quarantine(),
        Compare(),
    )
}


def asks(state: RunState, index: int) -> tuple[ValueSpec, ...]:
    """Every value that step `index` wants: what it records, then what its interlocks ask for."""
    step = state.step(index)
    if not step.guard.locks:
        return step.guard.record
    return (*step.guard.record, *(a for lock in _of(step) for a in lock.asks(state, index)))


def gates(state: RunState, index: int, at: datetime) -> tuple[Gate, ...]:
    """What the interlocks of step `index` wait for at `at` (aware)."""
    return tuple(gate for lock in _of(state.step(index)) for gate in lock.gates(state, index, at))


def wrong(state: RunState, index: int, values: Mapping[str, str], at: datetime) -> Wrong | None:
    """The first thing that an interlock of step `index` finds wrong with `values`, normal texts by
    name: what was recorded before and what is sent now."""
    for lock in _of(state.step(index)):
        if found := lock.wrong(state, index, values, at):
            return replace(found, guard=lock.key)
    return None


def events(
    state: RunState, index: int, values: Mapping[str, str], at: datetime
) -> tuple[RunEvent, ...]:
    """What a tick of step `index` states besides that it is done."""
    locks = _of(state.step(index))
    return tuple(event for lock in locks for event in lock.events(state, index, values, at))


def signature(state: RunState, index: int, at: datetime) -> Signature | None:
    """What the decider is to sign for at `at` (aware) before step `index` goes on; None when
    nothing, or all is signed at this attempt."""
    found = (lock.signs(state, index, at) for lock in _of(state.step(index)))
    return next((one for one in found if one), None)


def begins(step: Step) -> bool:
    """Whether an interlock wants the circle before the slash."""
    return any(lock.begins for lock in _of(step))


def word(name: str) -> tuple[str, ValueType] | None:
    """Label and type of an interlock's value, by its dotted name; None for any other name."""
    key, _, rest = name.partition(".")
    lock = INTERLOCKS.get(key)
    return lock.words.get(rest) if lock else None


def values(keys: Iterable[str]) -> dict[str, ValueType]:
    """The values that the guards with these keys ask for, by their dotted names: later steps may
    compare with them. Those that nobody is shown are not among them."""
    locks = [INTERLOCKS[key] for key in keys if key in INTERLOCKS]
    return {
        f"{lock.key}.{word}": kind
        for lock in locks
        if not lock.masked
        for word, (_, kind) in lock.words.items()
    }


def is_masked(name: str) -> bool:
    """Whether what was typed under the dotted `name` is shown to nobody."""
    lock = INTERLOCKS.get(name.partition(".")[0]) if "." in name else None
    return lock is not None and lock.masked


def promises(guard: Guard) -> tuple[str, ...]:
    """What the interlocks of a step demand, in words."""
    return tuple(lock.promise(guard.locks[lock.key]) for lock in _locks(guard))


def _of(step: Step) -> Iterator[Interlock]:
    return _locks(step.guard)


def _locks(guard: Guard) -> Iterator[Interlock]:
    return (INTERLOCKS[key] for key in guard.locks if key in INTERLOCKS)
