"""How far the append-only tables are read. The log is the outbox: nothing else remembers what is
still to be sent, and no verb below this floor knows that anything is.

PostgreSQL gives a key before the commit, so a later key may be visible first. What lies a little
behind the mark is therefore read again: the newest `WINDOW` keys, as far as they are younger than
`IN_FLIGHT`, for no transaction of ours lives so long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Model, Q

from incidents.models import IncidentChange, TimelineEntry
from runbooks.log import microseconds
from runbooks.models import Event
from webhooks import kinds
from webhooks.enums import Source
from webhooks.models import Mark
from webhooks.telling import moment

WINDOW = 1_000
IN_FLIGHT = timedelta(minutes=10)
BATCH = 500
_TABLES: dict[Source, type[Model]] = {
    Source.RUN: Event,
    Source.INCIDENT: IncidentChange,
    Source.ENTRY: TimelineEntry,
}


@dataclass(frozen=True)
class Light:
    """A row, as far as is needed to decide whether anybody wants it."""

    pk: int
    kind: str
    at: datetime


def begin() -> None:
    """Let reading begin at the end of every table: what lies before is nobody's. Call it in the
    transaction that gives the product its first endpoint."""
    for source in Source:
        skip(locked(source))


def locked(source: Source) -> Mark:
    """The mark of `source`, locked until the transaction ends, so that one relay reads at a time.
    One that is missing is made at the end of the table."""
    Mark.objects.get_or_create(source=source.value, defaults={"reached": _end(source)})
    return Mark.objects.select_for_update().get(source=source.value)


def skip(mark: Mark) -> None:
    """Move `mark` to the end of its table. Reads one number."""
    _move(mark, _end(Source(mark.source)))


def read(mark: Mark, *, at: datetime) -> tuple[list[Light], bool]:
    """What lies behind `mark` and may have been invisible, then the next `BATCH` rows before it,
    and whether there are more. Moves the mark behind those."""
    source, reached = Source(mark.source), mark.reached
    before = Q(pk__gt=reached - WINDOW, pk__lte=reached)
    again = _light(source, before, since=at - IN_FLIGHT, most=WINDOW)
    fresh = _light(source, Q(pk__gt=reached), since=None, most=BATCH)
    if fresh:
        _move(mark, fresh[-1].pk)
    return again + fresh, len(fresh) == BATCH


def _move(mark: Mark, reached: int) -> None:
    if reached > mark.reached:
        mark.reached = reached
        mark.save(update_fields=["reached"])


def _end(source: Source) -> int:
    newest: int | None = _TABLES[source]._default_manager.aggregate(end=Max("pk"))["end"]
    return newest or 0


def _light(source: Source, where: Q, *, since: datetime | None, most: int) -> list[Light]:
    if source is Source.RUN:
        events = Event.objects.filter(where, *_from("at", since and microseconds(since)))
        rows = events.order_by("pk").values_list("pk", "kind", "at")[:most]
        return [Light(pk, kind, moment(at)) for pk, kind, at in rows]
    if source is Source.INCIDENT:
        changes = IncidentChange.objects.filter(where, *_from("at", since))
        told = changes.order_by("pk").values_list("pk", "verb", "at")[:most]
        return [Light(pk, kinds.of_change(verb), at) for pk, verb, at in told]
    entries = TimelineEntry.objects.filter(where, *_from("entered_at", since))
    found = entries.order_by("pk").values_list("pk", "corrects", "entered_at")[:most]
    return [Light(pk, kinds.of_entry(corrects), at) for pk, corrects, at in found]


def _from(field: str, since: datetime | int | None) -> list[Q]:
    return [] if since is None else [Q(**{f"{field}__gte": since})]
