"""What people state about themselves and about gates: overrides, fitness, the end of a long hold.
Pieces of `runbooks.machine.stating`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from runbooks.requests import Line
from runbooks.state import replace
from runbooks.stated import Fitness, Override, Stated

#: After a longer hold nobody still has the picture that the time-out gave them (RUNS, resume).
LONG_HOLD = timedelta(minutes=15)


def _asked(so_far: Stated, line: Line) -> Stated:
    told = line.data
    asked = Override(told["step"], told["attempt"], told["gate"], line.by, told["reason"], line.at)
    return replace(so_far, overrides=(*_without(so_far, line), asked))


def _overridden(so_far: Stated, line: Line) -> Stated:
    told = line.data
    place = (told["step"], told.get("attempt", 1), told["gate"])
    asked = next((one for one in so_far.overrides if _at(one) == place), None)
    since = asked.asked_at if asked else line.at
    opened = Override(*place, line.by, told["reason"], since, opened_at=line.at)
    return replace(so_far, overrides=(*_without(so_far, line), opened))


def _withdrawn(so_far: Stated, line: Line) -> Stated:
    return replace(so_far, overrides=_without(so_far, line))


def _without(so_far: Stated, line: Line) -> tuple[Override, ...]:
    """The overrides but for the one that is only asked, of the same gate of the same attempt."""
    told = line.data
    place = (told["step"], told.get("attempt", 1), told["gate"])
    return tuple(one for one in so_far.overrides if one.opened_at or _at(one) != place)


def _at(one: Override) -> tuple[int | None, int, str]:
    return one.step, one.attempt, one.gate


def _fitness(so_far: Stated, line: Line) -> Stated:
    told = line.data
    said = Fitness(told["hours_awake"], told["alone"], told["local_time"], line.at)
    return replace(so_far, fitness={**so_far.fitness, line.by: said})


def _resumed(so_far: Stated, line: Line) -> Stated:
    if line.data.get("held_seconds", 0) <= LONG_HOLD.total_seconds():
        return so_far
    return replace(so_far, resumed_at=line.at, confirmed_since=frozenset())


STATED_OF_PEOPLE: dict[str, Callable[[Stated, Line], Stated]] = {
    "override.asked": _asked,
    "gate.overridden": _overridden,
    "override.withdrawn": _withdrawn,
    "fitness.stated": _fitness,
    "run.resumed": _resumed,
}
