"""What people state about themselves and about gates: overrides, fitness, the end of a long hold.
Pieces of `runbooks.machine.stating`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta

from runbooks.enums import RunRole
from runbooks.machine.requests import Line
from runbooks.machine.state import replace
from runbooks.machine.statements import Fitness, Override, Replacement, Stated

#: After a longer hold nobody still has the picture that the team check gave them (RUNS, resume).
LONG_HOLD = timedelta(minutes=15)


def _asked(so_far: Stated, line: Line) -> Stated:
    """It takes the place of one that was asked for before: two never wait side by side."""
    return replace(so_far, overrides=(*_used(so_far), _override(line, line.at)))


def _overridden(so_far: Stated, line: Line) -> Stated:
    asked = next((one for one in so_far.overrides if one.opened_at is None), None)
    opened = _override(line, asked.asked_at if asked else line.at, opened_at=line.at)
    return replace(so_far, overrides=(*_used(so_far), opened))


def _withdrawn(so_far: Stated, line: Line) -> Stated:
    return replace(so_far, overrides=_used(so_far))


def _override(line: Line, asked_at: datetime, opened_at: datetime | None = None) -> Override:
    data = line.data
    return Override(
        data["step"],
        data.get("attempt", 1),
        data["gate"],
        line.by,
        data.get("label", data["gate"]),
        data["reason"],
        asked_at,
        opened_at,
    )


def _used(so_far: Stated) -> tuple[Override, ...]:
    """The overrides that passed a gate."""
    return tuple(one for one in so_far.overrides if one.opened_at is not None)


def _proposed(so_far: Stated, line: Line) -> Stated:
    data = line.data
    replacement = Replacement(
        RunRole(data["role"]),
        data["person"],
        data["to"],
        data["to_name"],
        line.by,
        data["reason"],
        line.at,
    )
    return replace(so_far, replacement=replacement)


def _confirmed(so_far: Stated, line: Line) -> Stated:
    """A command that was unlocked is locked again, as in a hand-over: the next operator has agreed
    to nothing yet."""
    found = so_far.replacement
    if found is None or found.role is RunRole.DECIDER:
        return replace(so_far, replacement=None)
    return replace(so_far, unlocked={}, replacement=dataclasses.replace(found, confirmed=True))


def _withdrawn_replacement(so_far: Stated, line: Line) -> Stated:
    return replace(so_far, replacement=None)


def _taken_over(so_far: Stated, line: Line) -> Stated:
    return replace(so_far, unlocked={}, replacement=None)


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
    "replacement.proposed": _proposed,
    "replacement.confirmed": _confirmed,
    "replacement.withdrawn": _withdrawn_replacement,
    "hand_over.accepted": _taken_over,
    "fitness.stated": _fitness,
    "run.resumed": _resumed,
}
