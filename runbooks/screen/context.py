"""What the page of a run is drawn from: the run, and the person who looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import uuid4

from django.utils import timezone

from runbooks.forms.moves import MoveForm
from runbooks.log import blind_values
from runbooks.machine.decide import allowed, offered
from runbooks.machine.move import Allowed, Move
from runbooks.machine.placeholders import in_run
from runbooks.machine.state import ParameterFacts, RunState


@dataclass(frozen=True)
class Person:
    """Somebody who appears on the page."""

    id: int
    name: str
    initials: str


@dataclass(frozen=True)
class RefusedForm:
    """A move that was sent and did not happen: its form comes back with all that was typed."""

    move: type[Move]
    step: int | None
    form: MoveForm


@dataclass(frozen=True)
class PageContext:
    """What the page of a run is drawn from, for one person. `controls` is the machine's one answer
    to what this person may do; nothing else here decides that. `offers` adds to it what is theirs
    to do and waits for something: it is drawn disabled, with what it waits for. Neither holds a
    move that is `beyond` the rights of their account. `offer` is what was said when a hand-over was
    offered; `successors` those who could take over (id, name)."""

    state: RunState
    person: int
    at: datetime
    people: Mapping[int, Person]
    successors: tuple[tuple[int, str], ...] = ()
    sent: RefusedForm | None = None
    offer: tuple[tuple[str, str], ...] = ()
    beyond: frozenset[type[Move]] = frozenset()
    new_key: Callable[[], str] = field(default=lambda: uuid4().hex)

    @cached_property
    def moves(self) -> tuple[Allowed, ...]:
        """What `controls` holds, in the order of the rules."""
        return self._within(allowed(self.state, self.person, self.at))

    @cached_property
    def controls(self) -> frozenset[Allowed]:
        return frozenset(self.moves)

    @cached_property
    def offers(self) -> frozenset[Allowed]:
        return frozenset(self._within(offered(self.state, self.person, self.at)))

    def _within(self, moves: Iterable[Allowed]) -> tuple[Allowed, ...]:
        return tuple(each for each in moves if each.move not in self.beyond)

    @cached_property
    def blind(self) -> frozenset[int]:
        """Steps whose values this person must not see yet."""
        return blind_values.steps(self.state, self.person)

    @cached_property
    def reached(self) -> Mapping[str, ParameterFacts]:
        """What a placeholder of the text may name."""
        return in_run(self.state)

    @cached_property
    def day(self) -> str:
        """The day on which the run began, in the zone of the settings."""
        return f"{timezone.localtime(self.state.started_at or self.at):%Y-%m-%d}"
