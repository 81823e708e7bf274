"""What happened, read from the append-only tables in a form that may leave the house.

No recorded value is ever told. A verifier who measures blind may sit in the chat that a webhook
writes to, and one who reads the operator's value there does not measure any more.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from incidents import words as incident_words
from incidents.models import IncidentChange, TimelineEntry
from inventory.enums import Environment
from lib import times
from runbooks.enums import RunKind
from runbooks.log.words import sentence_without_values
from runbooks.machine.events.event import RunEvent, UnknownEvent
from runbooks.machine.events.kinds import from_data
from runbooks.models import Event, Run
from runbooks.procedure.model import Procedure, Step
from runbooks.procedure.serialization import from_json
from webhooks import kinds
from webhooks.enums import Source
from webhooks.payloads import (
    ChangeEventDataSerializer,
    EntryEventDataSerializer,
    IncidentEventDataSerializer,
    IncidentEventPayload,
    RunEventDataSerializer,
    RunEventPayload,
)

_logger = logging.getLogger(__name__)
_LONGEST = 1_000


#: For the reference; a test holds it against what is really sent.
EXAMPLE: Mapping[str, Any] = {
    "type": "step.ticked",
    "timestamp": "2026-03-04T03:17:45.000000Z",
    "data": {
        "sequence": 8,
        "sentence": "ticked step 1, Read the newest entry, which now waits for the countersign",
        "who": "Operator",
        "role": "operator",
        "near_miss": False,
        "step": {"number": "1", "title": "Read the newest entry"},
        "run": {
            "id": 1,
            "title": "Restore the books",
            "kind": "live",
            "url": "https://sign.example.org/runs/1/",
        },
        "into_production": False,
        "system": None,
        "incident": None,
    },
}


@dataclass(frozen=True)
class OutgoingEvent:
    """One event. `name` is its source and key ("run:48211"), `about` the run or the incident by
    name, `data` what the standard form sends; `live_production` marks a live run that writes into
    production."""

    name: str
    kind: str
    at: datetime
    who: str
    sentence: str
    about: str
    url: str
    data: Mapping[str, object]
    live_production: bool = False


def link(name: str, *args: object) -> str:
    """The absolute address of a page."""
    return settings.SITE_URL + reverse(name, args=args)


def read_events(source: Source, keys: Collection[int]) -> list[OutgoingEvent]:
    """The rows of `source` with these primary keys, in their order. At most five queries."""
    return _READERS[source](keys)


def _runs(keys: Collection[int]) -> list[OutgoingEvent]:
    events = list(Event.objects.filter(pk__in=keys).order_by("pk"))
    rows = Run.objects.filter(pk__in={event.run_id for event in events})
    rows = rows.select_related("revision__runbook__system", "incident_link__incident")
    runs = {run.pk: run for run in rows.prefetch_related("parameters")}
    revisions = {run.revision_id: run.revision.procedure for run in runs.values()}
    procedures = {pk: from_json(procedure) for pk, procedure in revisions.items()}
    return [
        _event(event, runs[event.run_id], procedures[runs[event.run_id].revision_id])
        for event in events
    ]


def _event(event: Event, run: Run, procedure: Procedure) -> OutgoingEvent:
    line = json.loads(event.text)
    happened, sentence = _read(event, line["data"], procedure)
    production = run.kind == RunKind.LIVE and _writes_production(run, procedure)
    payload = RunEventPayload(
        event=event,
        run=run,
        sentence=_cut(sentence),
        who=line["name"],
        role=line["role"],
        near_miss=happened.is_near_miss,
        step=_step(happened, procedure),
        into_production=production,
    )
    return OutgoingEvent(
        name=f"{Source.RUN}:{event.pk}",
        kind=event.kind,
        at=times.from_microseconds(event.at),
        who=payload.who,
        sentence=payload.sentence,
        about=f"Run {run.pk}, {run.title}",
        url=link("runbooks:run_detail", run.pk),
        data=RunEventDataSerializer.printed(payload),
        live_production=production,
    )


def _read(row: Event, data: Mapping[str, object], procedure: Procedure) -> tuple[RunEvent, str]:
    """The event and its sentence. One that cannot be put into words must not keep all later ones
    from being sent."""
    try:
        event = from_data(row.kind, data)
        return event, sentence_without_values(event, procedure)
    except (KeyError, TypeError, ValueError, IndexError):
        _logger.exception("event %s of kind %s cannot be put into words", row.pk, row.kind)
        unknown = UnknownEvent(name=row.kind, data=data)
        return unknown, sentence_without_values(unknown, procedure)


def _step(event: RunEvent, procedure: Procedure) -> Step | None:
    index = event.step
    if index is None or not 0 <= index < len(procedure.steps):
        return None
    return procedure.steps[index]


def _writes_production(run: Run, procedure: Procedure) -> bool:
    into = procedure.written_into()
    chosen = {parameter.name: parameter.facts for parameter in run.parameters.all()}
    fields = chosen.get(into or "", {}).get("fields", {})
    return bool(fields.get("environment") == Environment.PRODUCTION)


def _changes(keys: Collection[int]) -> list[OutgoingEvent]:
    rows = IncidentChange.objects.filter(pk__in=keys).order_by("pk")
    return [_change(row) for row in rows.select_related("incident__system")]


def _change(row: IncidentChange) -> OutgoingEvent:
    sentence = row.verb if row.version == 1 else incident_words.change(row.verb, row.fields)
    return _of_incident(
        row,
        ChangeEventDataSerializer,
        name=f"{Source.INCIDENT}:{row.pk}",
        kind=kinds.of_change(row.verb),
        at=row.at,
        who=row.by_name,
        sentence=f"{sentence}: {row.reason}" if row.reason else sentence,
    )


def _entries(keys: Collection[int]) -> list[OutgoingEvent]:
    rows = TimelineEntry.objects.filter(pk__in=keys).order_by("pk")
    return [_entry(row) for row in rows.select_related("incident__system")]


def _entry(row: TimelineEntry) -> OutgoingEvent:
    corrected = row.corrects_id is not None
    verb = "corrected an entry" if corrected else "added an entry"
    time = incident_words.when(row.happened_at, row.certainty)
    return _of_incident(
        row,
        EntryEventDataSerializer,
        name=f"{Source.ENTRY}:{row.pk}",
        kind=kinds.ENTRY_CORRECTED if corrected else kinds.ENTRY_ADDED,
        at=row.entered_at,
        who=row.entered_by_name,
        sentence=f"{verb}, {time}: {incident_words.shortened(row.text)}",
    )


def _of_incident(
    row: IncidentChange | TimelineEntry,
    serializer: type[IncidentEventDataSerializer],
    *,
    name: str,
    kind: str,
    at: datetime,
    who: str,
    sentence: str,
) -> OutgoingEvent:
    payload = IncidentEventPayload(row, _cut(sentence), who)
    return OutgoingEvent(
        name=name,
        kind=kind,
        at=at,
        who=who,
        sentence=payload.sentence,
        about=row.incident.title,
        url=link("incidents:incident_detail", row.incident_id),
        data=serializer.printed(payload),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_READERS = {Source.RUN: _runs, Source.INCIDENT: _changes, Source.ENTRY: _entries}
