"""The gates of the open step as lines: open or closed, how each is opened, until when it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lib.units.durations import words
from runbooks.enums import CountersignTiming
from runbooks.machine.gates import COUNTERSIGN_COUNTS_FOR, remarks
from runbooks.machine.requests import Gate
from runbooks.machine.state import RunState
from runbooks.procedure.guards.acts import TeamCheck
from runbooks.screen.team_check import ends_at
from runbooks.screen.words import clock_time

COUNTS = words(COUNTERSIGN_COUNTS_FOR)


@dataclass(frozen=True)
class GateLine:
    """A gate in words. `until` is when it closes by itself, in ISO 8601, `until_words` the same for
    people, and `left` the seconds until then; '' and 0 for a gate that stays. `asked` says since
    when somebody is waited for. `remark`: it is told, and not waited for."""

    gate: Gate
    until: str = ""
    until_words: str = ""
    left: int = 0
    asked: str = ""
    remark: bool = False

    @property
    def word(self) -> str:
        if self.gate.overridden:
            return "Overridden"
        if self.remark:
            return "Asked" if self.gate.open else "Not asked"
        return "Open" if self.gate.open else "Closed"


def gate_lines(
    state: RunState, index: int, gates: tuple[Gate, ...], at: datetime, *, hidden: str = ""
) -> tuple[GateLine, ...]:
    """The `gates` of step `index`, as they stand at `at` (aware), without the one whose key
    is `hidden`: it is told elsewhere, at length. Before them, what is told and not waited for."""
    remark_lines = tuple(GateLine(gate, remark=True) for gate in remarks(state, index))
    return remark_lines + tuple(
        _gate_line(state, index, gate, at) for gate in gates if gate.key != hidden
    )


def _gate_line(state: RunState, index: int, gate: Gate, at: datetime) -> GateLine:
    step = state.steps[index]
    if index in state.stated.unlocked or gate.overridden:
        return GateLine(gate)
    if gate.key == "countersigned" and step.started_at and not step.countersigned_at:
        return GateLine(gate, asked=_asked(state, index))
    if gate.key == "countersigned" and gate.open and step.countersigned_at:
        return _until(gate, step.countersigned_at + COUNTERSIGN_COUNTS_FOR, at)
    if gate.key == TeamCheck.key and gate.open and (end := ends_at(state, at)):
        return _until(gate, end, at)
    return GateLine(gate)


def _asked(state: RunState, index: int) -> str:
    """Since when the second person is waited for; how long their word counts, where it runs out."""
    step = state.steps[index]
    if state.step(index).guard.countersign is CountersignTiming.BEFORE and step.started_at:
        return f"Asked at {clock_time(step.started_at)}; it counts for {COUNTS} once it is given."
    return f"Asked at {clock_time(step.done_at)}." if step.done_at else ""


def _until(gate: Gate, end: datetime, at: datetime) -> GateLine:
    return GateLine(gate, end.isoformat(), clock_time(end), max(int((end - at).total_seconds()), 0))
