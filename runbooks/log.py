"""The log of a run: written once, chained, exported, verified.

Canonical form of an event, which is what is hashed: JSON with the keys sorted, no blanks, non-ASCII
characters as they are, UTF-8; only texts, whole numbers, true, false, null, lists and objects. The
digest of an event is SHA-256 over the hexadecimal digest of the event before it (nothing for the
first) followed by that text. docs/reference/log.md says it for people, with a script of the
standard library alone that verifies an export.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from runbooks import rows, statements
from runbooks.machine import Line, NewEvent, RunState, apply, genesis
from runbooks.models import Event, Run
from runbooks.procedure import Procedure, from_json
from runbooks.statements import Statement

FORMAT = "countersign-run-log/1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def canonical(data: Mapping[str, Any]) -> str:
    """The one text that stands for `data`. Raises `ValueError` for a value JSON does not know."""
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(previous: str, text: str) -> str:
    """SHA-256, as 64 hexadecimal characters, of the previous digest and an event's text."""
    return hashlib.sha256((previous + text).encode()).hexdigest()


def append(
    run: Run, events: Iterable[NewEvent], *, by: User, role: str, at: datetime, key: str | None
) -> tuple[list[Line], list[Statement]]:
    """Add `events` to the log of `run`, whose row the caller has locked, and move its head.

    Gives the lines and the statements that write them. `run.sequence` and `run.digest` are set and
    not saved: the caller writes them with the state.
    """
    lines: list[Line] = []
    written: list[dict[str, Any]] = []
    head, sequence = run.digest, run.sequence
    for event in events:
        sequence += 1
        text = _text(run, event, sequence, by=by, role=role, at=at)
        head = digest(head, text)
        written.append(
            {
                "run_id": run.pk,
                "sequence": sequence,
                "kind": event.kind,
                "at": microseconds(at),
                "by_id": by.pk,
                "key": None if written else key,
                "text": text,
                "digest": head,
            }
        )
        lines.append(line(text))
    run.sequence, run.digest = sequence, head
    return lines, statements.insert(Event, written)


def _text(run: Run, event: NewEvent, sequence: int, *, by: User, role: str, at: datetime) -> str:
    return canonical(
        {
            "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "by": by.pk,
            "data": event.data,
            "kind": event.kind,
            "name": str(by),
            "role": role,
            "run": run.pk,
            "sequence": sequence,
        }
    )


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970 of an aware time."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def line(text: str) -> Line:
    """An event as the machine reads it, of its canonical text. Raises `ValueError`, `KeyError`."""
    told = json.loads(text)
    at = datetime.fromisoformat(told["at"])
    if at.utcoffset() != timedelta(0):
        raise ValueError(f"{told['at']} is not a time in UTC")
    return Line(told["sequence"], told["kind"], at, told["by"], told["data"])


def export(run: Run) -> dict[str, Any]:
    """Everything needed to verify the log of `run` without this product: the events' exact texts
    with their digests, and the revision's text with its own."""
    revision = run.revision
    return {
        "format": FORMAT,
        "run": run.pk,
        "title": run.title,
        "kind": run.kind,
        "status": run.status,
        "revision": {
            "runbook": revision.runbook.title,
            "number": revision.number,
            "sha256": revision.sha256,
            "source": bytes(revision.source).decode("utf-8", "replace"),
        },
        "head": {"sequence": run.sequence, "digest": run.digest},
        "events": [
            {"text": text, "digest": value}
            for text, value in run.events.order_by("sequence").values_list("text", "digest")
        ],
    }


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: every fault in a sentence, none when the log and the columns hold."""

    faults: tuple[str, ...]
    events: int

    @property
    def ok(self) -> bool:
        return not self.faults


@transaction.atomic
def verify(run: Run) -> Verdict:
    """Check the chain of `run`, its columns against the hashed texts and its revision against the
    first event, and replay the events: the stored state must be what the log says. The run is
    locked meanwhile, so that a move in between is not taken for a fault."""
    try:
        run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        procedure = from_json(run.revision.procedure)
        stored = rows.state_of(run, procedure)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        return Verdict((f"The stored rows cannot be read: {error!r}.",), run.events.count())
    faults: list[str] = []
    previous, state, count = "", None, 0
    columns = run.events.order_by("sequence").values_list(
        "sequence", "kind", "at", "by_id", "text", "digest"
    )
    for sequence, kind, at, by, text, head in columns.iterator(chunk_size=2000):
        count += 1
        if sequence != count:
            faults.append(f"Event {count} is missing; {sequence} stands in its place.")
            break
        if digest(previous, text) != head:
            faults.append(f"Event {sequence}: the text does not fit its digest.")
            break
        previous = head
        try:
            told = line(text)
            state = apply(state, told) if state else _begin(run, procedure, told, faults)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            faults.append(f"Event {sequence} cannot be replayed: {error}.")
            break
        if (told.sequence, told.kind, microseconds(told.at), told.by) != (sequence, kind, at, by):
            faults.append(f"Event {sequence}: a column differs from the hashed text.")
    if (run.sequence, run.digest) != (count, previous) and not faults:
        faults.append(f"The run names event {run.sequence} as its head; the log ends at {count}.")
    if state is None and not faults:
        faults.append("The log is empty.")
    if state and not faults:
        faults += _differences(stored, state)
    return Verdict(tuple(faults), count)


def procedure_digest(procedure: Mapping[str, Any]) -> str:
    """SHA-256 of the stored reading of a revision, in canonical form. The first event holds it, so
    that a rewritten procedure shows, not only a rewritten source."""
    return hashlib.sha256(canonical(json.loads(json.dumps(procedure))).encode()).hexdigest()


def _begin(run: Run, procedure: Procedure, first: Line, faults: list[str]) -> RunState:
    told = first.data["revision"]
    digests = {hashlib.sha256(bytes(run.revision.source)).hexdigest(), run.revision.sha256}
    if digests != {told["sha256"]}:
        faults.append("The text of the revision is not the one that the first event names.")
    if procedure_digest(run.revision.procedure) != told["procedure"]:
        faults.append("The stored reading of the revision is not the one the first event names.")
    return genesis(run.pk, procedure, first)


def _differences(stored: RunState, replayed: RunState) -> list[str]:
    found = []
    for field in fields(stored):
        here, there = getattr(stored, field.name), getattr(replayed, field.name)
        if field.name == "steps":
            wrong = [
                stored.step(mine.index).number
                for mine, theirs in zip(here, there, strict=True)
                if mine != theirs
            ]
            if wrong:
                found.append("Stored and replayed state differ at step " + ", ".join(wrong) + ".")
        elif here != there:
            found.append(f"The run's {field.name.replace('_', ' ')} is not what the log says.")
    return found
