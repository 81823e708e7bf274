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
    """What one demand of a guard does in a run, at the step `index`. A subclass names the kind of
    demand that it `judges` and overrides what that does; the rest does nothing. `source` is where
    the rule comes from."""

    judges: type[Judged]
    source: ClassVar[str]

    def __init__(self, demand: Judged, state: RunState, index: int) -> None:
        self.demand, self.state, self.index = demand, state, index

    def asks(self) -> tuple[ValueSpec, ...]:
        """What the performer of the step is asked for, besides what the step records."""
        return ()

    def gates(self, at: datetime) -> tuple[Gate, ...]:
        """What the step waits for at `at` (aware)."""
        return ()

    def wrong(self, values: Mapping[str, str], at: datetime) -> Wrong | None:
        """What is wrong with the `values` (normal texts, by name) given at the step so far."""
        return None

    def events(self, values: Mapping[str, str], at: datetime) -> tuple[RunEvent, ...]:
        """What a tick of the step with `values` states besides that it is done."""
        return ()

    def signs(self, at: datetime) -> Signature | None:
        """What the step, with the values recorded at it, waits to be signed for at `at`."""
        return None

    @property
    def parameter(self) -> str:
        """The parameter that the guard is about."""
        return self.demand.about

    @property
    def facts(self) -> ParameterFacts:
        """What was chosen for the parameter that the guard is about."""
        return self.state.facts.get(self.parameter) or ParameterFacts(self.parameter)

    @property
    def recorded(self) -> Mapping[str, str]:
        """What was recorded at the step so far."""
        return self.state.steps[self.index].values

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
