"""What every event of a run's log is: one frozen dataclass a kind.

A class declares the fields of its data, what it changes (`apply_to`), what it states besides the
steps (`record_in`), and its sentence (`describe`); its docstring is what the reference says of it.
To add a kind, write such a class in the module of its subject, make it in the move that causes it,
and test both: `kinds` finds the class, and `manage.py document` writes its line of the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple, Protocol, TypeVar

from runbooks.machine.state import RunState
from runbooks.machine.statements import Stated

#: Every kind that has a class, by its name. `runbooks.machine.events.kinds` imports all of them.
DECLARED: dict[str, type[RunEvent]] = {}
Value = TypeVar("Value")
_OMITTED = {"omitted": True}


def optional(default: Value) -> Value:
    """A field that the log leaves out while it has its `default`."""
    made: Value = field(default=default, metadata=_OMITTED)
    return made


class Wording(Protocol):
    """How a sentence names what the procedure says (`runbooks.log.words.ProcedureWords`)."""

    def step(self, index: int | None) -> str:
        """“step 3, Stop every writer”; '' for none."""

    def values(self, index: int, values: Mapping[str, str]) -> str:
        """Values recorded at a step, with their labels and units."""

    def section(self, key: str) -> str:
        """The title of a section."""

    def moment(self, at: datetime) -> str:
        """A moment with its zone."""


@dataclass(frozen=True, kw_only=True)
class RunEvent:
    """Something that happened in a run. `step` is the index of the step that it is about, None for
    the run as a whole; `clock_went_back` is what the clock showed when it had gone back."""

    #: Its name in the log: dotted, in the past tense.
    kind: ClassVar[str]
    #: Whether a sender who has not seen it is stale, whatever the step.
    changes_run: ClassVar[bool] = False
    #: Whether it holds what somebody measured, which a second person must not see yet.
    is_measured: ClassVar[bool] = False
    #: The fields that have another name in the log, by that name.
    renamed: ClassVar[Mapping[str, str]] = {}
    changes_state: ClassVar[bool] = False
    has_statement: ClassVar[bool] = False

    step: int | None = field(default=None, init=False)
    clock_went_back: datetime | None = optional(None)

    def __init_subclass__(cls) -> None:
        cls.changes_state = cls.apply_to is not RunEvent.apply_to
        cls.has_statement = cls.record_in is not RunEvent.record_in
        if isinstance(cls.__dict__.get("kind"), str):
            DECLARED[cls.kind] = cls

    @classmethod
    def reference(cls) -> str:
        """What the kind means, and its fields."""
        return " ".join((cls.__doc__ or "").split())

    @classmethod
    def in_one_sentence(cls) -> str:
        """What the kind means, in one sentence."""
        return cls.reference().split(". ")[0].removesuffix(".") + "."

    @property
    def is_near_miss(self) -> bool:
        """Whether a guard caught something before it did harm."""
        return False

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        """The state after this event, which stands in the log as `line`."""
        return state

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        """What is stated besides the steps after this event, which stands in the log as `line`."""
        return stated

    def describe(self, words: Wording) -> str:
        """What happened, in words, without who and when."""
        raise NotImplementedError

    def describe_without_values(self, words: Wording) -> str:
        """The same without anything that was measured."""
        return self.describe(words)

    def to_data(self) -> dict[str, object]:
        """The plain data that the log holds."""
        names = {name: key for key, name in self.renamed.items()}
        return {
            names.get(each.name, each.name): plain(value)
            for each in fields(self)
            if each.init
            and ((value := getattr(self, each.name)) != each.default or not each.metadata)
        }


@dataclass(frozen=True, kw_only=True)
class StepEvent(RunEvent):
    """Something that happened at a step."""

    step: int = field()


@dataclass(frozen=True, kw_only=True)
class UnknownEvent(RunEvent):
    """An event of a kind that this version does not know: it changes nothing."""

    name: str
    data: Mapping[str, object]

    @property
    def kind(self) -> str:  # type: ignore[override]
        return self.name

    def describe(self, words: Wording) -> str:
        return self.name.replace(".", " ").replace("_", " ")

    def to_data(self) -> dict[str, object]:
        return dict(self.data)


class LogLine(NamedTuple):
    """An event as it stands in the log. (A tuple, because a replay makes thousands of them.)"""

    sequence: int
    at: datetime
    by: int
    event: RunEvent

    @property
    def kind(self) -> str:
        return self.event.kind


def plain(value: object) -> object:
    """A value as JSON knows it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    return value
