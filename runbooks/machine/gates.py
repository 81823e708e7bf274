"""What a step waits for. One function a gate; `tick` refuses with the first one that is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from runbooks import interlocks
from runbooks.enums import Countersign, RunKind, RunRole, StepStatus, ValueType
from runbooks.requests import Gate
from runbooks.state import RunState

#: A countersign *before* counts for two minutes: concurrent verification means both are there now.
COUNTERSIGN_COUNTS_FOR = timedelta(minutes=2)


def gates(state: RunState, index: int, at: datetime) -> tuple[Gate, ...]:
    """Everything that step `index` demands besides its place in the order, in the order in which a
    person opens it. `at` (aware) is now, for gates that close again; once the command was laid
    open (`unlock`), they are asked as they stood at that moment."""
    then = state.stated.unlocked.get(index, at)
    found = (_release(state, index), _begun(state, index), _before(state, index, then))
    locks = interlocks.gates(state, index, then)
    closed = tuple(gate for gate in (*found, *locks, *_files(state, index)) if gate)
    return _overridden(state, index, closed) if state.stated.overrides else closed


def _overridden(state: RunState, index: int, found: tuple[Gate, ...]) -> tuple[Gate, ...]:
    """The gates, those open that somebody passed by an override of this very attempt."""
    attempt = state.steps[index].attempt
    passed = {
        one.gate
        for one in state.stated.overrides
        if one.opened_at is not None and (one.step, one.attempt) == (index, attempt)
    }
    return tuple(
        replace(gate, open=True, overridden=True) if gate.key in passed and not gate.open else gate
        for gate in found
    )


def _release(state: RunState, index: int) -> Gate | None:
    role = state.step(index).guard.hold
    if role is None:
        return None
    return Gate(
        "released",
        f"Released by the {role}",
        state.steps[index].released_at is not None,
        f"The {role} reads this step and releases it, with a reason.",
    )


def _begun(state: RunState, index: int) -> Gate | None:
    if not needs_begin(state, index):
        return None
    return Gate(
        "begun",
        "Begun",
        state.steps[index].status is not StepStatus.OPEN,
        "Begin the step first: that asks the verifier to look.",
    )


def _before(state: RunState, index: int, at: datetime) -> Gate | None:
    if state.step(index).guard.countersign is not Countersign.BEFORE:
        return None
    signed = state.steps[index].countersigned_at
    fresh = signed is not None and at - signed <= COUNTERSIGN_COUNTS_FOR
    how = "The verifier looks at the same target and countersigns from their own screen."
    if signed is not None and not fresh:
        how = "The countersign was given more than two minutes ago. The verifier gives it again."
    return Gate("countersigned", "Verifier confirms from their own screen", fresh, how)


def _files(state: RunState, index: int) -> list[Gate]:
    return [
        Gate(
            f"file:{spec.name}",
            f"File: {spec.label}",
            spec.name in state.steps[index].values,
            "Attach the file to this step.",
        )
        for spec in interlocks.asks(state, index)
        if spec.type is ValueType.FILE
    ]


def needs_begin(state: RunState, index: int) -> bool:
    """Whether the circle must be drawn before the slash: somebody else acts in between, or the
    shortest sensible time is counted."""
    guard = state.step(index).guard
    counted = guard.duration is not None and guard.duration.min is not None
    before = guard.countersign is Countersign.BEFORE
    return before or counted or interlocks.begins(state.step(index))


def required_roles(state: RunState) -> tuple[RunRole, ...]:
    """Roles that must be taken before a run of this procedure can start."""
    wanted = {RunRole.OPERATOR}
    for step in state.procedure.steps:
        wanted.add(step.guard.role)
        if step.guard.countersign:
            wanted.add(RunRole.VERIFIER)
        if step.guard.hold:
            wanted.add(step.guard.hold)
        # Who signs for a loss must be there before anybody knows whether there is one.
        if "verify" in step.guard.locks and state.kind is RunKind.LIVE:
            wanted.add(RunRole.DECIDER)
    return tuple(role for role in RunRole if role in wanted)
