"""Events about people: their roles, hand-over, replacement, and how they are."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from accounts.texts import full_stop
from runbooks.enums import RunRole
from runbooks.machine.events.event import LogLine, RunEvent, Wording, optional
from runbooks.machine.state import RunState, replace
from runbooks.machine.statements import Fitness, Replacement, Stated


@dataclass(frozen=True, kw_only=True)
class RoleTaken(RunEvent):
    """A person accepted a role."""

    kind = "role.taken"

    role: RunRole

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return replace(state, people={**state.people, line.by: self.role})

    def describe(self, words: Wording) -> str:
        return f"took the role of {self.role}"


@dataclass(frozen=True, kw_only=True)
class RoleReleased(RunEvent):
    """A person gave a role back."""

    kind = "role.released"

    role: RunRole

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return replace(state, people={p: r for p, r in state.people.items() if p != line.by})

    def describe(self, words: Wording) -> str:
        return f"gave back the role of {self.role}"


@dataclass(frozen=True, kw_only=True)
class HandOverOffered(RunEvent):
    """The operator offered the run to another person."""

    kind = "hand_over.offered"
    changes_run = True

    to: int
    to_name: str
    position: str
    running: str
    next_step: str
    worries: str

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return replace(state, hand_over_by=line.by, hand_over_to=self.to)

    def describe(self, words: Wording) -> str:
        return (
            f"offered the run to {self.to_name}. Position: {full_stop(self.position)} Running:"
            f" {full_stop(self.running)} Next: {full_stop(self.next_step)} Worries: {self.worries}"
        )


@dataclass(frozen=True, kw_only=True)
class HandOverWithdrawn(RunEvent):
    """The offer was taken back."""

    kind = "hand_over.withdrawn"
    changes_run = True

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return replace(state, hand_over_by=None, hand_over_to=None)

    def describe(self, words: Wording) -> str:
        return "withdrew the offer to hand over"


@dataclass(frozen=True, kw_only=True)
class HandOverAccepted(RunEvent):
    """The other person read back the position and took over."""

    kind = "hand_over.accepted"
    changes_run = True

    read_back: str
    left_role: str

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        people: dict[int, RunRole] = {
            p: r for p, r in state.people.items() if r is not RunRole.OPERATOR
        }
        people[line.by] = RunRole.OPERATOR
        return replace(state, people=people, hand_over_by=None, hand_over_to=None)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, unlocked={}, replacement=None)

    def describe(self, words: Wording) -> str:
        return f"took over as operator after reading back step {self.read_back}"


@dataclass(frozen=True, kw_only=True)
class ReplacementProposed(RunEvent):
    """Somebody was proposed for the role of a person who is gone."""

    kind = "replacement.proposed"

    role: RunRole
    person: int
    to: int
    to_name: str
    reason: str

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        replacement = Replacement(
            self.role, self.person, self.to, self.to_name, line.by, self.reason, line.at
        )
        return replace(stated, replacement=replacement)

    def describe(self, words: Wording) -> str:
        return f"proposed {self.to_name} as {self.role} instead of who is gone: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class ReplacementConfirmed(RunEvent):
    """A second person agreed: who was gone has no role any more."""

    kind = "replacement.confirmed"
    changes_run = True

    role: RunRole
    person: int
    to: int
    to_name: str
    read_back: str = optional("")

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        """Another decider has the role at once; another operator still reads back and identifies,
        and until then nothing moves, as in a hand-over."""
        people = {p: r for p, r in state.people.items() if p != self.person}
        if self.role is RunRole.DECIDER:
            return replace(state, people={**people, self.to: RunRole.DECIDER})
        return replace(state, people=people, hand_over_by=self.person, hand_over_to=self.to)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        """A command that was unlocked is locked again, as in a hand-over: the next operator has
        agreed to nothing yet."""
        pending = stated.replacement
        if pending is None or pending.role is RunRole.DECIDER:
            return replace(stated, replacement=None)
        confirmed = dataclasses.replace(pending, confirmed=True)
        return replace(stated, unlocked={}, replacement=confirmed)

    def describe(self, words: Wording) -> str:
        if self.role is RunRole.DECIDER:
            return f"took the role of decider after reading back step {self.read_back}"
        return f"confirmed that {self.to_name} takes over as operator"


@dataclass(frozen=True, kw_only=True)
class ReplacementWithdrawn(RunEvent):
    """The proposal was taken back, or objected to. `objects`: by the person to be replaced."""

    kind = "replacement.withdrawn"

    role: RunRole
    objects: bool
    reason: str

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, replacement=None)

    def describe(self, words: Wording) -> str:
        text = (
            f"objected to being replaced as {self.role}"
            if self.objects
            else f"withdrew the replacement of the {self.role}"
        )
        return f"{text}: {self.reason}" if self.reason else text


@dataclass(frozen=True, kw_only=True)
class FitnessStated(RunEvent):
    """A person said how they are. It stays with the run and is counted nowhere."""

    kind = "fitness.stated"

    hours_awake: int
    alone: bool
    local_time: str

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        fitness = Fitness(self.hours_awake, self.alone, self.local_time, line.at)
        return replace(stated, fitness={**stated.fitness, line.by: fitness})

    def describe(self, words: Wording) -> str:
        parts = [f"awake for {self.hours_awake} h", "alone" if self.alone else "not alone"]
        parts += [f"local time {self.local_time}"] if self.local_time else []
        return "said: " + ", ".join(parts)
