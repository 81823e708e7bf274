"""Moves off the straight path: report a mismatch, diagnose it, open the step again, undo."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from runbooks.enums import StepStatus
from runbooks.machine import rollback
from runbooks.machine.entries import text, yes
from runbooks.machine.events.branches import SectionEntered, StepDiagnosed, StepReopened, StepUndone
from runbooks.machine.events.event import RunEvent
from runbooks.machine.interlocks.before import renewed
from runbooks.machine.move import (
    AT_WORK,
    DIAGNOSING,
    OPERATOR,
    RUNNING,
    Request,
    Rule,
    StepMove,
    prose,
)
from runbooks.machine.readings import mismatch
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState, in_section, taken_back


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

    def decide(self, state: RunState, request: Request) -> Outcome:
        observed = prose(self.observed)
        if not observed:
            return Malformed({"observed": "Say what you see that is different."})
        return mismatch(state, request, self.step, {}, observed)


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

    def decide(self, state: RunState, request: Request) -> Outcome:
        finding = prose(self.finding)
        if not finding:
            return Malformed({"finding": "Say what was different, and why."})
        diagnosed = StepDiagnosed(step=self.step, finding=finding)
        if not self.lead:
            return (diagnosed,)
        section = state.procedure.section_of(state.step(self.step).guard.on_mismatch)
        if section is None or not section.aside:
            return Malformed(
                {"lead": "The runbook names no section for this; hold the run instead."}
            )
        thaw = rollback.closed(state, section.key)
        if thaw:
            return rollback.refusal(state, thaw)
        return diagnosed, entering(state, section.key, "mismatch")


@dataclass(frozen=True, kw_only=True)
class Reopen(StepMove):
    """Open a diagnosed step for a new attempt."""

    kind = "reopen"
    title, button = "Open again", "Open it for a new attempt"
    rule = Rule(RUNNING, OPERATOR, frozenset({StepStatus.DIAGNOSED}))
    first_events = frozenset({"step.reopened"})

    def decide(self, state: RunState, request: Request) -> Outcome:
        return (StepReopened(step=self.step, again=renewing(state, [self.step])),)


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

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        if state.on_main_path(index):
            section = state.procedure.section_of(state.step(index).guard.undo)
            if section is not None and section.aside:
                thaw = rollback.closed(state, section.key)
                return rollback.refusal(state, thaw) if thaw else None
        return Refusal(
            "no_way_back",
            "The runbook names no way back for this step.",
            "Hold the run and ask the decider.",
        )

    def decide(self, state: RunState, request: Request) -> Outcome:
        reason = prose(self.reason)
        if not reason:
            return Malformed({"reason": "Say why the step is taken back."})
        section = state.procedure.section_of(state.step(self.step).guard.undo)
        assert section is not None  # noqa: S101 - the precondition lets no step through without
        again = renewing(state, taken_back(state, self.step))
        return (
            entering(state, section.key, "undo"),
            StepUndone(step=self.step, reason=reason, again=again),
        )


def entering(state: RunState, key: str, why: str) -> RunEvent:
    """The event that opens the section `key` off the main path."""
    again = renewing(state, in_section(state, key))
    return SectionEntered(section=key, why=why, again=again)


def renewing(state: RunState, indexes: list[int]) -> tuple[int, ...]:
    """The steps that begin again together with `indexes`, where one of these is irreversible."""
    return tuple(i for i in renewed(state, indexes) if i not in indexes)
