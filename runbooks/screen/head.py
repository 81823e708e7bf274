"""The head of the run page, always in sight: what, from where, into what, how long, who."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from inventory.models import System
from lib.times import stamp
from lib.units.durations import age, words
from runbooks.enums import ParameterType, RunKind, RunStatus
from runbooks.live.presence import PersonHere
from runbooks.machine.interlocks.loss import loss_with
from runbooks.machine.move import Allowed
from runbooks.machine.moves.hold import Hold
from runbooks.machine.state import ENDED, ParameterFacts
from runbooks.procedure.irreversible import deleted
from runbooks.screen.context import PageContext
from runbooks.screen.panels import Panel, make_panel
from runbooks.screen.primary import role_words
from runbooks.screen.words import clock_face, place_name


@dataclass(frozen=True)
class DirectionEnd:
    """One end of the direction. `environment` is '' for a copy."""

    name: str
    environment: str
    remark: str


@dataclass(frozen=True)
class PresentPerson:
    """Somebody who has the run open, or holds a role in it."""

    name: str
    role: str
    here: bool
    me: bool


@dataclass(frozen=True)
class PageHead:
    """`stripe` is the environment that is written into; `since` is the start for the clock, in
    ISO 8601; `goal` the RTO, in words and in seconds;
    `deletes`: the target is deleted, and nothing is written into it."""

    title: str
    number: int
    kind: str
    status: str
    status_class: str
    source: DirectionEnd | None
    target: DirectionEnd | None
    stripe: str
    since: str
    elapsed: str
    goal: str
    goal_seconds: int
    over: bool
    ended: str
    people: tuple[PresentPerson, ...]
    hold: Panel | None
    overridden: int = 0
    deletes: bool = False

    @property
    def here(self) -> int:
        return sum(person.here for person in self.people)

    @property
    def counted(self) -> str:
        return f"{self.here} {'person' if self.here == 1 else 'people'} here"

    @property
    def crew(self) -> str:
        """The roles and who holds them, in a line."""
        return " · ".join(f"{p.role} {p.name}" for p in self.people if p.role != "looking on")


#: How a status is marked, beside its word.
STATUS_CLASSES: dict[str, str] = {
    RunStatus.BRIEFING: "off",
    RunStatus.RUNNING: "good",
    RunStatus.ON_HOLD: "warn",
    RunStatus.COMPLETED: "good",
    RunStatus.ABORTED: "bad",
}


def head(
    page: PageContext, title: str, system: System | None, present: Iterable[PersonHere]
) -> PageHead:
    """The head for one person. `present` are those who have the page open."""
    state = page.state
    source, target = _ends(page)
    rto = system.rto if system else None
    until = state.ended_at or page.at
    elapsed = until - state.started_at if state.started_at else timedelta(0)
    may_hold = Allowed(Hold) in page.controls and state.status is not RunStatus.ON_HOLD
    ended = ""
    if state.ended_at:
        ended = f"{state.status.label} {stamp(state.ended_at)}"
    return PageHead(
        title=title,
        number=state.number,
        kind="DRILL" if state.kind is RunKind.DRILL else "LIVE",
        status=state.status.label,
        status_class=STATUS_CLASSES[state.status],
        source=source,
        target=target,
        stripe=target.environment if target else "",
        since=state.started_at.isoformat() if state.started_at and not state.ended_at else "",
        elapsed=clock_face(elapsed) if state.started_at else "",
        goal=words(rto) if rto else "",
        goal_seconds=int(rto.total_seconds()) if rto else 0,
        over=rto is not None and elapsed > rto,
        ended=ended,
        people=_people(page, present),
        hold=make_panel(page, Hold) if may_hold else None,
        overridden=state.overridden,
        deletes=bool(deleted(state.procedure)),
    )


def _ends(page: PageContext) -> tuple[DirectionEnd | None, DirectionEnd | None]:
    procedure, facts = page.state.procedure, page.state.facts
    into, source = procedure.written_into(), procedure.read_from()
    if not source and not deleted(procedure):
        source = _first(page, ParameterType.COPY)
    newest = loss_with(page.state, source, page.at).newest
    return _place(page, facts.get(source), newest), _place(page, facts.get(into), None)


def _first(page: PageContext, kind: ParameterType) -> str:
    return next((p.name for p in page.state.procedure.parameters if p.type is kind), "")


def _place(
    page: PageContext, facts: ParameterFacts | None, newest: datetime | None
) -> DirectionEnd | None:
    if facts is None:
        return None
    remark = f"data {age(page.at, newest)} old" if newest else ""
    name = facts.value if newest else place_name(facts)
    return DirectionEnd(name, facts.fields.get("environment", ""), remark)


def _people(page: PageContext, present: Iterable[PersonHere]) -> tuple[PresentPerson, ...]:
    present = tuple(present)
    open_now = {here.id for here in present} | {page.person}
    names = {here.id: here.name for here in present}
    names.update({person.id: person.name for person in page.people.values()})
    crew = dict(page.state.people)
    order = [*crew, *(pk for pk in names if pk in open_now and pk not in crew)]
    if page.state.status in ENDED:
        order = [pk for pk in order if pk in crew]
    return tuple(
        PresentPerson(
            names.get(pk, "?"), role_words(crew.get(pk)), pk in open_now, pk == page.person
        )
        for pk in order
    )
