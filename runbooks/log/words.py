"""Events in words, for people: the log page, the incident's timeline, the terminal.

Each event describes itself (`runbooks.machine.events`); here is how a sentence names what the
procedure says, and how it shows values. An event's own data and the procedure that it ran are
enough, so an old event can be put into words after everybody in it has left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.times import stamp
from lib.units.durations import words
from lib.units.sizes import words as size_words
from runbooks.enums import ValueType
from runbooks.machine.events.event import RunEvent
from runbooks.procedure.guards import is_masked, value_asked
from runbooks.procedure.model import Procedure, ValueSpec


@dataclass(frozen=True)
class ProcedureWords:
    """What the sentences about a run of `procedure` call its steps, values and sections."""

    procedure: Procedure

    def step(self, index: int | None) -> str:
        """“step 3, Stop every writer”; '' for none."""
        if index is None or not 0 <= index < len(self.procedure.steps):
            return ""
        step = self.procedure.steps[index]
        return f"step {step.number}, {step.title}"

    def values(self, index: int, values: Mapping[str, str]) -> str:
        """Values recorded at step `index`, with their labels and units."""
        specs = {spec.name: spec for spec in self.procedure.steps[index].guard.record}
        shown = []
        for name, value in values.items():
            spec = specs.get(name) or guard_value(name)
            shown.append(f"{spec.label}: {show_value(spec, value)}")
        return "; ".join(shown)

    def section(self, key: str) -> str:
        """The title of the section `key`."""
        section = self.procedure.sections_by_key.get(key)
        return section.title if section else key

    def moment(self, at: datetime) -> str:
        """A moment to the minute, in the zone of the settings."""
        return stamp(at)


def sentence(event: RunEvent, procedure: Procedure) -> str:
    """What happened, without who and when."""
    return _marked(event, event.describe(ProcedureWords(procedure)))


def sentence_without_values(event: RunEvent, procedure: Procedure) -> str:
    """The same without anything that was measured or read off."""
    return _marked(event, event.describe_without_values(ProcedureWords(procedure)))


def _marked(event: RunEvent, text: str) -> str:
    shown = event.clock_went_back
    return text if shown is None else f"{text} (clock went back: it showed {stamp(shown)})"


def guard_value(name: str) -> ValueSpec:
    """What an interlock asked for under the dotted `name`; the name itself when none did."""
    label, kind = value_asked(name) or (name, ValueType.TEXT)
    return ValueSpec(name, kind, label)


def show_value(spec: ValueSpec, value: str) -> str:
    """A recorded value as people read it, with its unit. What is to be read off a machine again is
    not shown."""
    if is_masked(spec.name):
        return "read off the machine"
    return f"{shown(spec.type.value, value)} {spec.unit}".strip()


def shown(kind: str, value: str) -> str:
    """A normal text as people read it: times with their zone, durations and sizes
    with their units, long digests shortened."""
    if kind == "datetime":
        return stamp(datetime.fromisoformat(value))
    if kind == "duration":
        return words(timedelta(seconds=int(value))) if value.isdecimal() else f"{value} s"
    if kind == "bytes":
        return size_words(int(value))
    if kind in {"sha256", "file"} and len(value) == 64:
        return f"{value[:12]}…"
    return value if len(value) <= 200 else f"{value[:200]}…"
