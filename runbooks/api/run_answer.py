"""What the answer about a run is printed from: the run as one person may see it now.

Made of what the page of the same person is made of (`runbooks.screen`), so that the page and the
API hide the same: commands of steps that are not open, and every value that this person is to
measure without knowing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse

from runbooks.api.step_answer import StepAnswer, person_of, signer
from runbooks.enums import ParameterType, RunRole
from runbooks.library.failures import Failure
from runbooks.live.presence import PersonHere
from runbooks.machine.decide import open_roles
from runbooks.machine.gates import gates, remarks, required_roles
from runbooks.machine.interlocks.loss import Loss, as_found, loss_with
from runbooks.machine.move import Allowed
from runbooks.machine.overriding import not_before
from runbooks.machine.replacing import proposed as replacement
from runbooks.machine.requests import Gate
from runbooks.machine.state import ParameterFacts, RunState, current
from runbooks.machine.statements import Override, Replacement
from runbooks.models import Run
from runbooks.procedure.model import ParameterSpec, Procedure
from runbooks.runs.other_runs import OtherRun
from runbooks.screen.context import PageContext, Person
from runbooks.screen.head import PageHead, head
from runbooks.screen.steps import StepSection, parts


@dataclass(frozen=True)
class HandOverNote:
    """What was said when the hand-over that is pending was offered."""

    position: str | None = None
    running: str | None = None
    next_step: str | None = None
    worries: str | None = None


@dataclass(frozen=True)
class RunAnswer:
    """The run for the person of `page`. `here` are those who have it open; `note` belongs to the
    hand-over that is pending, `last_failure` and `lock` to the briefing."""

    run: Run
    page: PageContext
    here: tuple[PersonHere, ...]
    note: HandOverNote
    last_failure: Failure | None
    lock: Failure | None
    other_runs: tuple[OtherRun, ...]

    @property
    def state(self) -> RunState:
        return self.page.state

    @property
    def procedure(self) -> Procedure:
        return self.page.state.procedure

    @cached_property
    def head(self) -> PageHead:
        return head(self.page, self.run.title, self.run.revision.runbook.system, self.here)

    @property
    def goal_seconds(self) -> int | None:
        return self.head.goal_seconds or None

    @property
    def on_hold(self) -> RunAnswer | None:
        """The run, while it is on hold."""
        return self if self.state.held_at else None

    @property
    def held_by(self) -> Person | None:
        return signer(self.page, self.state.held_by)

    @property
    def hand_over(self) -> RunAnswer | None:
        """The run, while its hand-over is pending."""
        return self if self.state.hand_over_to is not None else None

    @property
    def hand_over_by(self) -> Person | None:
        return signer(self.page, self.state.hand_over_by)

    @property
    def hand_over_to(self) -> Person | None:
        return signer(self.page, self.state.hand_over_to)

    @property
    def replacement(self) -> ReplacementAnswer | None:
        proposed = replacement(self.state)
        return ReplacementAnswer(self.page, proposed) if proposed else None

    @property
    def parameters(self) -> list[ChosenParameter]:
        """Without the identifying values of an instance: they are read off the machine itself."""
        return [
            ChosenParameter(spec, facts)
            for spec in self.procedure.parameters
            if (facts := self.state.facts.get(spec.name))
        ]

    @property
    def people(self) -> list[PersonPresent]:
        """Those who hold a role, then those who only look on."""
        crew, present = self.state.people, {person.id for person in self.here}
        watching = [person for person in self.here if person.id not in crew]
        return [
            *(PersonPresent(person_of(self.page, pk), r, pk in present) for pk, r in crew.items()),
            *(PersonPresent(Person(p.id, p.name, ""), None, True) for p in watching),
        ]

    @property
    def role(self) -> RunRole | None:
        return self.state.people.get(self.page.person)

    @property
    def open_roles(self) -> tuple[RunRole, ...]:
        return open_roles(self.state, self.page.person, self.page.at)

    @property
    def required_roles(self) -> tuple[RunRole, ...]:
        return required_roles(self.state)

    @cached_property
    def current(self) -> int | None:
        return current(self.state)

    @property
    def gates(self) -> tuple[Gate, ...]:
        step = self.current
        return () if step is None else gates(self.state, step, self.page.at)

    @property
    def remarks(self) -> tuple[Gate, ...]:
        return () if self.current is None else remarks(self.state, self.current)

    @property
    def loss(self) -> RunLoss | None:
        """None where the runbook reads from no copy."""
        state, source = self.state, self.procedure.read_from()
        spec = state.procedure.parameters_by_name.get(source)
        if source not in state.facts or spec is None or spec.type is not ParameterType.COPY:
            return None
        return RunLoss(loss_with(state, source, self.page.at), as_found(state))

    @property
    def overrides(self) -> list[OverrideAnswer]:
        return [OverrideAnswer(self.page, asked) for asked in self.state.stated.overrides]

    @property
    def allowed_moves(self) -> list[AllowedMove]:
        return [AllowedMove(self.state.number, allowed) for allowed in self.page.moves]

    @cached_property
    def sections(self) -> tuple[StepSection, ...]:
        return parts(self.page)

    @property
    def steps(self) -> list[StepAnswer]:
        rows = sorted((row for part in self.sections for row in part.rows), key=lambda r: r.index)
        return [StepAnswer(self.page, row) for row in rows]


@dataclass(frozen=True)
class ReplacementAnswer:
    """Who is to take a role from somebody who is gone, until a second person confirms it."""

    page: PageContext
    proposed: Replacement

    @property
    def person(self) -> Person:
        return person_of(self.page, self.proposed.person)

    @property
    def to(self) -> Person:
        known = self.page.people.get(self.proposed.to)
        return known or Person(self.proposed.to, self.proposed.name, "")

    @property
    def by(self) -> Person:
        return person_of(self.page, self.proposed.by)


@dataclass(frozen=True)
class ChosenParameter:
    """A parameter as it is declared, and what was chosen for it."""

    spec: ParameterSpec
    facts: ParameterFacts


@dataclass(frozen=True)
class PersonPresent:
    """Somebody with a role in the run, or who has it open (`here`)."""

    person: Person
    role: RunRole | None
    here: bool


@dataclass(frozen=True)
class RunLoss:
    """What is lost with the copy of a run; `as_found` is the newest record of what it found."""

    loss: Loss
    as_found: datetime | None

    @property
    def sentence(self) -> str:
        return ". ".join(part for part in (self.loss.text(), self.loss.verdict) if part)


@dataclass(frozen=True)
class OverrideAnswer:
    """An override that was asked for, and whether it was used."""

    page: PageContext
    asked: Override

    @property
    def by(self) -> Person:
        return person_of(self.page, self.asked.by)

    @property
    def not_before(self) -> datetime:
        return not_before(self.asked)


@dataclass(frozen=True)
class AllowedMove:
    """A move that may be made in the run with this number."""

    run: int
    allowed: Allowed

    @property
    def url(self) -> str:
        return reverse(f"api:move_{self.allowed.move.kind}", args=[self.run])
