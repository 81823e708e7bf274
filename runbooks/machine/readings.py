"""Values as they were observed at a step: read, compared, recorded, or reported as a mismatch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.enums import Caught, StepStatus, ValueType
from runbooks.machine import interlocks
from runbooks.machine.attempts import put
from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.steps import StepBegun, StepMismatched, StepRecorded
from runbooks.machine.gates import closed_gate, not_yet
from runbooks.machine.interlocks.interlock import Wrong
from runbooks.machine.move import Request
from runbooks.machine.refusals import holding, too_many
from runbooks.machine.requests import Malformed, Refusal
from runbooks.machine.state import RunState, replace
from runbooks.procedure.guards.target import Identify, MarkTarget
from runbooks.procedure.observed import CheckedValue, judge


@dataclass(frozen=True)
class Readings:
    """What was sent with a move on the step `index`, read. `verifying`: by the second person."""

    state: RunState
    request: Request
    index: int
    read: Mapping[str, CheckedValue]
    verifying: bool = False

    @property
    def values(self) -> dict[str, str]:
        """The values that were sent, in their normal form."""
        return {name: reading.normal for name, reading in self.read.items()}

    @property
    def known(self) -> dict[str, str]:
        """The values of the step: those recorded before, and those sent now."""
        return {**self.state.steps[self.index].values, **self.values}

    @property
    def as_recorded(self) -> RunState:
        """The state as it will be once they are recorded: gates judge what is sent as well."""
        if not self.read:
            return self.state
        return put(self.state, replace(self.state.steps[self.index], values=self.known))

    def mismatch(self) -> tuple[RunEvent, ...] | None:
        """What they come to when they do not fit; None when they do."""
        state, index = self.state, self.index
        labels = {spec.name: spec.label for spec in interlocks.asks(state, index)}
        wrong = [f"{labels[n]}: {r.wrong}" for n, r in self.read.items() if r.wrong]
        if wrong:
            return mismatch(
                state, self.request, index, self.values, _unfit(state, index, " ".join(wrong))
            )
        known = self.values if self.verifying else self.known
        unfit = interlocks.wrong(state, index, known, self.request.at)
        return mismatch(state, self.request, index, self.values, unfit) if unfit else None

    def first_closed(self) -> Refusal | None:
        """The first gate that is closed even with them."""
        closed = closed_gate(self.as_recorded, self.index, self.request.at)
        return not_yet(closed) if closed else None

    def recorded(self) -> tuple[RunEvent, ...]:
        """The step is begun, if it was not, and they are recorded."""
        opened = self.state.steps[self.index].status is StepStatus.OPEN
        events = (StepBegun(step=self.index),) if opened else ()
        if not self.read:
            return events
        return (*events, StepRecorded(step=self.index, values=self.values))

    def stated(self) -> tuple[RunEvent, ...]:
        """What the guards of the step make of them, once it is done."""
        return tuple(interlocks.events(self.state, self.index, self.known, self.request.at))


def read(
    state: RunState,
    request: Request,
    index: int,
    sent: Mapping[str, str],
    *,
    only_sent: bool = False,
    verifying: bool = False,
) -> Readings | Malformed:
    """Every value that was sent, read; with `only_sent` False the missing ones are errors, except
    those recorded before and files, which are attached."""
    have = state.steps[index].verified_values if verifying else state.steps[index].values
    earlier = {name: value for step in state.steps for name, value in step.values.items()}
    kinds = {v.name: v.type for step in state.procedure.steps for v in step.guard.record}
    readings: dict[str, CheckedValue] = {}
    errors: dict[str, str] = {}
    for spec in interlocks.asks(state, index):
        raw = str(sent.get(spec.name) or "").strip()
        if spec.type is ValueType.FILE or (not raw and (only_sent or spec.name in have)):
            continue
        try:
            readings[spec.name] = judge(
                spec, raw, earlier=earlier, at=request.at, kinds=kinds, zone=request.zone
            )
        except ValueError as error:
            errors[f"value_{spec.name}"] = str(error)
    return Malformed(errors) if errors else Readings(state, request, index, readings, verifying)


def _unfit(state: RunState, index: int, why: str) -> Wrong:
    """A value that is not as expected is a finding. Where the step identifies the target, it says
    that this may be another one, a standby perhaps, and the guard has caught it."""
    guard = state.step(index).guard
    reads = guard.get(Identify) or guard.get(MarkTarget)
    return Wrong(why, caught=Caught.TARGET if reads else "", guard=reads.key if reads else "")


def mismatch(
    state: RunState, request: Request, index: int, values: Mapping[str, str], why: str | Wrong
) -> tuple[RunEvent, ...]:
    """The step goes to diagnosis. The second time on the same step, after three wrong answers at
    it, or when an interlock says so, the run is held as well, for a second person."""
    unfit = why if isinstance(why, Wrong) else Wrong(why)
    event = StepMismatched(
        step=index,
        values=values,
        why=unfit.sentence,
        measured_by=state.people[request.by],
        deviation=unfit.deviation,
        caught=unfit.caught or unfit.deviation,
        guard=unfit.guard,
    )
    failed = {StepStatus.MISMATCH, StepStatus.DIAGNOSED}
    again = any(old.index == index and old.status in failed for old in state.past)
    if not (again or unfit.hold or too_many(state, index)):
        return (event,)
    return (event, holding(unfit.sentence))
