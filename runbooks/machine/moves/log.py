"""Moves that only add to the log: notes, files, late entries, and lines struck out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from runbooks.machine.entries import line, moment, number, text
from runbooks.machine.move import (
    ANY_STATUS,
    BRIEFING,
    CREW,
    EVERYONE,
    AnyPlaceMove,
    Move,
    Rule,
)

_RULE = Rule(ANY_STATUS, EVERYONE, moving=False, independent=True)


@dataclass(frozen=True, kw_only=True)
class Note(AnyPlaceMove):
    """Write a note into the log, about a step or the run."""

    kind = "note"
    title, button = "Note", "Add the note"
    rule = _RULE
    first_events = frozenset({"note.added"})
    by_a_look = True

    text: str = field(
        metadata=text("Note", empty="Write the note.", example="The disk is slow tonight.")
    )


@dataclass(frozen=True, kw_only=True)
class Attach(AnyPlaceMove):
    """Attach a file to the run. It is kept by its SHA-256. `value` names the recorded value of the
    step that it answers."""

    kind = "attach"
    title, button = "Attach a file", "Attach the file"
    rule = _RULE
    first_events = frozenset({"evidence.attached"})
    takes_file = True

    value: str = field(default="", metadata=line(hidden=True, max_length=80))
    name: str = ""
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True, kw_only=True)
class LateEntry(AnyPlaceMove):
    """Write down what was done earlier, and when."""

    kind = "late_entry"
    title, button = "Late entry", "Add the late entry"
    rule = Rule(ANY_STATUS - BRIEFING, CREW, moving=False, independent=True)
    first_events = frozenset({"entry.late"})

    performed_at: datetime = field(
        metadata=moment(
            "When it was done",
            empty="Write when it was done, with the time zone.",
            example="2026-11-22T03:12:00Z",
        )
    )
    text: str = field(
        metadata=text(
            "What was done", empty="Write what was done.", example="The jobs were stopped by hand."
        )
    )


@dataclass(frozen=True, kw_only=True)
class StrikeOut(Move):
    """Strike out a line of the log: your own note, late entry or attachment, with a `reason`; the
    decider strikes out anybody's. The line stays readable."""

    kind = "strike_out"
    title, button = "Strike out a line", "Strike it out"
    rule = _RULE
    first_events = frozenset({"entry.struck_out"})

    sequence: int = field(
        metadata=number(
            "Number of the line in the log",
            least=1,
            empty="Write the number of the line.",
            described="`sequence` of the event.",
            example=8,
        )
    )
    reason: str = field(
        metadata=text(
            "Why",
            empty="Say why it is struck out.",
            help="The line stays readable, struck through.",
            example="It speaks of another run.",
        )
    )
