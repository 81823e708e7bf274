"""What every interlock is: what one demand asks, what it waits for, what it finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Generic, TypeVar

from runbooks.machine.events.event import RunEvent
from runbooks.machine.requests import Gate
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.procedure.guards.demand import Demand
from runbooks.procedure.model import ValueSpec

Judged = TypeVar("Judged", bound=Demand, covariant=True)


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


class Interlock(Generic[Judged]):
    """What one demand of a guard does in a run. A subclass names the demand that it `judges` and
    overrides what that does; the rest does nothing. `source` is where the rule comes from."""

    judges: type[Judged]
    source: ClassVar[str]

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

    def demand(self, state: RunState, index: int) -> Judged:
        """What the author wrote at step `index`."""
        return state.step(index).guard[self.judges]

    def named(self, state: RunState, index: int) -> str:
        """The parameter that the guard is about."""
        return self.demand(state, index).about

    def facts(self, state: RunState, index: int) -> ParameterFacts:
        """What was chosen for the parameter that the guard is about."""
        name = self.named(state, index)
        return state.facts.get(name) or ParameterFacts(name)

    def ask(
        self,
        word: str,
        *,
        label: str = "",
        equals: str = "",
        min: str = "",
        options: tuple[str, ...] = (),
        precise: bool = False,
        or_day: bool = False,
    ) -> ValueSpec:
        """A value to ask for, under the guard's own name for it."""
        usual, kind = self.judges.values[word]
        return ValueSpec(
            f"{self.judges.key}.{word}",
            kind,
            label or usual,
            equals=equals,
            min=min,
            options=options,
            precise=precise,
            or_day=or_day,
        )

    def gate(self, key: str, label: str, is_open: bool, how: str) -> Gate:
        """A gate that this guard keeps."""
        return Gate(key, label, is_open, how, guard=self.judges.key)


def utc(moment: datetime) -> str:
    """An aware moment to the minute: "2026-11-22 03:12 UTC"."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
