"""Events that only add to the log: notes, files, late entries, strike-outs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runbooks.machine.attempts import touch
from runbooks.machine.events.event import LogLine, RunEvent, Wording, optional
from runbooks.machine.state import RunState, replace
from runbooks.machine.statements import Stated


@dataclass(frozen=True, kw_only=True)
class StrikableEvent(RunEvent):
    """What can be struck out: only what changes no state. A wrong tick is corrected by going the
    way back."""

    step: int | None = optional(None)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, entries={**stated.entries, line.sequence: line.by})


@dataclass(frozen=True, kw_only=True)
class NoteAdded(StrikableEvent):
    """A person wrote something down. `late`: after the run had ended."""

    kind = "note.added"

    text: str
    late: bool

    def describe(self, words: Wording) -> str:
        return f"noted {words.step(self.step)}".strip() + f": {self.text}"


@dataclass(frozen=True, kw_only=True)
class EvidenceAttached(StrikableEvent):
    """A file was kept with the run. `value` is the recorded value that it answers, `evidence` its
    number, `late`: after the run had ended."""

    kind = "evidence.attached"
    is_measured = True

    name: str
    sha256: str
    size: int
    late: bool
    value: str = optional("")
    evidence: int | None = optional(None)

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        if not self.value or self.step is None:
            return state
        values = {**state.steps[self.step].values, self.value: self.sha256}
        return touch(state, self.step, line.sequence, values=values)

    def describe(self, words: Wording) -> str:
        where = words.step(self.step)
        text = f"attached {self.name} ({self.size} bytes, SHA-256 {self.sha256[:12]}…)"
        return f"{text} to {where}" if where else text

    def describe_without_values(self, words: Wording) -> str:
        where = words.step(self.step)
        return f"attached {self.name} to {where}" if where else f"attached {self.name}"


@dataclass(frozen=True, kw_only=True)
class EntryLate(StrikableEvent):
    """Something done earlier was written down afterwards."""

    kind = "entry.late"

    performed_at: datetime
    text: str

    def describe(self, words: Wording) -> str:
        return f"entered late, performed {words.moment(self.performed_at)}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class EntryStruckOut(RunEvent):
    """An entry was struck out; it stays readable."""

    kind = "entry.struck_out"

    sequence: int
    reason: str

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, struck=stated.struck | {self.sequence})

    def describe(self, words: Wording) -> str:
        return f"struck out entry {self.sequence}: {self.reason}"
