"""The log of a run: written once, chained, verified.

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
from datetime import UTC, datetime

from accounts.models import User
from lib import times
from runbooks.log import texts
from runbooks.machine.events.event import LogLine, RunEvent
from runbooks.models import Event, Run
from runbooks.models.sql import Statement, insert


def canonical(data: Mapping[str, object]) -> str:
    """The one text that stands for `data`. Raises `ValueError` for a value JSON does not know."""
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(previous: str, text: str) -> str:
    """SHA-256, as 64 hexadecimal characters, of the previous digest and an event's text."""
    return hashlib.sha256((previous + text).encode()).hexdigest()


def append(
    run: Run, events: Iterable[RunEvent], *, by: User, role: str, at: datetime, key: str | None
) -> tuple[list[LogLine], list[Statement]]:
    """Add `events` to the log of `run`, whose row the caller has locked, and move its head.

    Gives the lines and the statements that write them. `run.sequence` and `run.digest` are set and
    not saved: the caller writes them with the state.
    """
    lines: list[LogLine] = []
    written: list[dict[str, object]] = []
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
                "at": times.microseconds(at),
                "by_id": by.pk,
                "key": None if written else key,
                "text": text,
                "digest": head,
            }
        )
        lines.append(texts.read(text))
    run.sequence, run.digest = sequence, head
    return lines, insert(Event, written)


def _text(run: Run, event: RunEvent, sequence: int, *, by: User, role: str, at: datetime) -> str:
    return canonical(
        {
            "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "by": by.pk,
            "data": event.to_data(),
            "kind": event.kind,
            "name": str(by),
            "role": role,
            "run": run.pk,
            "sequence": sequence,
        }
    )
