"""What every interlock is: one guard key, what it asks, what it waits for, what it finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from runbooks.enums import ValueType
from runbooks.machine.events.event import RunEvent
from runbooks.machine.requests import Gate
from runbooks.machine.state import Facts, RunState
from runbooks.procedure.model import ValueSpec


@dataclass(frozen=True)
class Wrong:
    """What was given does not fit: the step goes to diagnosis. `deviation` is a
    `runbooks.enums.Deviation` when it was about where, which way or from what; `caught` makes it a
    near miss (`runbooks.enums.Caught`), which a deviation is by itself; `hold`: the run is held at
    once. `guard` is the key of the interlock that found it, set by `interlocks.wrong`."""

    sentence: str
    deviation: str = ""
    caught: str = ""
    hold: bool = False
    guard: str = ""


@dataclass(frozen=True)
class Signature:
    """What the decider must sign for before a step goes on, in words, and which writes that are:
    those after `newest` and up to `until`, which is known by `basis`; None: nobody knows."""

    text: str
    newest: datetime | None
    until: datetime | None
    basis: str


class Interlock:
    """One guard of the format. A subclass overrides what its guard does; the rest does nothing.

    `key` is its word in the format, `source` where the rule comes from. `begins`: the step is begun
    (the circle) before it is ticked. `words` are the values it asks for, as label and type, under
    the names that follow the key and a dot. `masked`: what was typed is shown to nobody, because
    somebody is to read it off the machine again.
    """

    key: ClassVar[str]
    source: ClassVar[str]
    begins: ClassVar[bool] = False
    masked: ClassVar[bool] = False
    words: ClassVar[Mapping[str, tuple[str, ValueType]]] = {}

    def asks(self, state: RunState, index: int) -> tuple[ValueSpec, ...]:
        """What the performer of step `index` is asked for, besides what the step records."""
        return ()

    def gates(self, state: RunState, index: int, at: datetime) -> tuple[Gate, ...]:
        """What step `index` waits for at `at` (aware)."""
        return ()

    def wrong(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> Wrong | None:
        """What is wrong with the `values` (normal texts, by name) given at step `index` so far."""
        return None

    def events(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> tuple[RunEvent, ...]:
        """What a tick of step `index` with `values` states besides that it is done."""
        return ()

    def signs(self, state: RunState, index: int, at: datetime) -> Signature | None:
        """What step `index`, with the values recorded at it, waits to be signed for at `at`."""
        return None

    def promise(self, data: Mapping[str, Any]) -> str:
        """What the guard demands, in words, for those who read the runbook before it is run."""
        raise NotImplementedError

    def data(self, state: RunState, index: int) -> Mapping[str, Any]:
        """What the author wrote under the key at step `index`."""
        return state.step(index).guard.locks[self.key]

    def named(self, state: RunState, index: int) -> str:
        """The parameter that the guard is about."""
        return str(self.data(state, index)["of"])

    def facts(self, state: RunState, index: int) -> Facts:
        """What was chosen for the parameter that the guard is about."""
        name = self.named(state, index)
        return state.facts.get(name) or Facts(name)

    def ask(self, word: str, *, label: str = "", **more: Any) -> ValueSpec:
        """A value to ask for, under the guard's own name for it."""
        said, kind = self.words[word]
        return ValueSpec(f"{self.key}.{word}", kind, label or said, **more)

    def gate(self, key: str, label: str, is_open: bool, how: str) -> Gate:
        """A gate that this guard keeps."""
        return Gate(key, label, is_open, how, guard=self.key)


def utc(moment: datetime) -> str:
    """An aware moment to the minute: "2026-11-22 03:12 UTC"."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
