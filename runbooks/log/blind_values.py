"""What a person must not read yet, because they may have to measure it too. Everything that tells
the log, the values or the files of a run to somebody asks here."""

from __future__ import annotations

from collections.abc import Collection

from runbooks.enums import CountersignTiming, StepStatus
from runbooks.log.words import sentence
from runbooks.machine.events.event import RunEvent
from runbooks.machine.state import FINISHED, RunState

_KNOWN = FINISHED | {StepStatus.MISMATCH, StepStatus.DIAGNOSED}


def steps(state: RunState, person: int | None) -> frozenset[int]:
    """Steps whose values `person` (account id; None: anybody) must not see yet: a second
    measurement is due, and theirs would be worth nothing if they had read the first."""
    return frozenset(
        step.index
        for step in state.steps
        if state.step(step.index).guard.countersign is CountersignTiming.AFTER
        and step.countersigned_at is None
        and step.status not in _KNOWN
        and (person is None or person not in {step.started_by, step.done_by})
    )


def telling(event: RunEvent, state: RunState, hidden: Collection[int]) -> str:
    """An event of the run in words; what was measured at one of the `hidden` steps is not told."""
    if event.is_measured and event.step is not None and event.step in hidden:
        number = state.step(event.step).number
        return f"recorded step {number}; shown after your own measurement"
    return sentence(event, state.procedure)
