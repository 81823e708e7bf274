"""Reading events of the log back from their canonical texts."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from runbooks.machine.events.event import LogLine
from runbooks.machine.events.kinds import from_data
from runbooks.models import Run

_JSON = json.JSONDecoder()


def parse(text: str) -> dict[str, Any]:
    """A canonical text as data. Raises `ValueError`. `json.loads` would look for blanks."""
    data: dict[str, Any]
    data, end = _JSON.raw_decode(text)
    if end != len(text):
        raise ValueError("something follows the end of its text")
    return data


def line(data: Mapping[str, Any]) -> LogLine:
    """An event as the machine reads it. Raises `ValueError`, `KeyError`."""
    at = datetime.fromisoformat(data["at"])
    if at.tzinfo is not UTC:
        raise ValueError(f"{data['at']} is not a time in UTC")
    return LogLine(data["sequence"], at, data["by"], from_data(data["kind"], data["data"]))


def read(text: str) -> LogLine:
    """An event as the machine reads it, of its canonical text. Raises `ValueError`, `KeyError`."""
    return line(parse(text))


def of_kinds(run: Run, kinds: Collection[str]) -> list[LogLine]:
    """The lines of `run` of these kinds, up to the head that its row names, in order: one query."""
    return _lines(run, Q(kind__in=list(kinds)))


def of_kinds_and_head(run: Run, kinds: Collection[str]) -> list[LogLine]:
    """The same, and the last line whatever its kind."""
    return _lines(run, Q(kind__in=list(kinds)) | Q(sequence=run.sequence))


def _lines(run: Run, wanted: Q) -> list[LogLine]:
    events = run.events.filter(wanted, sequence__lte=run.sequence)
    return [read(text) for text in events.order_by("sequence").values_list("text", flat=True)]
