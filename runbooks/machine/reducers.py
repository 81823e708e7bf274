"""From the events to the state. Each event says itself what it changes (`machine.events`); the same
functions serve the moves, which store what they give, the replay of `runbooks.runs.replay`, and the
reading of a run whose state is not in memory."""

from __future__ import annotations

from collections.abc import Iterable

from runbooks.enums import RunStatus, StepStatus
from runbooks.machine.attempts import put
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.run import RunPrepared
from runbooks.machine.state import RunState, StepState, current, replace
from runbooks.machine.statements import Stated
from runbooks.procedure.model import Procedure


def genesis(number: int, procedure: Procedure, line: LogLine) -> RunState:
    """The state after the first event, `run.prepared`. Raises `ValueError` for any other kind."""
    event = line.event
    if not isinstance(event, RunPrepared):
        raise ValueError(f"A log begins with run.prepared, not with {event.kind}.")
    return RunState(
        stated=statements_in((line,)),
        number=number,
        kind=event.run_kind,
        status=RunStatus.BRIEFING,
        procedure=procedure,
        facts=event.parameters,
        people={},
        steps=tuple(StepState(step.index) for step in procedure.steps),
        last_at=line.at,
        sequence=line.sequence,
        turned=line.sequence,
    )


def apply(state: RunState, line: LogLine) -> RunState:
    """The state after `line`. The step that is now current is open, and no other."""
    event, sequence = line.event, line.sequence
    if event.has_statement:
        state = replace(state, stated=event.record_in(state.stated, line))
    if not event.changes_state:
        return replace(state, sequence=sequence, last_at=line.at)
    turned = sequence if event.changes_run else state.turned
    after = event.apply_to(state, line)
    return _open_current(replace(after, sequence=sequence, last_at=line.at, turned=turned))


def statements_in(lines: Iterable[LogLine]) -> Stated:
    """What `lines`, in the order of the log, state besides the steps."""
    stated = Stated()
    for line in lines:
        stated = line.event.record_in(stated, line)
    return stated


def _open_current(state: RunState) -> RunState:
    now, opened, sequence = current(state), StepStatus.OPEN, state.sequence
    for step in [step for step in state.steps if step.status is opened and step.index != now]:
        state = put(state, replace(step, status=StepStatus.LOCKED, touched=sequence))
    if now is not None and state.steps[now].status is StepStatus.LOCKED:
        state = put(state, replace(state.steps[now], status=opened, touched=sequence))
    return state
