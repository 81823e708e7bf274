"""Events that the inventory follows: instances stopped, started, deleted; data compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from runbooks.machine.events.event import LogLine, StepEvent, Wording, optional
from runbooks.machine.events.steps import surprised
from runbooks.machine.state import replace
from runbooks.machine.statements import Stated, Thawed
from runbooks.procedure.guards.acts import Destroy
from runbooks.procedure.guards.copies import Compare
from runbooks.procedure.guards.target import Freeze, Thaw


@dataclass(frozen=True, kw_only=True)
class InventoryEvent(StepEvent):
    """What a step did to what was chosen for `parameter`, whose name is `name`."""

    #: The key of the guard that states it; '' where several do.
    guard: ClassVar[str] = ""

    parameter: str
    name: str


@dataclass(frozen=True, kw_only=True)
class InstanceEvent(InventoryEvent):
    """The same, to an instance: `instance` is its id in the inventory, once that has followed."""

    instance: int | None = optional(None)


@dataclass(frozen=True, kw_only=True)
class InstanceFrozen(InstanceEvent):
    """The writers of an instance were stopped."""

    kind = "instance.frozen"
    guard = Freeze.key

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        stopped = {**stated.stopped, self.parameter: line.at}
        return replace(stated, frozen=stated.frozen | {self.parameter}, stopped=stopped)

    def describe(self, words: Wording) -> str:
        return f"froze {self.name}"


@dataclass(frozen=True, kw_only=True)
class InstanceThawed(InstanceEvent):
    """The writers of an instance were started."""

    kind = "instance.thawed"
    guard = Thaw.key

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        """Whatever was agreed in the team check was agreed about data that did not change."""
        name = self.parameter
        return replace(
            surprised(stated),
            frozen=stated.frozen - {name},
            deleted=stated.deleted - {name},
            thawed={**stated.thawed, name: Thawed(self.step, line.at)},
        )

    def describe(self, words: Wording) -> str:
        return f"thawed {self.name}"


@dataclass(frozen=True, kw_only=True)
class InstanceDeleted(InstanceEvent):
    """An instance, or a part of it, was deleted; gone as a whole, it is decommissioned in the
    inventory now."""

    kind = "instance.deleted"
    guard = Destroy.key

    part: str

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        """Gone as a whole; of what lost a part, the rest is there and in use."""
        return stated if self.part else replace(stated, deleted=stated.deleted | {self.parameter})

    def describe(self, words: Wording) -> str:
        return f"deleted {self.part} of {self.name}" if self.part else f"deleted {self.name}"


@dataclass(frozen=True, kw_only=True)
class DataCompared(InventoryEvent):
    """The restored data is what the chosen copy promised. `copy` is its id in the inventory, once
    that has followed."""

    kind = "data.compared"
    guard = Compare.key

    newest: datetime
    copy: int | None = optional(None)

    def describe(self, words: Wording) -> str:
        newest = words.moment(self.newest)
        return (
            f"compared the restored data with {self.name}: newest record of {newest}, as promised"
        )


@dataclass(frozen=True, kw_only=True)
class RearmStated(StepEvent):
    """What a restore stops was said to be on again."""

    kind = "rearm.stated"
    renamed = {"what": "answers"}

    answers: Mapping[str, str]

    def describe(self, words: Wording) -> str:
        return "re-armed: " + "; ".join(
            f"{thing}: {state}" for thing, state in self.answers.items()
        )
