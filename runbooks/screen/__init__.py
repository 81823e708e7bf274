"""The run page as data: what the templates draw, in words, with every time written out.

`run_screen` merges the procedure, the state and what the machine allows one person. It reads no
database and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.models import System
from runbooks.enums import ParameterType, RunRole, RunStatus
from runbooks.live.presence import PersonHere
from runbooks.machine.decide import open_roles
from runbooks.machine.gates import required_roles
from runbooks.machine.interlocks.after import missing
from runbooks.machine.move import Allowed, Move
from runbooks.machine.moves.copies import AskCopies
from runbooks.machine.moves.fitness import StateFitness
from runbooks.machine.moves.hand_over import HandOver
from runbooks.machine.moves.log import Attach, LateEntry, Note, StrikeOut
from runbooks.machine.moves.replacement import ProposeReplacement
from runbooks.machine.moves.roles import ReleaseRole, TakeRole
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.replacing import replaceable
from runbooks.machine.rules import barred
from runbooks.machine.state import ENDED, RunState, current
from runbooks.screen.banner import Banner, banner
from runbooks.screen.brief import Brief, brief
from runbooks.screen.head import PageHead, head
from runbooks.screen.panels import Desk, Panel, Person, Sent
from runbooks.screen.people import Card, WayRound, cards, way_round
from runbooks.screen.primary import role_words
from runbooks.screen.replacing import Replacing, replacing
from runbooks.screen.side import RecentEvent, Side, asked, side, tell
from runbooks.screen.steps import StepSection, parts

__all__ = [
    "Desk",
    "Panel",
    "StepSection",
    "Person",
    "RunScreen",
    "Sent",
    "Side",
    "RecentEvent",
    "asked",
    "run_screen",
    "side",
    "tell",
]

#: Moves on the run as a whole that lie folded at its end, in this order.
_QUIET = (
    HandOver,
    AskCopies,
    StateFitness,
    LateEntry,
    StrikeOut,
    ReleaseRole,
    ProposeReplacement,
    Abort,
)
_THINGS = {ParameterType.INSTANCE, ParameterType.COPY}


@dataclass(frozen=True)
class Seat:
    """A role of the run in the briefing. `take` is there for those who could take it."""

    role: str
    name: str
    needed: bool
    take: Panel | None


@dataclass(frozen=True)
class RunScreen:
    """Everything on the page of one person."""

    head: PageHead
    mine: str
    sequence: int
    live: bool
    current: int | None
    banner: Banner | None
    replacing: Replacing | None
    seats: tuple[Seat, ...]
    start: Panel | None
    way_round: WayRound
    fitness: Panel | None
    brief: Brief | None
    cards: tuple[Card, ...]
    parts: tuple[StepSection, ...]
    complete: Panel | None
    owed: tuple[str, ...]
    quiet: tuple[Panel, ...]
    side: Side
    missed: int

    @property
    def briefing(self) -> bool:
        return self.head.status == RunStatus.BRIEFING.value


def run_screen(
    desk: Desk,
    *,
    title: str,
    system: System | None,
    present: Iterable[PersonHere],
    beside: Side,
    missed: int = 0,
) -> RunScreen:
    """The page for the person at `desk`. `present` are those who have it open; `beside` is what
    stands in the margin (`side`); `missed` how many near misses there were, told at the end."""
    state = desk.state

    def control(move: type[Move]) -> Panel | None:
        return desk.panel(move) if Allowed(move) in desk.controls else None

    briefing = state.status is RunStatus.BRIEFING
    return RunScreen(
        head=head(desk, title, system, present),
        mine=role_words(state.people.get(desk.person)),
        sequence=state.sequence,
        live=state.status not in ENDED,
        current=current(state),
        banner=banner(desk),
        replacing=replacing(desk),
        seats=_seats(desk),
        start=_start(desk),
        way_round=way_round(desk, None),
        fitness=control(StateFitness) if briefing else None,
        brief=brief(state, desk.at) if briefing else None,
        cards=cards(desk),
        parts=parts(desk),
        complete=control(Complete),
        owed=_owed(state),
        quiet=tuple(found for move in _quiet(state, desk.person) if (found := control(move))),
        side=beside,
        missed=missed,
    )


def _start(desk: Desk) -> Panel | None:
    """The start, for whoever starts the run; disabled, with why, while something is missing."""
    if Allowed(Start) not in desk.offers:
        return None
    why = barred(desk.state, desk.person, Start, None, desk.at)
    return desk.panel(Start, blocked=why.sentence if why else "")


def _quiet(state: RunState, person: int) -> tuple[type[Move], ...]:
    """What lies folded at the end; with the moves that else lie at the open step. The team is asked
    for copies where the text is about something that could have some."""
    about = any(p.type in _THINGS for p in state.procedure.parameters)
    left_out: set[type[Move]] = set() if about else {AskCopies}
    if state.status is RunStatus.BRIEFING:
        left_out.add(StateFitness)  # it has its place in the brief
    if not replaceable(state, person):
        left_out.add(ProposeReplacement)
    found = tuple(move for move in _QUIET if move not in left_out)
    return found if current(state) is not None else (Note, Attach, *found)


def _owed(state: RunState) -> tuple[str, ...]:
    """What keeps a run whose steps are all finished from being completed."""
    finished = current(state) is None and state.status is RunStatus.RUNNING
    return missing(state) if finished else ()


def _seats(desk: Desk) -> tuple[Seat, ...]:
    """In the briefing every role; later those that are free, for somebody who has none."""
    state = desk.state
    offered, needed = open_roles(state, desk.person, desk.at), required_roles(state)
    briefing = state.status is RunStatus.BRIEFING
    found = []
    for role in RunRole:
        holders = [
            desk.people[p].name for p, r in state.people.items() if r is role and p in desk.people
        ]
        if not briefing and role not in offered:
            continue
        take = desk.panel(TakeRole, initial={"role": role.value}) if role in offered else None
        found.append(Seat(role.value, ", ".join(holders), role in needed, take))
    return tuple(found)
