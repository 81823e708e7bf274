"""Events at a step: begun, recorded, ticked, confirmed, found wrong, done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.enums import RunRole, StepStatus
from runbooks.machine.attempts import touch
from runbooks.machine.events.event import LogLine, StepEvent, Wording, optional
from runbooks.machine.state import RunState, replace
from runbooks.machine.statements import Stated, StatedDeviation


@dataclass(frozen=True)
class SigningHost:
    """The person on whose screen somebody else signed."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class StepBegun(StepEvent):
    """The circle: a step is being done."""

    kind = "step.begun"

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        status = StepStatus.STARTED
        changes = {"status": status, "started_at": line.at, "started_by": line.by}
        return touch(state, self.step, line.sequence, **changes)

    def describe(self, words: Wording) -> str:
        return f"began {words.step(self.step)}".strip()


@dataclass(frozen=True, kw_only=True)
class StepRecorded(StepEvent):
    """Observed values were kept."""

    kind = "step.recorded"
    is_measured = True

    values: Mapping[str, str]

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        values = {**state.steps[self.step].values, **self.values}
        return touch(state, self.step, line.sequence, values=values)

    def describe(self, words: Wording) -> str:
        return f"recorded {words.values(self.step, self.values)}"

    def describe_without_values(self, words: Wording) -> str:
        return f"recorded values at {words.step(self.step)}"


#: What a tick says of its pace, and how that is put into words.
PACE = (
    ("hurried", "faster than the step can be done"),
    ("batch", "within ten seconds of two other ticks"),
    ("late", "later than planned"),
)


@dataclass(frozen=True, kw_only=True)
class StepTicked(StepEvent):
    """The slash: a step was done. `awaits`: it waits for the countersign; `seconds` since the
    circle, which came too soon (`hurried`), too late, or in a `batch` with others."""

    kind = "step.ticked"

    awaits: bool
    seconds: int | None = optional(None)
    hurried: bool = optional(False)
    batch: bool = optional(False)
    late: bool = optional(False)

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        status = StepStatus.AWAITING if self.awaits else StepStatus.DONE
        changes = {"status": status, "done_at": line.at, "done_by": line.by}
        return touch(state, self.step, line.sequence, **changes)

    def describe(self, words: Wording) -> str:
        pace = "".join(f", {text}" for name, text in PACE if getattr(self, name))
        awaits = ", which now waits for the countersign" if self.awaits else ""
        return f"ticked {words.step(self.step)}{awaits}{pace}"


@dataclass(frozen=True, kw_only=True)
class StepCountersigned(StepEvent):
    """A second person confirmed a step. `meaning`: before it was done, or after, with `values`
    measured again."""

    kind = "step.countersigned"

    meaning: str
    values: Mapping[str, str]
    comment: str
    on_screen_of: SigningHost | None = optional(None)

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        changes = {"status": StepStatus.DONE} if self.meaning == "after" else {}
        return touch(
            state,
            self.step,
            line.sequence,
            countersigned_at=line.at,
            countersigned_by=line.by,
            verified_values=self.values,
            **changes,
        )

    def describe(self, words: Wording) -> str:
        values = words.values(self.step, self.values)
        return self._described(words, f" ({values})" if values else "")

    def describe_without_values(self, words: Wording) -> str:
        return self._described(words, "")

    def _described(self, words: Wording, values: str) -> str:
        when = "before it was done" if self.meaning == "before" else "after measuring again"
        host = f", on the screen of {self.on_screen_of.name}" if self.on_screen_of else ""
        comment = f": {self.comment}" if self.comment else ""
        return f"countersigned {words.step(self.step)} {when}{values}{host}{comment}"


@dataclass(frozen=True, kw_only=True)
class StepObjected(StepEvent):
    """The second person refused to confirm."""

    kind = "step.objected"

    reason: str
    on_screen_of: SigningHost | None = optional(None)

    def describe(self, words: Wording) -> str:
        return with_text("objected at", words.step(self.step), self.reason)


@dataclass(frozen=True, kw_only=True)
class StepNotApplicable(StepEvent):
    """An optional step was left out."""

    kind = "step.not_applicable"

    reason: str

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return touch(
            state,
            self.step,
            line.sequence,
            status=StepStatus.NOT_APPLICABLE,
            reason=self.reason,
            done_at=line.at,
            done_by=line.by,
        )

    def describe(self, words: Wording) -> str:
        return with_text("left out", words.step(self.step), self.reason)


@dataclass(frozen=True, kw_only=True)
class StepMismatched(StepEvent):
    """What was observed is not what was expected. With `caught` it is a near miss."""

    kind = "step.mismatched"
    is_measured = True

    values: Mapping[str, str]
    why: str
    measured_by: RunRole
    deviation: str = optional("")
    caught: str = optional("")
    guard: str = optional("")

    @property
    def is_near_miss(self) -> bool:
        return bool(self.caught)

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        step = state.steps[self.step]
        by_verifier = self.measured_by is RunRole.VERIFIER
        field_name = "verified_values" if by_verifier else "values"
        before = step.verified_values if by_verifier else step.values
        changes = {"status": StepStatus.MISMATCH, "reason": self.why}
        kept = {field_name: {**before, **self.values}}
        return touch(state, self.step, line.sequence, **changes, **kept)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        deviations = stated.deviations
        if self.deviation:
            deviations = (*deviations, StatedDeviation(self.deviation, self.step, self.why))
        return replace(missed(surprised(stated), self.step), deviations=deviations)

    def describe(self, words: Wording) -> str:
        values = words.values(self.step, self.values)
        observed = f" Observed: {values}." if values else ""
        return f"{self.describe_without_values(words)}: {self.why}{observed}"

    def describe_without_values(self, words: Wording) -> str:
        return f"found something different at {words.step(self.step)}"


def surprised(stated: Stated) -> Stated:
    """What was agreed in the team check is no longer what is: everyone confirms again."""
    return replace(stated, confirmed=(), unlocked={})


def missed(stated: Stated, index: int | None) -> Stated:
    """One more wrong answer at step `index`."""
    if index is None:
        return stated
    return replace(stated, misses={**stated.misses, index: stated.misses.get(index, 0) + 1})


def with_text(verb: str, step: str, text: str) -> str:
    """A sentence: `verb`, the step in words, and what somebody wrote."""
    return f"{verb} {step}".strip() + (f": {text}" if text else "")
