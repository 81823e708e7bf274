"""Controls: a form and the one button that sends it, in the words of the people who press it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.forms import BoundField
from django.utils import timezone

from runbooks.enums import CountersignTiming
from runbooks.forms.by_move import form_of
from runbooks.forms.moves import MoveForm
from runbooks.forms.run_moves import WithdrawForm
from runbooks.log import blind_values
from runbooks.machine import interlocks
from runbooks.machine.decide import allowed, offered
from runbooks.machine.interlocks.wait import unchecked
from runbooks.machine.move import Allowed, Move
from runbooks.machine.moves.hand_over import HandOver
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Record, Release, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.placeholders import in_run
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.procedure.guards.copies import MakeCopy, Protect, Verify
from runbooks.procedure.guards.target import Direction
from runbooks.procedure.irreversible import deletes, part_of, target_of
from runbooks.screen.groups import Group, groups, in_order, thing
from runbooks.screen.words import act_words, address, place_name, signing_words


@dataclass(frozen=True)
class Person:
    """Somebody who appears on the page."""

    id: int
    name: str
    initials: str


@dataclass(frozen=True)
class Sent:
    """A move that was sent and did not happen: its form comes back with all that was typed."""

    move: type[Move]
    step: int | None
    form: MoveForm


@dataclass(frozen=True)
class Panel:
    """One control. `blocked` disables the button and says why; `also` are other moves that the same
    fields can be sent to (move, address, words)."""

    id: str
    move: str
    url: str
    form: MoveForm
    title: str
    verb: str
    overwrites: bool = False
    blocked: str = ""
    also: tuple[tuple[str, str, str], ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def open(self) -> bool:
        """Whether a disclosure around it stands open: it holds something that was typed."""
        return self.form.is_bound

    @property
    def parts(self) -> list[tuple[Group | None, list[BoundField]]]:
        """The fields that people see: those of a guard together with its question, the others each
        alone, in the order in which they are asked for."""
        of = {name: group for group in self.groups for name in group.names}
        found: list[tuple[Group | None, list[BoundField]]] = []
        for name in in_order(seen.name for seen in self.form.visible_fields()):
            group = of.get(name)
            if group is None or not found or found[-1][0] is not group:
                found.append((group, []))
            found[-1][1].append(self.form[name])
        return found

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The fields that nobody sees, with their values."""
        sent = self.form.data if self.form.is_bound else self.form.initial
        return [
            (name, str(sent[name]))
            for name, field in self.form.fields.items()
            if field.widget.is_hidden and sent.get(name) is not None
        ]


#: Guards of steps that read something and write into nothing that is there.
_READING = (MakeCopy, Protect, Verify)


@dataclass(frozen=True)
class Desk:
    """What the screen of one person is made of. `controls` is the machine's one answer to what
    this person may do; nothing else here decides that. `offers` adds to it what is theirs to do and
    waits for something: it is drawn disabled, with what it waits for. Neither holds a move that is
    `beyond` the rights of their account. `offer` is what was said when
    a hand-over was offered; `successors` those who could take over (id, name)."""

    state: RunState
    person: int
    at: datetime
    people: Mapping[int, Person]
    successors: tuple[tuple[int, str], ...] = ()
    sent: Sent | None = None
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
        return tuple(one for one in moves if one.move not in self.beyond)

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

    def panel(
        self,
        move: type[Move],
        step: int | None = None,
        *,
        form_class: type[MoveForm] | None = None,
        initial: Mapping[str, Any] | None = None,
        also: tuple[type[Move], ...] = (),
        blocked: str = "",
    ) -> Panel:
        """The control for `move`. What was just typed into it, and refused, stands in it again."""
        form = self._returned({move, *also}, step, dict(initial or {})) or (
            form_class or form_of(move)
        )(
            move=move,
            state=self.state,
            step=step,
            person=self.person,
            people=self.successors,
            initial={**(initial or {}), "key": self.new_key(), "seen": self.state.sequence},
        )
        mark = "run" if step is None else str(step)
        extra = "".join(f"-{value}" for value in (initial or {}).values() if value)
        return Panel(
            id=f"{move.kind}-{mark}{extra}",
            move=move.kind,
            url=self.url(move),
            form=form,
            title=move.title,
            verb=move.button if step is None else self.verb(move, step),
            overwrites=move is Unlock,
            blocked=blocked,
            also=tuple((m.kind, self.url(m), m.button) for m in also),
            groups=groups(self.state, step, form.fields),
        )

    def withdraw(self) -> Panel:
        """The control that takes an offered hand-over back."""
        panel = self.panel(HandOver, form_class=WithdrawForm)
        return replace(panel, title="Withdraw", verb="Withdraw the hand-over")

    def url(self, move: type[Move]) -> str:
        return address("runbooks:run_move", self.state.number, move.kind)

    def changes(self, step: int) -> str:
        """The name of what step `step` overwrites or deletes, '' for every other step."""
        name = target_of(self.state.step(step).guard)
        return place_name(self.state.facts[name]) if name in self.state.facts else name

    def verb(self, move: type[Move], step: int) -> str:
        """The words on the button: what it does, not “OK”."""
        told = self.state.step(step)
        if move is Unlock:
            return f"{act_words(told)} {self.changes(step)}"
        if move is Tick:
            return self._tick_words(step)
        if move is Record and unchecked(self.state, step):
            return "Check the first line"
        if move is Countersign:
            after = told.guard.countersign is CountersignTiming.AFTER
            if after:
                return "Countersign my own measurement"
            target = self.changes(step)
            what = f"{act_words(told)} {target}" if target else told.title
            return f"Countersign: {what}"
        if move is Release:
            signs = interlocks.signature(self.state, step, self.at)
            return f"{signing_words(signs)} step {told.number}"
        if move is BeginStep:
            return f"Begin step {told.number}"
        return move.button

    def _tick_words(self, step: int) -> str:
        """What the tick of `step` says: which way it goes, and with what, where it moves data."""
        told = self.state.step(step)
        target = self.changes(step)
        if target and deletes(told.guard):
            part = part_of(told.guard)
            return f"Tick: {part} of {target} is deleted" if part else f"Tick: {target} is deleted"
        if target:
            return f"Tick: {target} is overwritten"
        if Direction in told.guard:
            return "Tick: READ FROM and WRITE INTO are as I said"
        read = next((demand for demand in told.guard.demands if isinstance(demand, _READING)), None)
        if read:
            return f"READ FROM {thing(self.state, read)}: {told.title}"
        return f"Tick: {told.title}"

    def sign(
        self, person: int | None, at: datetime | None, clock: Callable[[datetime], str]
    ) -> str:
        """Initials and time, as in the margin of a form; '' when nobody signed."""
        if person is None or at is None:
            return ""
        known = self.people.get(person)
        return f"{known.initials if known else '??'} {clock(at)}"

    def _returned(
        self, moves: set[type[Move]], step: int | None, initial: dict[str, Any]
    ) -> MoveForm | None:
        sent = self.sent
        if sent is None or sent.move not in moves or sent.step != step:
            return None
        if any(str(sent.form.data.get(name, "")) != str(value) for name, value in initial.items()):
            return None
        return sent.form
