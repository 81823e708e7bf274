"""What the answer about a step of a run is printed from, as one person may see it now."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from runbooks.enums import StepStatus, ValueType
from runbooks.machine import interlocks
from runbooks.machine.state import StepState
from runbooks.procedure.guards import is_masked
from runbooks.procedure.guards.acts import Destroy, Overwrite
from runbooks.procedure.model import Guard, Step, ValueSpec
from runbooks.screen.context import PageContext, Person
from runbooks.screen.steps import StepRow

_BLOCK = re.compile(
    r'<div class="command" data-command="(\d+)">.*?<pre><code[^>]*>(.*?)</code>', re.DOTALL
)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class StepAnswer:
    """A step and its newest attempt, for the person of `page`; `row` is what the page shows."""

    page: PageContext
    row: StepRow

    @cached_property
    def step(self) -> Step:
        return self.page.state.step(self.row.index)

    @cached_property
    def state(self) -> StepState:
        return self.page.state.steps[self.row.index]

    @cached_property
    def html(self) -> str:
        focus = self.row.focus
        return focus.caution_html + focus.body_html if focus else self.row.html

    @property
    def commands(self) -> list[CommandShown]:
        return [
            CommandShown(self.step.commands[int(place)][0], html.unescape(_TAG.sub("", code)))
            for place, code in _BLOCK.findall(self.html)
        ]

    @property
    def past(self) -> list[StepState]:
        return [attempt for attempt in self.page.state.past if attempt.index == self.row.index]

    @property
    def hidden(self) -> bool:
        return self.row.index in self.page.blind

    @property
    def values(self) -> Mapping[str, str] | None:
        return self._shown(self.state.values)

    @property
    def verified_values(self) -> Mapping[str, str] | None:
        return self._shown(self.state.verified_values)

    def _shown(self, values: Mapping[str, str]) -> Mapping[str, str] | None:
        """Without what is to be read off a machine again."""
        if self.hidden:
            return None
        return {name: text for name, text in values.items() if not is_masked(name)}

    @property
    def wanted(self) -> list[WantedValue]:
        state = self.state
        have = state.verified_values if state.status is StepStatus.AWAITING else state.values
        asked = interlocks.asks(self.page.state, self.row.index)
        return [WantedValue(spec) for spec in asked if spec.name not in have]

    @property
    def started(self) -> StepMark | None:
        return self._mark(self.state.started_at, self.state.started_by)

    @property
    def done(self) -> StepMark | None:
        return self._mark(self.state.done_at, self.state.done_by)

    @property
    def countersigned(self) -> StepMark | None:
        return self._mark(self.state.countersigned_at, self.state.countersigned_by)

    @property
    def released(self) -> StepMark | None:
        return self._mark(self.state.released_at, self.state.released_by)

    def _mark(self, at: datetime | None, by: int | None) -> StepMark | None:
        return StepMark(at, signer(self.page, by)) if at else None

    @property
    def demands(self) -> GuardAnswer:
        return GuardAnswer(self.step.guard)


@dataclass(frozen=True)
class CommandShown:
    """A command with the parameters filled in, under its label."""

    label: str
    text: str


@dataclass(frozen=True)
class StepMark:
    """Who did something to a step, and when."""

    at: datetime
    by: Person | None


@dataclass(frozen=True)
class WantedValue:
    """A value to observe. What is expected is shown only where the runbook says `blind: no`."""

    spec: ValueSpec

    @property
    def attach(self) -> bool:
        return self.spec.type is ValueType.FILE

    @property
    def expected(self) -> str:
        return "" if self.spec.blind else self.spec.equals


@dataclass(frozen=True)
class GuardAnswer:
    """What a step demands, without what is expected of its values."""

    guard: Guard

    @property
    def answers(self) -> list[str]:
        decision = self.guard.decide
        return [answer for answer, _ in decision.options] if decision else []

    @property
    def overwrites(self) -> str | None:
        overwrite = self.guard.get(Overwrite)
        return overwrite.target if overwrite else None

    @property
    def deletes(self) -> str | None:
        deletion = self.guard.get(Destroy)
        return deletion.target if deletion else None

    @property
    def interlocks(self) -> tuple[str, ...]:
        return self.guard.promises


def person_of(page: PageContext, pk: int) -> Person:
    """The person with this account id, by name where the page knows it."""
    return page.people.get(pk) or Person(pk, "?", "??")


def signer(page: PageContext, pk: int | None) -> Person | None:
    """The person who signed; None for nobody."""
    return None if pk is None else person_of(page, pk)
