"""What the run page reads, in a fixed number of queries, and the screen made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.http import Http404

from accounts.access import with_right
from accounts.enums import Right
from accounts.models import User
from inventory.models import Copy
from lib.refusals import Refused
from runbooks.enums import RunRole, RunStatus
from runbooks.live import presence
from runbooks.log import blind_values, texts
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.notes import EntryStruckOut, EvidenceAttached
from runbooks.machine.events.people import HandOverOffered
from runbooks.machine.state import RunState, current
from runbooks.models import Event, Evidence, Run, sql
from runbooks.models.log import FRESH_FOR
from runbooks.runs import outside, persistence
from runbooks.runs.transaction import beyond
from runbooks.screen.context import PageContext, Person, RefusedForm
from runbooks.screen.page import RunScreen, run_screen
from runbooks.screen.side import RecentEvent, side, tell

#: Gates close again by themselves (a countersign counts for two minutes): a page is soon old.
FRESH_SECONDS = 15
TAIL = 12  # lines of the log beside the form
COPIES = 8


def load(pk: int) -> tuple[Run, RunState]:
    """The run and its state. Raises `Http404`."""
    try:
        return persistence.load(pk)
    except Run.DoesNotExist as missing:
        raise Http404("There is no such run.") from missing


def look(pk: int, at: datetime) -> tuple[Run, RunState, tuple[int, ...], datetime]:
    """The run, its state, the keys of those who have it open at `at` (aware, by the clock of the
    server), in their order, and the moment by the database's clock, by which it is judged. One
    query, and four more when this process has not met that state yet. Raises `Http404`."""
    try:
        run, here, now = sql.glance(pk, at - FRESH_FOR)
    except Run.DoesNotExist as missing:
        raise Http404("There is no such run.") from missing
    return run, outside.seen(run, persistence.known(run)), here, now


def version(
    run: Run, state: RunState, person: User, here: tuple[object, ...], at: datetime, *form: str
) -> str:
    """The ETag of the run as `person` sees it at `at` (aware). It is made of all that was read to
    find it out: every column of the run's row, one of which is the digest of its log, what is so
    outside of the log, and the people here; and it changes every quarter of a minute. `form` tells
    one way of showing it from another: page, fragment, session, API."""
    row = [getattr(run, column.attname) for column in Run._meta.concrete_fields]
    moment = int(at.timestamp()) // FRESH_SECONDS
    seen = (row, state.outside, person.pk, here, moment, *form)
    return f'"{hashlib.sha256(repr(seen).encode()).hexdigest()[:32]}"'


def screen(
    run: Run,
    state: RunState,
    person: User,
    at: datetime,
    *,
    sent: RefusedForm | None = None,
    here: Collection[int] = (),
) -> RunScreen:
    """The run page of `person` at `at` (aware). `here` are those who have it open."""
    people, successors = _people(state, person, here)
    events = sql.lines(run, last=TAIL)
    not_theirs = beyond(person, state.people.get(person.pk))
    offer = _offer(state, events)
    page = PageContext(state, person.pk, at, people, successors, sent, offer, not_theirs)
    system = sql.system_of(run)
    copies = (
        Copy.objects.of_system(system).marked().existing().newest_first()[:COPIES] if system else ()
    )
    files, newest = _files(page, events), _tail(page, run, events)
    return run_screen(
        page,
        title=run.title,
        system=system,
        present=_named(state, here, people),
        beside=side(page, copies=copies, evidence=files, events=newest),
        missed=run.events.near_misses().count() if _at_its_end(state) else 0,
    )


def _at_its_end(state: RunState) -> bool:
    return state.status is not RunStatus.BRIEFING and current(state) is None


def present(pk: int, at: datetime) -> tuple[presence.PersonHere, ...]:
    """Who has the run open."""
    return presence.people_in([pk], at=at).get(pk, ())


def successors() -> tuple[tuple[int, str], ...]:
    """Everybody who may operate runs (id, name)."""
    return tuple(with_right(Right.OPERATE).values_list("pk", "name"))


def context_for(state: RunState, person: User, at: datetime) -> PageContext:
    """What the log page needs to tell the lines to `person`."""
    people, _ = _people(state, person, ())
    not_theirs = beyond(person, state.people.get(person.pk))
    return PageContext(state, person.pk, at, people, beyond=not_theirs)


def check_may_read_exactly(state: RunState, person: User) -> None:
    """Raise `Refused` while a blind measurement is due that `person` may be asked for: the exact
    texts of the log hold the first one. Who could take a role counts as well as who has one, for a
    role is given back and taken again in a moment."""
    could = any(person.has_perm(right.value) for right in (Right.OPERATE, Right.DECIDE))
    waiting = (state.steps[index] for index in blind_values.steps(state, person.pk))
    measured = any(step.started_by is not None or step.values for step in waiting)
    if measured and (could or person.pk in state.people):
        raise Refused(
            "blind",
            "The exact log holds a value that you may have to measure again without seeing it.",
            "Wait for the countersign, or ask somebody who acts in no runs.",
        )


def check_may_read_file(row: Evidence, state: RunState, person: User) -> None:
    """Raise `Refused` for somebody else's file of a step that `person` must not see the first
    measurement of."""
    if row.by_id != person.pk and row.step in blind_values.steps(state, person.pk):
        raise Refused(
            "blind",
            "This file belongs to a step that is to be measured again without seeing it.",
            "Wait for the countersign, or ask whoever attached it.",
        )


def _people(
    state: RunState, person: User, here: Iterable[int]
) -> tuple[dict[int, Person], tuple[tuple[int, str], ...]]:
    """Everybody whose name or initials stand on the page, and those who could take over."""
    wanted: set[int | None] = {person.pk, *state.people, *here}
    for step in (*state.steps, *state.past):
        wanted |= {step.started_by, step.done_by, step.countersigned_by, step.released_by}
    wanted |= {override.by for override in state.stated.overrides}
    wanted |= {state.held_by, state.hand_over_by, state.hand_over_to}
    if state.stated.replacement is not None:
        wanted |= {state.stated.replacement.by, state.stated.replacement.person}
    people, able = {}, []
    for pk, name, initials, may in sql.names([pk for pk in wanted if pk is not None]):
        people[pk] = Person(pk, name, initials)
        able += [(pk, name)] if may else []
    return people, tuple(able)


def _named(
    state: RunState, here: Iterable[int], people: Mapping[int, Person]
) -> list[presence.PersonHere]:
    """Those who have the run open, by name."""
    shown = [
        presence.PersonHere(pk, people[pk].name, state.people.get(pk, RunRole.OBSERVER).value)
        for pk in here
        if pk in people
    ]
    return sorted(shown, key=lambda person: (person.name, person.id))


def _tail(page: PageContext, run: Run, events: Iterable[Event]) -> tuple[RecentEvent, ...]:
    struck = _struck(events)
    return tuple(
        told_of(page, event, struck) for event in events if event.sequence > run.sequence - TAIL
    )


def told_of(page: PageContext, event: Event, struck: frozenset[int] = frozenset()) -> RecentEvent:
    """A line of the log, from its exact text."""
    line, name, role = _read(event.text)
    return tell(page, line, name, role, event.digest[:12], struck=line.sequence in struck)


def _read(text: str) -> tuple[LogLine, str, str]:
    """An event with the name and the role of who caused it. It never changes."""
    data = json.loads(text)
    return texts.read(text), data["name"], data["role"]


def struck_in(run: Run) -> frozenset[int]:
    """Numbers of the lines of `run` that were struck out."""
    return _struck(run.events.filter(kind=EntryStruckOut.kind))


def _struck(events: Iterable[Event]) -> frozenset[int]:
    entries = (texts.read(e.text).event for e in events if e.kind == EntryStruckOut.kind)
    return frozenset(entry.sequence for entry in entries if isinstance(entry, EntryStruckOut))


def _files(page: PageContext, events: Iterable[Event]) -> list[EvidenceAttached]:
    lines = (_read(event.text)[0] for event in events if event.kind == EvidenceAttached.kind)
    return [
        line.event
        for line in lines
        if isinstance(line.event, EvidenceAttached)
        and (line.by == page.person or line.event.step not in page.blind)
    ]


def _offer(state: RunState, events: Iterable[Event]) -> tuple[tuple[str, str], ...]:
    """What was said when the hand-over that is pending was offered."""
    if state.hand_over_to is None:
        return ()
    for row in events:
        event = texts.read(row.text).event if row.kind == HandOverOffered.kind else None
        if isinstance(event, HandOverOffered):
            return (
                ("Where it stands", event.position),
                ("Running", event.running),
                ("Next", event.next_step),
                ("Worries", event.worries),
            )
    return ()
