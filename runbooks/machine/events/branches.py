"""Events off the straight path: a diagnosis, a new attempt, a decision, the way back."""

from __future__ import annotations

from dataclasses import dataclass

from runbooks.enums import StepStatus
from runbooks.machine.attempts import again, strike, touch
from runbooks.machine.events.event import LogLine, RunEvent, StepEvent, Wording, optional
from runbooks.machine.events.steps import surprised, with_text
from runbooks.machine.state import RunState, in_section, replace, taken_back
from runbooks.machine.statements import Stated


@dataclass(frozen=True, kw_only=True)
class StepDiagnosed(StepEvent):
    """The cause of a mismatch was written down."""

    kind = "step.diagnosed"

    finding: str

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        changes = {"status": StepStatus.DIAGNOSED, "reason": self.finding}
        return touch(state, self.step, line.sequence, **changes)

    def describe(self, words: Wording) -> str:
        return with_text("diagnosed", words.step(self.step), self.finding)


@dataclass(frozen=True, kw_only=True)
class StepReopened(StepEvent):
    """A step was opened for a new attempt. `again` are steps that are done again with it."""

    kind = "step.reopened"

    again: tuple[int, ...] = optional(())

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return again(state, [self.step, *self.again], line.sequence)

    def describe(self, words: Wording) -> str:
        return f"reopened {words.step(self.step)}".strip()


@dataclass(frozen=True, kw_only=True)
class StepUndone(StepEvent):
    """A finished step was taken back. `again` are steps that are done again with it."""

    kind = "step.undone"
    changes_run = True

    reason: str
    again: tuple[int, ...] = optional(())

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        """What is taken back is done again, with what guards it; nothing is, once the run is turned
        back."""
        renewed = taken_back(state, self.step)
        state = again(state, [*self.again, *renewed], line.sequence)
        return strike(state, renewed, line.sequence) if state.turned_back else state

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return surprised(stated)

    def describe(self, words: Wording) -> str:
        return with_text("took back", words.step(self.step), self.reason)


@dataclass(frozen=True, kw_only=True)
class StepDecided(StepEvent):
    """A branch was chosen. `not_taken` are the sections that it passes by."""

    kind = "step.decided"

    answer: str
    reason: str
    not_taken: tuple[str, ...]

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        state = touch(
            state,
            self.step,
            line.sequence,
            status=StepStatus.DONE,
            done_at=line.at,
            done_by=line.by,
            answer=self.answer,
            reason=self.reason,
        )
        struck = [i for key in self.not_taken for i in in_section(state, key)]
        return strike(state, struck, line.sequence)

    def describe(self, words: Wording) -> str:
        return f"decided “{self.answer}” at {words.step(self.step)}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class SectionEntered(RunEvent):
    """A section off the main path was entered. `again` are steps that are done again with it."""

    kind = "section.entered"
    changes_run = True

    section: str
    why: str
    again: tuple[int, ...] = optional(())

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        key = self.section
        state = again(state, [*in_section(state, key), *self.again], line.sequence)
        return replace(state, entered=(*(k for k in state.entered if k != key), key))

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, unlocked={})

    def describe(self, words: Wording) -> str:
        return f"went to “{words.section(self.section)}” ({self.why})"
