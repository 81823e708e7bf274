"""The timeline of an incident: the logs of its runs, people's entries and the history of its facts,
merged when it is read. No fact is stored twice.

One order over the three sources: by time to the microsecond, then changes before entries before log
lines, then as written. A page is the newest rows before a `Key`; five queries, however long it is,
and four more for a run that was measured in and whose state this process has not met yet.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.db.models import Q, QuerySet

from accounts.models import User
from incidents import words
from incidents.models import Incident, IncidentChange, TimelineEntry
from lib import times
from runbooks.enums import RunStatus
from runbooks.log import blind_values
from runbooks.log.words import sentence as event_sentence
from runbooks.machine.events.kinds import MEASURED, from_data
from runbooks.machine.state import RunState
from runbooks.models import Event, Run
from runbooks.procedure.model import Procedure
from runbooks.runs.persistence import known, procedure_of

PAGE = 100
Line = TypeVar("Line", IncidentChange, TimelineEntry, Event)
_CHANGE, _ENTRY, _LOG = range(3)
#: Runs that somebody may still have to measure in.
_LIVING = {RunStatus.BRIEFING.value, RunStatus.RUNNING.value, RunStatus.ON_HOLD.value}


class TimelineKey(NamedTuple):
    """Where a row stands: microseconds since 1970 (UTC), its source, its primary key there."""

    microseconds: int
    source: int
    pk: int

    def __str__(self) -> str:
        return ".".join(str(part) for part in self)

    @classmethod
    def read(cls, text: str) -> TimelineKey | None:
        """The inverse of `str`; None for anything else, such as an address typed by hand."""
        parts = text.split(".")
        if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) < 18 for p in parts):
            return None
        return cls(*(int(part) for part in parts))


@dataclass(frozen=True)
class Former:
    """What an entry said before it was corrected; `reason` and `corrected_by` say why it no longer
    does."""

    time: str
    html: str
    entered: str
    reason: str
    corrected_by: str


@dataclass(frozen=True)
class TimelineRow:
    """One line. `kind` is "log", "entry" or "change". `time` is text with zone and certainty; `at`
    the same, exact. `text` is plain words; `html` safe HTML of an entry. `run` is the run's number.
    `entered` is when an entry was written."""

    key: TimelineKey
    kind: str
    at: datetime
    time: str
    who: str
    text: str = ""
    html: str = ""
    role: str = ""
    run: int | None = None
    near_miss: bool = False
    entry: int | None = None
    entered: str = ""
    reason: str = ""
    former: tuple[Former, ...] = ()


@dataclass(frozen=True)
class Page:
    """The newest rows first. `older` is the key to ask for the next page with, None on the last."""

    rows: tuple[TimelineRow, ...]
    older: TimelineKey | None


def page(
    incident: Incident,
    *,
    before: TimelineKey | None = None,
    size: int = PAGE,
    reader: User | None = None,
    near_misses: bool = False,
) -> Page:
    """The `size` newest rows that stand before `before` (or the newest of all), as `reader` may
    read them: without the values that they may have to measure too. None is a stranger.
    `near_misses`: only those of the runs."""
    log = _log(incident, before, size + 1, reader.pk if reader else None, near_misses)
    sources: tuple[Iterable[TimelineRow], ...] = (log,)
    if not near_misses:
        sources = (_changes(incident, before, size + 1), _entries(incident, before, size + 1), log)
    merged = heapq.merge(*sources, key=lambda row: row.key, reverse=True)
    rows = tuple(row for row, _ in zip(merged, range(size + 1), strict=False))
    return Page(rows[:size], rows[size - 1].key if len(rows) > size else None)


def _older(source: int, field: str, before: TimelineKey | None) -> Q:
    """The rows of a source that stand before `before`. `field` holds the time: `Event.at` is a
    number, the others are datetimes."""
    if before is None:
        return Q()
    try:
        at = before.microseconds if source == _LOG else times.from_microseconds(before.microseconds)
    except OverflowError:
        return Q()
    if source < before.source:
        return Q(**{f"{field}__lte": at})
    if source > before.source:
        return Q(**{f"{field}__lt": at})
    return Q(**{f"{field}__lt": at}) | Q(**{field: at, "pk__lt": before.pk})


def _newest(rows: QuerySet[Line], field: str, most: int) -> list[Line]:
    return list(rows.order_by(f"-{field}", "-pk")[:most])


def _changes(incident: Incident, before: TimelineKey | None, most: int) -> list[TimelineRow]:
    lines = incident.changes.filter(_older(_CHANGE, "at", before))
    return [_change_row(line) for line in _newest(lines, "at", most)]


def _change_row(line: IncidentChange) -> TimelineRow:
    return TimelineRow(
        key=TimelineKey(times.microseconds(line.at), _CHANGE, line.pk),
        kind="change",
        at=line.at,
        time=times.stamp(line.at),
        who=line.by_name,
        # The first line repeats the facts that stand at the head of the page.
        text=line.verb if line.version == 1 else words.change(line.verb, line.fields),
        reason=line.reason,
    )


def _entries(incident: Incident, before: TimelineKey | None, most: int) -> list[TimelineRow]:
    """Entries as they read today; what they said before is folded into them."""
    today = incident.entries.filter(correction__isnull=True)
    heads = _newest(today.filter(_older(_ENTRY, "happened_at", before)), "happened_at", most)
    former = {entry.pk: entry for entry in incident.entries.filter(correction__isnull=False)}
    return [_entry_row(head, former) for head in heads]


def _entry_row(head: TimelineEntry, former: dict[int, TimelineEntry]) -> TimelineRow:
    former_texts, newer = [], head
    while newer.corrects_id is not None:
        old = former[newer.corrects_id]
        former_texts.append(
            Former(
                time=words.when(old.happened_at, old.certainty),
                html=old.html,
                entered=f"{old.entered_by_name}, {times.stamp(old.entered_at)}",
                reason=newer.reason,
                corrected_by=f"{newer.entered_by_name}, {times.stamp(newer.entered_at)}",
            )
        )
        newer = old
    return TimelineRow(
        key=TimelineKey(times.microseconds(head.happened_at), _ENTRY, head.pk),
        kind="entry",
        at=head.happened_at,
        time=words.when(head.happened_at, head.certainty),
        who=head.entered_by_name,
        html=head.html,
        entry=head.pk,
        entered=times.stamp(head.entered_at),
        former=tuple(former_texts),
    )


def _log(
    incident: Incident, before: TimelineKey | None, most: int, reader: int | None, near_misses: bool
) -> list[TimelineRow]:
    linked = incident.runs.values("run")
    # How somebody said they are stays with the run; what the incident told it stands here already.
    events = Event.objects.filter(_older(_LOG, "at", before), run__in=linked)
    events = events.exclude(kind__in=("fitness.stated", "incident.updated"))
    if near_misses:
        events = events.near_misses()
    newest = _newest(events, "at", most)
    runs = Run.objects.with_procedure().in_bulk({event.run_id for event in newest})
    procedures = {pk: procedure_of(run) for pk, run in runs.items()}
    measured = {event.run_id for event in newest if event.kind in MEASURED}
    states = {pk: known(runs[pk]) for pk in measured if runs[pk].status in _LIVING}
    hidden = {pk: blind_values.steps(state, reader) for pk, state in states.items()}
    return [
        _log_row(event, procedures[event.run_id], states.get(event.run_id), hidden)
        for event in newest
    ]


def _log_row(
    event: Event, procedure: Procedure, state: RunState | None, hidden: Mapping[int, frozenset[int]]
) -> TimelineRow:
    line = json.loads(event.text)
    at, happened = times.from_microseconds(event.at), from_data(event.kind, line["data"])
    sentence = event_sentence(happened, procedure)
    return TimelineRow(
        key=TimelineKey(event.at, _LOG, event.pk),
        kind="log",
        at=at,
        time=times.stamp(at),
        who=str(line.get("name", "")),
        role=str(line.get("role") or ""),
        text=blind_values.telling(happened, state, hidden[event.run_id]) if state else sentence,
        run=event.run_id,
        near_miss=happened.is_near_miss,
    )
