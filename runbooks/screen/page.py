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
from runbooks.screen.context import PageContext
from runbooks.screen.head import PageHead, head
from runbooks.screen.panels import Panel, make_panel
from runbooks.screen.people import Card, WayRound, cards, way_round
from runbooks.screen.primary import role_words
from runbooks.screen.replacing import Replacing, replacing
from runbooks.screen.side import Side
from runbooks.screen.steps import StepSection, parts

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
    page: PageContext,
    *,
    title: str,
    system: System | None,
    present: Iterable[PersonHere],
    beside: Side,
    missed: int = 0,
) -> RunScreen:
    """The page for the person of `page`. `present` are those who have it open; `beside` is what
    stands in the margin (`side`); `missed` how many near misses there were, told at the end."""
    state = page.state

    def control(move: type[Move]) -> Panel | None:
        return make_panel(page, move) if Allowed(move) in page.controls else None

    briefing = state.status is RunStatus.BRIEFING
    return RunScreen(
        head=head(page, title, system, present),
        mine=role_words(state.people.get(page.person)),
        sequence=state.sequence,
        live=state.status not in ENDED,
        current=current(state),
        banner=banner(page),
        replacing=replacing(page),
        seats=_seats(page),
        start=_start(page),
        way_round=way_round(page, None),
        fitness=control(StateFitness) if briefing else None,
        brief=brief(state, page.at) if briefing else None,
        cards=cards(page),
        parts=parts(page),
        complete=control(Complete),
        owed=_owed(state),
        quiet=tuple(panel for move in _quiet(state, page.person) if (panel := control(move))),
        side=beside,
        missed=missed,
    )


def _start(page: PageContext) -> Panel | None:
    """The start, for whoever starts the run; disabled, with why, while something is missing."""
    if Allowed(Start) not in page.offers:
        return None
    why = barred(page.state, page.person, Start, None, page.at)
    return make_panel(page, Start, blocked=why.sentence if why else "")


def _quiet(state: RunState, person: int) -> tuple[type[Move], ...]:
    """What lies folded at the end; with the moves that else lie at the open step. The team is asked
    for copies where the text is about something that could have some."""
    about = any(p.type in _THINGS for p in state.procedure.parameters)
    left_out: set[type[Move]] = set() if about else {AskCopies}
    if state.status is RunStatus.BRIEFING:
        left_out.add(StateFitness)  # it has its place in the brief
    if not replaceable(state, person):
        left_out.add(ProposeReplacement)
    moves = tuple(move for move in _QUIET if move not in left_out)
    return moves if current(state) is not None else (Note, Attach, *moves)


def _owed(state: RunState) -> tuple[str, ...]:
    """What keeps a run whose steps are all finished from being completed."""
    finished = current(state) is None and state.status is RunStatus.RUNNING
    return missing(state) if finished else ()


def _seats(page: PageContext) -> tuple[Seat, ...]:
    """In the briefing every role; later those that are free, for somebody who has none."""
    state = page.state
    offered, needed = open_roles(state, page.person, page.at), required_roles(state)
    briefing = state.status is RunStatus.BRIEFING
    seats = []
    for role in RunRole:
        holders = [
            page.people[p].name for p, r in state.people.items() if r is role and p in page.people
        ]
        if not briefing and role not in offered:
            continue
        take = make_panel(page, TakeRole, initial={"role": role.value}) if role in offered else None
        seats.append(Seat(role.value, ", ".join(holders), role in needed, take))
    return tuple(seats)
