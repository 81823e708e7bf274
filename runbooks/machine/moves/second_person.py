"""Moves of the second person at a step: the countersign, or the objection to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runbooks.enums import StepStatus
from runbooks.machine.entries import observed, text
from runbooks.machine.move import CREW, RUNNING, Rule, StepMove

_RULE = Rule(RUNNING, CREW, frozenset({StepStatus.STARTED, StepStatus.AWAITING}))


@dataclass(frozen=True, kw_only=True)
class Countersign(StepMove):
    """Confirm the step as the second person, with your own measured values. A second person
    without a device of their own signs on this screen, with their name and password."""

    kind = "countersign"
    title, button = "Countersign", "Countersign"
    rule = _RULE
    first_events = frozenset({"step.countersigned", "step.mismatched"})
    signature = True

    values: Mapping[str, str] = field(
        default_factory=dict, metadata=observed(example={"entries": "48211"})
    )
    comment: str = field(default="", metadata=text("Comment"))


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
