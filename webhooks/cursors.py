"""How far the append-only tables are read. The log is the outbox: nothing else remembers what is
still to be sent, and no verb below this floor knows that anything is.

PostgreSQL gives a key before the commit, so a later key may be visible first. What lies a little
behind the mark is therefore read again: the newest `WINDOW` keys, as far as they were not older
than `IN_FLIGHT` when they were read last, for no transaction of ours lives so long. SQLite has one
writer and gives its keys in the order of the commits; there, nothing appears behind the mark, and
the one writer must not be kept from a tick by reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max, Model, Q

from incidents.models import IncidentChange, TimelineEntry
from lib import times
from runbooks.models import Event
from webhooks import kinds
from webhooks.enums import Source
from webhooks.models import ReadCursor

WINDOW = 5_000
IN_FLIGHT = timedelta(minutes=10)
WRITTEN_EVERY = timedelta(minutes=1)
BATCH = 100
_TABLES: dict[Source, type[Model]] = {
    Source.RUN: Event,
    Source.INCIDENT: IncidentChange,
    Source.ENTRY: TimelineEntry,
}


@dataclass(frozen=True)
class EventRow:
    """A row, as far as is needed to decide whether anybody wants it."""

    pk: int
    kind: str
    at: datetime


def begin(*, at: datetime) -> None:
    """Let reading begin at the end of every table: what lies before is nobody's. Call it in the
    transaction that gives the product its first endpoint."""
    for source in Source:
        _move(locked(source, at=at), _end(source), at=at)


def locked(source: Source, *, at: datetime) -> ReadCursor:
    """The mark of `source`, locked until the transaction ends, so that one relay reads at a time.
    One that is missing is made at the end of the table."""
    if not ReadCursor.objects.filter(source=source.value).exists():
        made = {"reached": _end(source), "read_at": at}
        ReadCursor.objects.get_or_create(source=source.value, defaults=made)
    return ReadCursor.objects.select_for_update().get(source=source.value)


def up_to_date(source: Source) -> bool:
    """Whether there is surely nothing to read, found out without locking anything."""
    return (
        not _late_rows() and ReadCursor.objects.filter(source=source, reached=_end(source)).exists()
    )


def _late_rows() -> bool:
    """Whether rows may become visible behind the mark."""
    return connection.vendor != "sqlite"


def read(mark: ReadCursor, *, at: datetime) -> tuple[list[EventRow], bool]:
    """What lies behind `mark` and may have been invisible, then the next `BATCH` rows before it,
    and whether there are more. Moves the mark behind those."""
    source, reached = Source(mark.source), mark.reached
    before = Q(pk__gt=reached - WINDOW, pk__lte=reached)
    since = min(mark.read_at, at) - IN_FLIGHT
    again = _light(source, before, since=since, most=WINDOW) if _late_rows() else []
    fresh = _light(source, Q(pk__gt=reached), since=None, most=BATCH)
    more = len(fresh) == BATCH
    # While there is more, what was invisible then is still to be looked for from then on.
    if fresh or at - mark.read_at >= WRITTEN_EVERY:
        _move(mark, fresh[-1].pk if fresh else reached, at=mark.read_at if more else at)
    return again + fresh, more


def _move(mark: ReadCursor, reached: int, *, at: datetime) -> None:
    mark.reached, mark.read_at = max(mark.reached, reached), at
    mark.save(update_fields=["reached", "read_at"])


def _end(source: Source) -> int:
    newest: int | None = _TABLES[source]._default_manager.aggregate(end=Max("pk"))["end"]
    return newest or 0


def _light(source: Source, where: Q, *, since: datetime | None, most: int) -> list[EventRow]:
    if source is Source.RUN:
        events = Event.objects.filter(where, *_from("at", since and times.microseconds(since)))
        rows = events.order_by("pk").values_list("pk", "kind", "at")[:most]
        return [EventRow(pk, kind, times.from_microseconds(at)) for pk, kind, at in rows]
    if source is Source.INCIDENT:
        changes = IncidentChange.objects.filter(where, *_from("at", since))
        verbs = changes.order_by("pk").values_list("pk", "verb", "at")[:most]
        return [EventRow(pk, kinds.of_change(verb), at) for pk, verb, at in verbs]
    entries = TimelineEntry.objects.filter(where, *_from("entered_at", since))
    corrections = entries.order_by("pk").values_list("pk", "corrects", "entered_at")[:most]
    return [EventRow(pk, kinds.of_entry(corrects), at) for pk, corrects, at in corrections]


def _from(field: str, since: datetime | int | None) -> list[Q]:
    return [] if since is None else [Q(**{f"{field}__gte": since})]
