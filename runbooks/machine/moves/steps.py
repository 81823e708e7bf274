"""Moves by which a step is done: begin, record, tick, decide, leave out, release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runbooks.enums import StepStatus
from runbooks.machine.entries import choice, observed, text
from runbooks.machine.move import EVERYONE, PERFORMER, READY, RUNNING, WORKED_ON, Rule, StepMove

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
    rule = Rule(RUNNING, PERFORMER, frozenset({StepStatus.OPEN}))
    first_events = frozenset({"step.begun"})


@dataclass(frozen=True, kw_only=True)
class Record(StepMove):
    """Record values on the step without marking it done."""

    kind = "record"
    title, button = "Keep the values", "Keep what I wrote, not done yet"
    rule = Rule(RUNNING, PERFORMER, READY)
    first_events = WORKED_ON

    values: Mapping[str, str] = field(default_factory=dict, metadata=observed(example=_NIGHT))


@dataclass(frozen=True, kw_only=True)
class Tick(StepMove):
    """Mark the step done, with the values that it records."""

    kind = "tick"
    rule = Rule(RUNNING, PERFORMER, READY)
    first_events = WORKED_ON | _STATED | {"step.ticked"}

    values: Mapping[str, str] = field(default_factory=dict, metadata=observed(example=_NIGHT))


@dataclass(frozen=True, kw_only=True)
class Decide(StepMove):
    """Choose one of the answers of a decision step, with a `reason`."""

    kind = "decide"
    title, button = "Decide", "Decide"
    rule = Rule(RUNNING, PERFORMER, READY)
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


@dataclass(frozen=True, kw_only=True)
class Release(StepMove):
    """Release the step, as the role that it waits for, with a `reason`."""

    kind = "release"
    title, button = "Release", "Release this step"
    rule = Rule(RUNNING, EVERYONE, READY)
    first_events = frozenset({"step.released"})

    reason: str = field(
        metadata=text("Why", empty="Say why, in a sentence.", example="Both copies were read.")
    )
