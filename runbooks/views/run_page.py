"""What the run page reads, in a fixed number of queries, and the screen made of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from accounts.enums import Right
from accounts.models import User
from accounts.refusals import Refused
from inventory.models import Copy
from runbooks import log, presence, rows
from runbooks.machine import Line, RunState
from runbooks.models import Event, Run
from runbooks.screen import Desk, Person, RunScreen, Sent, Told, run_screen, side, tell

TAIL = 12  # lines of the log beside the form
COPIES = 8


def load(pk: int) -> tuple[Run, RunState]:
    """The run and its state. Raises `Http404`."""
    try:
        return rows.load(pk)
    except Run.DoesNotExist as missing:
        raise Http404("There is no such run.") from missing


def screen(
    run: Run,
    state: RunState,
    person: User,
    at: datetime,
    *,
    sent: Sent | None = None,
    here: Iterable[presence.Here] | None = None,
) -> RunScreen:
    """The run page of `person` at `at` (aware)."""
    if here is None:
        here = present(run.pk, at)
    here = tuple(here)
    people, successors = _people(state, person, here)
    events = _events(run)
    desk = Desk(state, person.pk, at, people, successors, sent, _offer(state, events))
    system = run.revision.runbook.system
    copies = Copy.objects.of(system).existing().newest_first()[:COPIES] if system else ()
    return run_screen(
        desk,
        title=run.title,
        system=system,
        present=here,
        beside=side(desk, copies=copies, evidence=_files(events), told=_tail(desk, run, events)),
    )


def present(pk: int, at: datetime) -> tuple[presence.Here, ...]:
    """Who has the run open."""
    return presence.people([pk], at=at).get(pk, ())


def successors() -> tuple[tuple[int, str], ...]:
    """Everybody who may operate runs (id, name)."""
    return tuple(User.objects.filter(_operates()).distinct().values_list("pk", "name"))


def desk_for(state: RunState, person: User, at: datetime) -> Desk:
    """What the log page needs to tell the lines to `person`."""
    people, _ = _people(state, person, ())
    return Desk(state, person.pk, at, people)


def check_may_read_exactly(state: RunState, person: User, at: datetime) -> None:
    """Raise `Refused` while a blind measurement of `person` is due: the exact texts of the log hold
    the first one. `at` is aware."""
    if person.pk in state.people and desk_for(state, person, at).blind:
        raise Refused(
            "blind",
            "The exact log holds a value that you are to measure again without seeing it.",
            "Countersign first, or ask somebody who is not in the run.",
        )


def _operates() -> Q:
    codename = Right.OPERATE.value.split(".")[1]
    return Q(is_active=True) & (
        Q(groups__permissions__codename=codename) | Q(user_permissions__codename=codename)
    )


def _people(
    state: RunState, person: User, here: Iterable[presence.Here]
) -> tuple[dict[int, Person], tuple[tuple[int, str], ...]]:
    """Everybody whose name or initials stand on the page, and those who could take over."""
    wanted: set[int | None] = {person.pk, *state.people, *(one.id for one in here)}
    for step in (*state.steps, *state.past):
        wanted |= {step.started_by, step.done_by, step.countersigned_by, step.released_by}
    wanted |= {state.held_by, state.hand_over_by, state.hand_over_to}
    operates = User.objects.filter(_operates(), pk=OuterRef("pk"))
    found = User.objects.annotate(operates=Exists(operates)).filter(
        Q(pk__in=wanted - {None}) | Q(operates=True)
    )
    people, able = {}, []
    for pk, name, initials, may in found.values_list("pk", "name", "initials", "operates"):
        people[pk] = Person(pk, name, initials)
        able += [(pk, name)] if may else []
    return people, tuple(able)


def _events(run: Run) -> list[Event]:
    """The last lines of the log, and the older ones that the page still shows; newest first."""
    lasting = Q(kind__in=("evidence.attached", "hand_over.offered", "entry.struck_out"))
    recent = Q(sequence__gt=run.sequence - TAIL)
    return list(run.events.filter(lasting | recent).order_by("-sequence"))


def _tail(desk: Desk, run: Run, events: Iterable[Event]) -> tuple[Told, ...]:
    struck = _struck(events)
    return tuple(
        told_of(desk, event, struck) for event in events if event.sequence > run.sequence - TAIL
    )


def told_of(desk: Desk, event: Event, struck: frozenset[int] = frozenset()) -> Told:
    """A line of the log, from its exact text."""
    data = json.loads(event.text)
    line = log.line(event.text)
    return tell(
        desk, line, data["name"], data["role"], event.digest[:12], struck=line.sequence in struck
    )


def struck_in(run: Run) -> frozenset[int]:
    """Numbers of the lines of `run` that were struck out."""
    return _struck(run.events.filter(kind="entry.struck_out"))


def _struck(events: Iterable[Event]) -> frozenset[int]:
    lines = (log.line(e.text) for e in events if e.kind == "entry.struck_out")
    return frozenset(line.data["sequence"] for line in lines)


def _files(events: Iterable[Event]) -> list[Line]:
    return [log.line(event.text) for event in events if event.kind == "evidence.attached"]


def _offer(state: RunState, events: Iterable[Event]) -> tuple[tuple[str, str], ...]:
    """What was said when the hand-over that is pending was offered."""
    if state.hand_over_to is None:
        return ()
    words = ("position", "Where it stands"), ("running", "Running"), ("next_step", "Next")
    for event in events:
        if event.kind == "hand_over.offered":
            data = log.line(event.text).data
            return tuple((label, data[name]) for name, label in (*words, ("worries", "Worries")))
    return ()
