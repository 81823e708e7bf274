"""Moves when something is different: report, diagnose, open again, undo."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbooks.enums import StepStatus
from runbooks.machine.entries import text, yes
from runbooks.machine.move import AT_WORK, DIAGNOSING, OPERATOR, RUNNING, Rule, StepMove


@dataclass(frozen=True, kw_only=True)
class ReportMismatch(StepMove):
    """Report that something is different from what the step says. The step goes to diagnosis."""

    kind = "report_mismatch"
    title, button = "Something is different", "Report what is different"
    rule = Rule(RUNNING, DIAGNOSING, AT_WORK)
    first_events = frozenset({"step.mismatched"})

    observed: str = field(
        metadata=text(
            "What is different?",
            empty="Say what you see that is different.",
            help="What you expected, and what you see. The step goes to diagnosis; nothing is tried"
            " again.",
            example="The folder is not empty.",
        )
    )


@dataclass(frozen=True, kw_only=True)
class Diagnose(StepMove):
    """Write down the cause of a mismatch. `lead` enters the section that the step names for it."""

    kind = "diagnose"
    title, button = "Diagnose", "Write down the diagnosis"
    rule = Rule(RUNNING, DIAGNOSING, frozenset({StepStatus.MISMATCH}))
    first_events = frozenset({"step.diagnosed"})

    finding: str = field(
        metadata=text(
            "What was different, and why?",
            empty="Say what was different, and why.",
            example="An older attempt left files.",
        )
    )
    lead: bool = field(default=False, metadata=yes(example=True))


@dataclass(frozen=True, kw_only=True)
class Reopen(StepMove):
    """Open a diagnosed step for a new attempt."""

    kind = "reopen"
    title, button = "Open again", "Open it for a new attempt"
    rule = Rule(RUNNING, OPERATOR, frozenset({StepStatus.DIAGNOSED}))
    first_events = frozenset({"step.reopened"})


@dataclass(frozen=True, kw_only=True)
class Undo(StepMove):
    """Undo a finished step by the rollback section that it names, with a `reason`."""

    kind = "undo"
    title, button = "Take the way back", "Take the way back"
    rule = Rule(RUNNING, OPERATOR, frozenset({StepStatus.DONE}), anywhere=True)
    first_events = frozenset({"section.entered"})

    reason: str = field(
        metadata=text("Why", empty="Say why, in a sentence.", example="It was the wrong copy.")
    )
