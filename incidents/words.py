"""Facts of an incident in plain words, as the history keeps them and the pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from incidents.enums import Certainty, LossOf
from incidents.models import IncidentTime, LossMeasure, Notification
from lib import times

_BEFORE = {Certainty.EXACT: "", Certainty.ABOUT: "about ", Certainty.GUESSED: "guessed: "}
_LONGEST = 120


def when(moment: datetime, certainty: Certainty | str) -> str:
    """A moment with how sure it is: "about 2026-11-22 03:10 UTC". A guess is never shown bare."""
    return _BEFORE[Certainty(certainty)] + times.stamp(moment)


def clock(time: IncidentTime | None) -> str:
    """A clock field with how sure it is, or why it is unknown; '' for none."""
    if time is None:
        return ""
    if time.at is None:
        return f"unknown because {time.unknown}"
    return when(time.at, time.certainty)


def label(field: str) -> str:
    """What people call a field of the history: "what happened", "began"."""
    return field.replace("_", " ")


def shortened(text: str) -> str:
    """`text` on one line, cut with an ellipsis where a sentence would become a page."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


def change(verb: str, fields: Mapping[str, list[str]]) -> str:
    """One line of the history: "judged it (severity from “not judged yet” to “severity 2”)"."""
    texts = []
    for name, (old, new) in fields.items():
        if old and new:
            texts.append(f"{label(name)} from “{shortened(old)}” to “{shortened(new)}”")
        else:
            gone = "" if new else " removed"
            texts.append(f"{label(name)} “{shortened(new or old)}”{gone}")
    return f"{verb} ({'; '.join(texts)})" if texts else verb


def amount(row: LossMeasure) -> str:
    """How much of what: "412 records (orders)", "3 GB", "files, how many is unknown"."""
    if row.amount is None:
        return f"{row.what}{_of(row)}, how many is unknown"
    if row.what == LossOf.BYTES and row.unit:
        return f"{row.amount:,} {row.unit}"
    return f"{row.amount:,} {row.what}{_of(row)}"


def _of(row: LossMeasure) -> str:
    return f" ({row.unit})" if row.unit else ""


def window(row: LossMeasure) -> str:
    """From when to when, either end open; '' without a window."""
    ends = (("from", row.window_start), ("to", row.window_end))
    return " ".join(f"{word} {times.stamp(end)}" for word, end in ends if end is not None)


def loss(row: LossMeasure) -> str:
    """A stated loss on one line: "412 records (orders), gone for good, counted"."""
    texts = (amount(row), row.state, row.counted, window(row))
    return ", ".join(part for part in texts if part) + (f": {row.reason}" if row.reason else "")


def notified(row: Notification) -> str:
    """Who was told and when, or why nobody is affected."""
    if row.notified_at is None:
        return f"nobody is affected: {row.reason}"
    return f"{row.whom}, {times.stamp(row.notified_at)}" + (f": {row.reason}" if row.reason else "")
