"""Moves that only add to the log: notes, files, late entries, and lines struck out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from runbooks.enums import RunRole, StepStatus, ValueType
from runbooks.machine import interlocks
from runbooks.machine.entries import line, moment, number, text
from runbooks.machine.events.notes import EntryLate, EntryStruckOut, EvidenceAttached, NoteAdded
from runbooks.machine.move import (
    ANY_STATUS,
    BRIEFING,
    CREW,
    EVERYONE,
    AnyPlaceMove,
    Move,
    Request,
    Rule,
    prose,
)
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import ENDED, RunState, current

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

    def decide(self, state: RunState, request: Request) -> Outcome:
        text = prose(self.text)
        if not text:
            return Malformed({"text": "Write the note."})
        late = state.status in ENDED
        return (NoteAdded(text=text, late=late, step=self.index_in(state)),)


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

    def decide(self, state: RunState, request: Request) -> Outcome:
        value = self.value.strip()
        wrong = _value_wanted(state, self.step, value) if value else None
        return wrong or (
            EvidenceAttached(
                step=self.index_in(state),
                name=self.name,
                sha256=self.sha256,
                size=self.size,
                value=value,
                late=state.status in ENDED,
            ),
        )


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

    def decide(self, state: RunState, request: Request) -> Outcome:
        errors = {}
        if self.performed_at > request.at:
            errors["performed_at"] = "This lies in the future; a late entry tells what was done."
        if not prose(self.text):
            errors["text"] = "Write what was done."
        if errors:
            return Malformed(errors)
        text, step = self.text.strip(), self.index_in(state)
        return (EntryLate(performed_at=self.performed_at, text=text, step=step),)


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

    @classmethod
    def has_choice(cls, state: RunState, person: int, index: int | None, at: datetime) -> bool:
        return may_strike_any(state, person)

    def decide(self, state: RunState, request: Request) -> Outcome:
        if not prose(self.reason):
            return Malformed({"reason": "Say why it is struck out."})
        refusal = not_struck(state, request.by, self.sequence)
        if refusal:
            return refusal
        return (EntryStruckOut(sequence=self.sequence, reason=self.reason.strip()),)


def _value_wanted(state: RunState, index: int | None, value: str) -> Refusal | Malformed | None:
    """Why a file is not taken as the `value` of step `index`."""
    named = index is not None and any(
        spec.name == value and spec.type is ValueType.FILE for spec in interlocks.asks(state, index)
    )
    if not named:
        return Malformed({"value": "This step records no file of that name."})
    ready = {StepStatus.OPEN, StepStatus.STARTED}
    if index != current(state) or index is None or state.steps[index].status not in ready:
        return Refusal(
            "out_of_order",
            "The step that records this file is not open.",
            "Attach it without a step, or when the step is open.",
        )
    return None


def not_struck(state: RunState, person: int, sequence: int) -> Refusal | None:
    """Why `person` may not strike out the line with this number; None when they may."""
    author = state.stated.entries.get(sequence)
    if author is None:
        return Refusal(
            "not_strikable",
            "Only notes, late entries and attachments are struck out.",
            "Write a note or a late entry that says what is wrong.",
        )
    if sequence in state.stated.struck:
        return Refusal(
            "struck_already", "It is struck out already.", "Nothing is left to do.", False
        )
    if person != author and state.people.get(person) is not RunRole.DECIDER:
        return Refusal(
            "not_your_entry",
            "Somebody else wrote this line.",
            "Ask its author or the decider to strike it out; or write a note that says what is"
            " wrong with it.",
        )
    return None


def may_strike_any(state: RunState, person: int) -> bool:
    """Whether there is a line that `person` may strike out."""
    entries = state.stated.entries
    return any(not_struck(state, person, sequence) is None for sequence in entries)
