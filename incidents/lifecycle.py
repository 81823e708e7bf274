"""Which status may follow which, and in what order the clock of an incident can stand. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from incidents.enums import Moment, Status


@dataclass(frozen=True)
class Step:
    """A change of status that is allowed. `reason`: it must be given one."""

    reason: bool = False


_FORTH = Step()
_BACK = Step(reason=True)

#: Every change that is allowed. Forward one may skip a status: a good catch is closed as it is.
#: Back means that an earlier judgement was wrong, and that needs a word of explanation.
STEPS: dict[tuple[Status, Status], Step] = {
    (Status.OPEN, Status.CONTAINED): _FORTH,
    (Status.OPEN, Status.RESTORED): _FORTH,
    (Status.OPEN, Status.CLOSED): _FORTH,
    (Status.CONTAINED, Status.OPEN): _BACK,
    (Status.CONTAINED, Status.RESTORED): _FORTH,
    (Status.CONTAINED, Status.CLOSED): _FORTH,
    (Status.RESTORED, Status.OPEN): _BACK,
    (Status.RESTORED, Status.CONTAINED): _BACK,
    (Status.RESTORED, Status.CLOSED): _FORTH,
    (Status.CLOSED, Status.OPEN): _BACK,
}

#: Pairs of moments of which the first cannot come after the second. The recovery point stands in
#: one pair only: it is a point in the data, which may lie long before the incident began.
ORDER: tuple[tuple[Moment, Moment], ...] = (
    (Moment.BEGAN, Moment.NOTICED),
    (Moment.BEGAN, Moment.WRITES_STOPPED),
    (Moment.BEGAN, Moment.RESTORED),
    (Moment.NOTICED, Moment.DECLARED),
    (Moment.RECOVERY_POINT, Moment.RESTORED),
    (Moment.RESTORED, Moment.REOPENED),
)


def step(old: Status, new: Status) -> Step | None:
    """The change from `old` to `new`, None when it is not allowed (or is no change)."""
    return STEPS.get((old, new))


def following(status: Status) -> tuple[Status, ...]:
    """The statuses that may follow, in the order of the enumeration."""
    return tuple(new for new in Status if (status, new) in STEPS)


def takes_changes(status: Status) -> bool:
    """Whether facts may be changed and runs linked. A closed incident takes entries only."""
    return status is not Status.CLOSED


def misplaced(moment: Moment, clock: Mapping[Moment, datetime]) -> tuple[Moment, Moment] | None:
    """The first pair (earlier, later) with `moment` in it that `clock` has the wrong way round."""
    for earlier, later in ORDER:
        if moment not in (earlier, later) or earlier not in clock or later not in clock:
            continue
        if clock[earlier] > clock[later]:
            return earlier, later
    return None
