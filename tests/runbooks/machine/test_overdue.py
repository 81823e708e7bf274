"""What is overdue, as a table: a state and a moment, and what is to be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from runbooks.enums import RunKind, RunStatus, StepStatus
from runbooks.machine.overdue import Late, Quiet, opening, overdue
from runbooks.machine.state import RunState, StepState
from runbooks.procedure.parser import parse

TEXT = b"""---
title: Restore
---

- [ ] Dump it

  ```guard
  duration: {expected: 5m, max: 30m}
  ```

- [ ] Look at it

- [ ] Load it

  ```guard
  duration: {expected: 50m}
  ```
"""
BEGAN = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
DUMP, LOOK, LOAD = 0, 1, 2
OPEN, STARTED, DONE = StepStatus.OPEN, StepStatus.STARTED, StepStatus.DONE


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def state(
    now: int, status: StepStatus = STARTED, run: RunStatus = RunStatus.RUNNING, attempt: int = 1
) -> RunState:
    """A run whose step `now` is the current one; the event that touched it last is number 7."""
    procedure = parse(TEXT).procedure
    assert procedure is not None
    steps = [StepState(index, status=DONE if index < now else StepStatus.LOCKED)
             for index in range(3)]  # fmt: skip
    began = BEGAN if status is not OPEN else None
    steps[now] = StepState(now, attempt, status, started_at=began, started_by=1, touched=7)
    return RunState(
        number=5, kind=RunKind.LIVE, status=run, procedure=procedure, facts={}, people={},
        steps=tuple(steps), last_at=BEGAN, sequence=9, turned=4,
    )  # fmt: skip


def overdue_after(state: RunState, after: float, **moments: datetime) -> list[Late | Quiet]:
    """What is overdue so many minutes after the beginning; the quiet limit is 30 minutes."""
    known = {"opened_at": BEGAN, "last_at": BEGAN} | moments
    return overdue(state, at=BEGAN + minutes(after), quiet_after=minutes(30), **known)


def late(after: float, *, begun: bool = True, attempt: int = 1) -> list[Late]:
    return [Late(DUMP, attempt, begun, minutes(30), minutes(after))]


def quiet(after: float, *, held: bool = False) -> list[Quiet]:
    return [Quiet(9, held, minutes(after))]


HELD, BRIEFING = RunStatus.ON_HOLD, RunStatus.BRIEFING

TABLE = {
    "begun, within its limit": (state(DUMP), 29, []),
    "begun, at its limit": (state(DUMP), 30, []),
    "begun, beyond its limit": (state(DUMP), 30.1, late(30.1)),
    "begun, long beyond: late, and no word of silence": (state(DUMP), 600, late(600)),
    "the second attempt": (state(DUMP, attempt=2), 31, late(31, attempt=2)),
    "open and not begun": (state(DUMP, OPEN), 31, late(31, begun=False)),
    "open, at its limit": (state(DUMP, OPEN), 30, []),
    "ticked, waits for the countersign": (state(DUMP, StepStatus.AWAITING), 31, quiet(31)),
    "something is different there": (state(DUMP, StepStatus.MISMATCH), 31, quiet(31)),
    "held: no step is late": (state(DUMP, run=HELD), 31, quiet(31, held=True)),
    "held, for a moment": (state(DUMP, run=HELD), 10, []),
    "no limit: nothing happens": (state(LOOK), 31, quiet(31)),
    "no limit: at the limit of silence": (state(LOOK), 30, []),
    "an expected length is silence too": (state(LOAD), 50, []),
    "longer than expected": (state(LOAD), 51, quiet(51)),
    "expected, but not begun": (state(LOAD, OPEN), 31, quiet(31)),
    "a briefing waits": (state(DUMP, OPEN, BRIEFING), 6000, []),
    "completed": (state(DUMP, DONE, RunStatus.COMPLETED), 6000, []),
    "aborted": (state(DUMP, run=RunStatus.ABORTED), 6000, []),
    "the clock was set back": (state(DUMP), -600, []),
    "the clock was set back, nothing happened": (state(LOOK), -600, []),
    "the clock jumped ahead by a year": (state(DUMP), 525600, late(525600)),
}


@pytest.mark.parametrize(("run", "after", "wanted"), TABLE.values(), ids=TABLE)
def test_overdue(run: RunState, after: float, wanted: list[Late | Quiet]) -> None:
    assert overdue_after(run, after) == wanted


def test_silence_counts_from_the_last_event() -> None:
    assert overdue_after(state(LOOK), 45, last_at=BEGAN + minutes(20)) == []
    assert overdue_after(state(LOOK), 51, last_at=BEGAN + minutes(20)) == quiet(31)


def test_an_open_step_counts_from_its_opening_or_from_a_later_turn_of_the_run() -> None:
    run = state(DUMP, OPEN)
    assert opening(run) == 7
    assert opening(replace(run, turned=8)) == 8
    assert overdue_after(run, 45, opened_at=BEGAN + minutes(20), last_at=BEGAN + minutes(20)) == []


def test_a_step_that_goes_on_beside_the_current_one_is_late_too() -> None:
    """An aside was entered while the dump was running."""
    run = state(LOOK, OPEN)
    began = replace(run.steps[DUMP], status=STARTED, started_at=BEGAN, started_by=1)
    run = replace(run, steps=(began, *run.steps[1:]))
    assert overdue_after(run, 31) == late(31)


def test_when_nothing_is_left_to_do_silence_still_counts() -> None:
    run = state(LOAD, DONE)
    assert opening(run) == 4
    assert overdue_after(run, 31) == quiet(31)
