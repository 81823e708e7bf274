"""Events about what keeps a step back: released, confirmed, unlocked, overridden, refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from runbooks.enums import RunRole, StepStatus
from runbooks.machine.attempts import touch
from runbooks.machine.events.event import LogLine, RunEvent, StepEvent, Wording, optional
from runbooks.machine.events.steps import missed
from runbooks.machine.state import RunState, replace
from runbooks.machine.statements import (
    IN_DOUBT,
    NOTHING_TO_KEEP,
    Confirmed,
    Override,
    Signed,
    Stated,
)


@dataclass(frozen=True, kw_only=True)
class StepReleased(StepEvent):
    """A step that waited for a role was released. With `loss` the decider signed for it, at this
    `attempt`: for what was written after `loss_after` and up to `loss_until`."""

    kind = "step.released"

    reason: str
    role: RunRole
    attempt: int | None = optional(None)
    loss: str = optional("")
    loss_after: datetime | None = optional(None)
    loss_until: datetime | None = optional(None)
    loss_until_is: str = optional("")

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        changes = {"released_at": line.at, "released_by": line.by}
        return touch(state, self.step, line.sequence, **changes)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        """Only a release that names a loss is a signature for it."""
        if not self.loss or self.attempt is None:
            return stated
        signature = Signed(
            self.step,
            self.attempt,
            self.loss_after,
            self.loss_until,
            self.loss_until_is,
            self.loss,
            line.by,
            self.reason,
        )
        return replace(stated, signed=(*stated.signed, signature))

    def describe(self, words: Wording) -> str:
        if self.loss_until_is == NOTHING_TO_KEEP:
            signed = f", signing that there is nothing to keep ({self.loss}), because"
        elif self.loss_until_is == IN_DOUBT:
            signed = f", signing that a copy is good all the same ({self.loss}), because"
        else:
            signed = f", signing for the loss ({self.loss})" if self.loss else ""
        return f"released {words.step(self.step)}{signed}: {self.reason}"

    def to_data(self) -> dict[str, object]:
        """Of a signature, '' stands for a moment that nobody knows."""
        data = super().to_data()
        return {"loss_after": "", "loss_until": "", **data} if self.loss else data


@dataclass(frozen=True, kw_only=True)
class TeamCheckConfirmed(StepEvent):
    """A person confirmed target, direction, copy and way back."""

    kind = "team_check.confirmed"

    role: RunRole

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        confirmation = Confirmed(self.step, line.by, self.role, line.at, line.sequence)
        others = tuple(c for c in stated.confirmed if c.person != line.by)
        since = stated.confirmed_since | {line.by}
        return replace(stated, confirmed=(*others, confirmation), confirmed_since=since)

    def describe(self, words: Wording) -> str:
        return f"confirmed the team check as {self.role}, at {words.step(self.step)}"


@dataclass(frozen=True, kw_only=True)
class StepUnlocked(StepEvent):
    """The name of what is overwritten was typed, and its command laid open."""

    kind = "step.unlocked"

    name: str

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, unlocked={**stated.unlocked, self.step: line.at})

    def describe(self, words: Wording) -> str:
        step = words.step(self.step)
        return f"typed the name {self.name} and laid open the command of {step}"


@dataclass(frozen=True, kw_only=True)
class OverrideEvent(RunEvent):
    """What somebody does about a gate of a step, or of the start or the end of the run."""

    step: int | None = field()
    attempt: int
    gate: str


@dataclass(frozen=True, kw_only=True)
class LabelledGate(OverrideEvent):
    """A gate with its label, the guard that keeps it, and why it is passed without its
    condition."""

    label: str
    guard: str
    reason: str

    def described(self, verb: str, words: Wording) -> str:
        """`verb`, the gate by its label, where it stands, and why."""
        where = words.step(self.step) or "the run as a whole"
        return f"{verb} “{self.label}” of {where}: {self.reason}"

    def override(self, line: LogLine, asked_at: datetime, opened_at: datetime | None) -> Override:
        """The override as the state has it."""
        gate = self.step, self.attempt, self.gate
        return Override(*gate, line.by, self.label, self.reason, asked_at, opened_at)


@dataclass(frozen=True, kw_only=True)
class OverrideAsked(LabelledGate):
    """A person asked to pass a gate without its condition; others were paged."""

    kind = "override.asked"

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        """It takes the place of one that was asked for before: two never wait side by side."""
        return replace(stated, overrides=(*_used(stated), self.override(line, line.at, None)))

    def describe(self, words: Wording) -> str:
        return self.described("asked to override", words)


@dataclass(frozen=True, kw_only=True)
class OverrideWithdrawn(OverrideEvent):
    """What was asked for was taken back."""

    kind = "override.withdrawn"

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, overrides=_used(stated))

    def describe(self, words: Wording) -> str:
        return f"withdrew the override of {self.gate}"


@dataclass(frozen=True, kw_only=True)
class GateOverridden(LabelledGate):
    """A gate was passed without its condition; a review was opened. `waited`: the seconds since it
    was asked for; `done`: the step is finished with it."""

    kind = "gate.overridden"

    waited: int
    done: bool

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        state = replace(state, overridden=state.overridden + 1)
        if self.step is None:
            return state
        changes = {"status": StepStatus.DONE} if self.done else {}
        return touch(state, self.step, line.sequence, **changes)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        pending = (override for override in stated.overrides if override.opened_at is None)
        asked = next(pending, None)
        opened = self.override(line, asked.asked_at if asked else line.at, line.at)
        return replace(stated, overrides=(*_used(stated), opened))

    def describe(self, words: Wording) -> str:
        return self.described("OVERRODE", words)


@dataclass(frozen=True, kw_only=True)
class AttemptRefused(RunEvent):
    """An attempt was refused. With `caught`, what a guard caught, it is a near miss. `counts`: what
    was given was wrong; `tried` is what was sent."""

    kind = "move.refused"

    step: int | None = field()
    move: str
    guard: str
    counts: bool
    caught: str
    code: str
    sentence: str
    remedy: str
    tried: Mapping[str, str]

    @property
    def is_near_miss(self) -> bool:
        return bool(self.caught)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return missed(stated, self.step) if self.counts else stated

    def describe(self, words: Wording) -> str:
        where = words.step(self.step)
        move = self.move.replace("_", " ") + (f", {where}" if where else "")
        return f"was refused ({move}): {self.sentence} {self.remedy}"


def _used(stated: Stated) -> tuple[Override, ...]:
    """The overrides that passed a gate."""
    return tuple(override for override in stated.overrides if override.opened_at is not None)
