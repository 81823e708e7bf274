"""Moves by which a step is done: begin, record, tick, decide, leave out, release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from runbooks.enums import CountersignTiming, RunRole, StepStatus, ValueType
from runbooks.machine import interlocks, rollback
from runbooks.machine.entries import choice, observed, text
from runbooks.machine.events.branches import StepDecided
from runbooks.machine.events.gates import StepReleased
from runbooks.machine.events.steps import StepBegun, StepNotApplicable
from runbooks.machine.gates import closed_gate, not_yet, own_release, released
from runbooks.machine.move import (
    EVERYONE,
    PERFORMER,
    READY,
    RUNNING,
    WORKED_ON,
    Request,
    RestsOnTime,
    Rule,
    StepMove,
    prose,
)
from runbooks.machine.moves.branches import entering
from runbooks.machine.own_step import vouched_for
from runbooks.machine.pace import paced_tick
from runbooks.machine.readings import read
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState, not_taken

_NIGHT = {"entries": "48211"}
#: What interlocks state at a tick: the first events, where nothing was typed with it.
_STATED = frozenset(
    {
        "instance.frozen",
        "instance.thawed",
        "instance.deleted",
        "copy.registered",
        "copy.verified",
        "rearm.stated",
        "data.compared",
    }
)


@dataclass(frozen=True, kw_only=True)
class BeginStep(StepMove):
    """Mark the step as begun: it is being done now."""

    kind = "begin_step"
    title, button = "Begin", "Begin this step"
    rule = Rule(
        RUNNING,
        PERFORMER,
        frozenset({StepStatus.OPEN}),
        rests_on_time=RestsOnTime.GUARDED,
    )
    first_events = frozenset({"step.begun"})

    def decide(self, state: RunState, request: Request) -> Outcome:
        return (StepBegun(step=self.step),)


@dataclass(frozen=True, kw_only=True)
class Record(StepMove):
    """Record values on the step without marking it done."""

    kind = "record"
    title, button = "Keep the values", "Keep what I wrote, not done yet"
    rule = Rule(RUNNING, PERFORMER, READY)
    first_events = WORKED_ON

    values: Mapping[str, str] = field(default_factory=dict, metadata=observed(example=_NIGHT))

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        if any(spec.type is not ValueType.FILE for spec in interlocks.asks(state, index)):
            return None
        return Refusal(
            "no_value", "This step records no value that is typed.", "Write a note instead."
        )

    def decide(self, state: RunState, request: Request) -> Outcome:
        readings = read(state, request, self.step, self.values, only_sent=True)
        if isinstance(readings, Malformed):
            return readings
        if not readings.read:
            return Malformed({"values": "Write at least one value."})
        return readings.mismatch() or readings.recorded()


@dataclass(frozen=True, kw_only=True)
class Tick(StepMove):
    """Mark the step done, with the values that it records."""

    kind = "tick"
    rule = Rule(RUNNING, PERFORMER, READY, rests_on_time=RestsOnTime.GUARDED)
    first_events = WORKED_ON | _STATED | {"step.ticked"}

    values: Mapping[str, str] = field(default_factory=dict, metadata=observed(example=_NIGHT))

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        if state.step(index).guard.decide:
            return Refusal(
                "decision", "This step is a decision.", "Choose one of its answers, with a reason."
            )
        return vouched_for(state, person, index)

    @classmethod
    def waits_for(cls, state: RunState, index: int | None, at: datetime) -> Refusal | None:
        return _waits_for_gates(state, index, at)

    def decide(self, state: RunState, request: Request) -> Outcome:
        readings = read(state, request, self.step, self.values)
        if isinstance(readings, Malformed):
            return readings
        wrong = readings.mismatch() or readings.first_closed()
        if wrong:
            return wrong
        after = state.step(self.step).guard.countersign is CountersignTiming.AFTER
        ticked = paced_tick(state, self.step, request.at, awaits=after)
        return (*readings.recorded(), *readings.stated(), ticked)


@dataclass(frozen=True, kw_only=True)
class Decide(StepMove):
    """Choose one of the answers of a decision step, with a `reason`."""

    kind = "decide"
    title, button = "Decide", "Decide"
    rule = Rule(RUNNING, PERFORMER, READY, rests_on_time=RestsOnTime.GUARDED)
    first_events = WORKED_ON | _STATED | {"step.decided"}

    values: Mapping[str, str] = field(default_factory=dict, metadata=observed())
    answer: str = field(
        metadata=choice(max_length=200, empty="Choose one of the answers.", example="left")
    )
    reason: str = field(
        metadata=text(
            "Why",
            empty="Say why, in a sentence: it is what the review will ask for.",
            example="The newest dump opens.",
        )
    )

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        if state.step(index).guard.decide:
            return vouched_for(state, person, index)
        return Refusal("no_decision", "This step asks for no decision.", "Tick it.")

    @classmethod
    def waits_for(cls, state: RunState, index: int | None, at: datetime) -> Refusal | None:
        return _waits_for_gates(state, index, at)

    def decide(self, state: RunState, request: Request) -> Outcome:
        decision = state.step(self.step).guard.decide
        options = dict(decision.options) if decision else {}
        answer, reason = self.answer.strip(), prose(self.reason)
        errors = {}
        if answer not in options:
            errors["answer"] = "Choose one of: " + ", ".join(options) + "."
        if not reason:
            errors["reason"] = "Say why, in a sentence: it is what the review will ask for."
        readings = read(state, request, self.step, self.values)
        if isinstance(readings, Malformed):
            return Malformed({**errors, **readings.errors})
        if errors:
            return Malformed(errors)
        section = options[answer]
        wrong = readings.mismatch() or readings.first_closed()
        if wrong:
            return wrong
        thaw = rollback.closed(state, section)
        if thaw:
            return rollback.refusal(state, thaw)
        passed_by = tuple(not_taken(state, self.step, answer))
        aside = section in state.procedure.asides
        return (
            *readings.recorded(),
            *readings.stated(),
            StepDecided(step=self.step, answer=answer, reason=reason, not_taken=passed_by),
            *((entering(state, section, "decision"),) if aside else ()),
        )


@dataclass(frozen=True, kw_only=True)
class NotApplicable(StepMove):
    """Mark an optional step as not applicable, with a `reason`."""

    kind = "not_applicable"
    title, button = "Not applicable", "Mark it not applicable"
    rule = Rule(RUNNING, PERFORMER, READY)
    first_events = frozenset({"step.not_applicable"})

    reason: str = field(
        metadata=text(
            "Why", empty="Say why, in a sentence.", example="Nobody is affected at night."
        )
    )

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        if state.step(index).guard.optional:
            return None
        return Refusal(
            "not_optional",
            "This step is never left out.",
            "Do it, or say that something is different; the author can mark a step optional.",
        )

    def decide(self, state: RunState, request: Request) -> Outcome:
        reason = prose(self.reason)
        if not reason:
            return Malformed({"reason": "Say why the step does not apply here."})
        return (StepNotApplicable(step=self.step, reason=reason),)


@dataclass(frozen=True, kw_only=True)
class Release(StepMove):
    """Release the step, as the role that it waits for, with a `reason`."""

    kind = "release"
    title, button = "Release", "Release this step"
    rule = Rule(RUNNING, EVERYONE, READY, rests_on_time=RestsOnTime.ALWAYS)
    first_events = frozenset({"step.released"})

    reason: str = field(
        metadata=text("Why", empty="Say why, in a sentence.", example="Both copies were read.")
    )

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        unsigned = interlocks.signature(state, index, at) is not None
        role = RunRole.DECIDER if unsigned else state.step(index).guard.hold
        if role is None:
            return Refusal("no_hold", "This step waits for no release.", "Tick it.")
        if state.people[person] is not role:
            return Refusal(
                "wrong_role",
                f"Only the {role} releases this step; you are the {state.people[person]}.",
                f"Ask the {role} to read it and release it.",
            )
        if not unsigned and released(state, index) and not own_release(state, index):
            return Refusal(
                "released_already", "The step is released already.", "Go on with it.", False
            )
        return None

    def decide(self, state: RunState, request: Request) -> Outcome:
        reason = prose(self.reason)
        if not reason:
            return Malformed({"reason": "Say why it may go on."})
        role = state.people[request.by]
        event = StepReleased(step=self.step, reason=reason, role=role)
        signature = interlocks.signature(state, self.step, request.at)
        if signature and role is RunRole.DECIDER:
            event = replace(
                event,
                attempt=state.steps[self.step].attempt,
                loss=signature.text,
                loss_after=signature.newest,
                loss_until=signature.until,
                loss_until_is=signature.basis,
            )
        return (event,)


def _waits_for_gates(state: RunState, index: int | None, at: datetime) -> Refusal | None:
    closed = closed_gate(state, index, at) if index is not None else None
    return not_yet(closed) if closed else None
