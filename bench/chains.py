"""Logs in bulk: runs of 500 events each, every one a chain that `verify_log` accepts.

One run is played by the verbs. The others are its copies, an hour apart: their rows are written
directly, their events get texts and digests of their own from the product's two functions for that.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models, transaction

from bench import sample_runs
from bench.people import Cast
from lib import times
from runbooks.log.chain import canonical, digest
from runbooks.machine.moves.log import Note
from runbooks.models import Event, Run, RunParameter, RunPerson, RunStep
from runbooks.runs import moves

EVENTS = 500  # of each run
APART = timedelta(hours=1)
BATCH = 40  # runs written in one transaction
STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
TIMES = ("prepared_at", "started_at", "ended_at", "done_at", "countersigned_at", "released_at")
COLUMNS = ("run_id", "sequence", "kind", "at", "by_id", "key", "text", "digest")
PARTS: tuple[Any, ...] = (RunParameter, RunPerson, RunStep)

Row = tuple[Any, ...]
Model = TypeVar("Model", bound=models.Model)


def fill(cast: Cast, count: int) -> None:
    """Write `count` runs of 500 events each, the pattern included."""
    pattern = _played(cast)
    events = [json.loads(text) for text in pattern.events.values_list("text", flat=True)]
    copies = iter(range(1, count))
    while batch := list(islice(copies, BATCH)):
        with transaction.atomic():
            _write(pattern, events, batch)


def _played(cast: Cast) -> Run:
    """A run that the verbs have brought to exactly 500 events, still under way."""
    run = sample_runs.half_done(cast, sample_runs.revision(cast, 50), ticked=49, evidence=0)
    for number in range(EVENTS - run.sequence):
        at = datetime.now(UTC)
        text = f"Looked at the listing for the {number}th time; nothing has changed since."
        moves.make_move(run.pk, Note(text=text, step=number % 50), by=cast.operator, at=at)
    return Run.objects.get(pk=run.pk)


def _write(pattern: Run, events: list[dict[str, Any]], numbers: list[int]) -> None:
    """The runs with these numbers: the pattern, `number` hours earlier."""
    shifts = [-APART * number for number in numbers]
    kept = Run.objects.bulk_create([_copy(pattern, shift) for shift in shifts])
    chains = [_chain(run.pk, events, shift) for run, shift in zip(kept, shifts, strict=True)]
    for run, chain in zip(kept, chains, strict=True):
        run.digest = chain[-1][-1]
    Run.objects.bulk_update(kept, ["digest"])
    for table in PARTS:
        rows = list(table.objects.filter(run=pattern))
        table.objects.bulk_create(
            _copy(row, shift, run_id=run.pk)
            for run, shift in zip(kept, shifts, strict=True)
            for row in rows
        )
    _insert(row for chain in chains for row in chain)


def _copy(row: Model, shift: timedelta, **changed: Any) -> Model:
    """An unsaved copy of `row`, earlier or later by `shift`."""
    made = copy.copy(row)
    made._state = models.base.ModelState()
    made.pk = None
    for name in TIMES:
        if getattr(made, name, None) is not None:
            setattr(made, name, getattr(made, name) + shift)
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def _chain(run: int, events: list[dict[str, Any]], shift: timedelta) -> list[Row]:
    """The events of `run`, as rows, chained."""
    rows: list[Row] = []
    head = ""
    for event in events:
        at = datetime.strptime(event["at"], STAMP).replace(tzinfo=UTC) + shift
        text = canonical({**event, "run": run, "at": at.strftime(STAMP)})
        head = digest(head, text)
        by, moment = event["by"], times.microseconds(at)
        rows.append((run, event["sequence"], event["kind"], moment, by, None, text, head))
    return rows


def _insert(rows: Iterable[Row]) -> None:
    table, columns = Event._meta.db_table, ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(rows))
            return
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copying:  # psycopg's own
            for row in rows:
                copying.write_row(row)
