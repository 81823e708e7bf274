"""Moves of the second person at a step: the countersign, or the objection to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from runbooks.enums import CountersignTiming, StepStatus
from runbooks.machine import interlocks
from runbooks.machine.entries import observed, text
from runbooks.machine.events.steps import StepCountersigned, StepObjected
from runbooks.machine.gates import countersigned
from runbooks.machine.move import CREW, RUNNING, Request, RestsOnTime, Rule, StepMove, prose
from runbooks.machine.own_step import countersigner
from runbooks.machine.readings import mismatch, read
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState
from runbooks.procedure.observed import agree

_RULE = Rule(RUNNING, CREW, frozenset({StepStatus.STARTED, StepStatus.AWAITING}))


@dataclass(frozen=True, kw_only=True)
class Countersign(StepMove):
    """Confirm the step as the second person, with your own measured values. A second person
    without a device of their own signs on this screen, with their name and password."""

    kind = "countersign"
    title, button = "Countersign", "Countersign"
    rule = replace(_RULE, rests_on_time=RestsOnTime.ALWAYS)
    first_events = frozenset({"step.countersigned", "step.mismatched"})
    signature = True

    values: Mapping[str, str] = field(
        default_factory=dict, metadata=observed(example={"entries": "48211"})
    )
    comment: str = field(default="", metadata=text("Comment"))

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        """Given once, it counts; given again it would only move the time of the mark."""
        guard, signer = state.step(index).guard, state.steps[index].countersigned_by
        before = guard.countersign is CountersignTiming.BEFORE
        of_use = signer is not None and state.people.get(signer) is not guard.role
        if before and of_use and countersigned(state, index, at):
            return Refusal(
                "countersigned_already",
                "The countersign was given, and it counts.",
                "Go on with the step; or object, if you see something else.",
                logged=False,
            )
        return _not_theirs(state, person, index)

    def decide(self, state: RunState, request: Request) -> Outcome:
        index = self.step
        meaning, values = "before", dict[str, str]()
        if state.step(index).guard.countersign is not CountersignTiming.BEFORE:
            readings = read(state, request, index, self.values, verifying=True)
            if isinstance(readings, Malformed):
                return readings
            wrong = readings.mismatch()
            if wrong:
                return wrong
            meaning, values, first = "after", readings.values, state.steps[index].values
            specs = {spec.name: spec for spec in interlocks.asks(state, index)}
            differ = [n for n, v in values.items() if not agree(specs[n], v, first.get(n, ""))]
            if differ:
                labels = ", ".join(specs[name].label for name in differ)
                why = f"The two measurements differ: {labels}."
                return mismatch(state, request, index, values, why)
        event = StepCountersigned(
            step=index,
            meaning=meaning,
            values=values,
            comment=self.comment.strip(),
            on_screen_of=request.password.on_screen_of(),
        )
        return (event,)


@dataclass(frozen=True, kw_only=True)
class Object(StepMove):
    """Refuse to countersign the step, with a `reason`."""

    kind = "object"
    title, button = "I see something else", "Object: this is not right"
    rule = _RULE
    first_events = frozenset({"step.objected"})

    reason: str = field(
        metadata=text(
            "What do you see that is different?",
            empty="Say what you see that is different.",
            example="The prompt names another host.",
        )
    )

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        return _not_theirs(state, person, index)

    def decide(self, state: RunState, request: Request) -> Outcome:
        reason = prose(self.reason)
        if not reason:
            return Malformed({"reason": "Say what you see that is different."})
        host = request.password.on_screen_of()
        why = f"The verifier objects: {reason}"
        return (
            StepObjected(step=self.step, reason=reason, on_screen_of=host),
            *mismatch(state, request, self.step, {}, why),
        )


def _not_theirs(state: RunState, person: int, index: int) -> Refusal | None:
    """Countersign or object: the second person, when it is their turn."""
    guard, step = state.step(index).guard, state.steps[index]
    if guard.countersign is None:
        return Refusal(
            "no_countersign", "This step asks for no countersign.", "Write a note instead."
        )
    if person in {step.started_by, step.done_by}:
        return Refusal(
            "own_step",
            "You did this step yourself; nobody verifies their own step.",
            "The other person countersigns from their own screen.",
        )
    wanted = countersigner(state, index)
    if state.people[person] is not wanted:
        return Refusal(
            "wrong_role",
            f"This is for the {wanted}; you are the {state.people[person]}.",
            f"Ask the {wanted} to countersign from their own screen.",
        )
    before = guard.countersign is CountersignTiming.BEFORE
    if step.status is not (StepStatus.STARTED if before else StepStatus.AWAITING):
        return Refusal(
            "not_due",
            "The countersign is not due yet: it comes after the step was ticked.",
            "Wait for the tick, then measure again yourself.",
        )
    return None
