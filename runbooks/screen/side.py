"""The margin of the run page: parameters, copies, way back, evidence, the newest log lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from inventory.durations import age
from inventory.enums import CopyState
from inventory.models import Copy
from runbooks.blind import told as telling
from runbooks.machine import Line, current
from runbooks.missed import is_near_miss
from runbooks.screen.panels import Desk
from runbooks.screen.words import address, place_name


@dataclass(frozen=True)
class Told:
    """A line of the log: when, by whom, what. `refused` marks a near miss."""

    sequence: int
    clock: str
    day: str
    name: str
    role: str
    text: str
    refused: bool
    digest: str = ""
    struck: bool = False


@dataclass(frozen=True)
class CopyLine:
    """A copy of the system, with its age in words."""

    name: str
    remark: str
    last_good: bool


@dataclass(frozen=True)
class FileLine:
    """A file kept with the run."""

    name: str
    url: str
    remark: str


@dataclass(frozen=True)
class Side:
    """All of the margin."""

    parameters: tuple[tuple[str, str, str], ...]
    copies: tuple[CopyLine, ...]
    way_back: str
    asides: tuple[str, ...]
    abort_rule: str
    worst_case: str
    files: tuple[FileLine, ...]
    told: tuple[Told, ...]


def side(
    desk: Desk,
    *,
    copies: Iterable[Copy],
    evidence: Iterable[Line],
    told: Iterable[Told],
) -> Side:
    """The margin for the person at `desk`; `told` are the newest lines, newest first."""
    state, procedure = desk.state, desk.state.procedure
    known = tuple(copies)
    return Side(
        parameters=tuple(
            (spec.label or spec.name, place_name(facts), facts.fields.get("environment", ""))
            for spec in procedure.parameters
            if (facts := state.facts.get(spec.name))
        ),
        copies=tuple(_copy(desk, copy, known) for copy in known),
        way_back=_way_back(desk),
        asides=tuple(s.title for s in procedure.sections if s.aside and s.key not in state.entered),
        abort_rule=procedure.abort_rule,
        worst_case=procedure.worst_case,
        files=tuple(_file(state.number, row) for row in evidence),
        told=tuple(told),
    )


def tell(
    desk: Desk, line: Line, name: str, role: str, digest: str = "", *, struck: bool = False
) -> Told:
    """One line of the log in words. What was measured at a step that waits for this person's own
    measurement is not told, nor any digest meanwhile: a number could be guessed from it."""
    local = timezone.localtime(line.at)
    return Told(
        line.sequence,
        f"{local:%H:%M:%S}",
        f"{local:%Y-%m-%d}",
        name,
        role,
        telling(line.kind, line.data, desk.state, desk.blind),
        is_near_miss(line.kind, line.data),
        "" if desk.blind else digest,
        struck,
    )


def _copy(desk: Desk, copy: Copy, known: tuple[Copy, ...]) -> CopyLine:
    good = CopyState.GOOD.value
    last = copy.state == good and sum(other.state == good for other in known) == 1
    as_of = (
        f"data {age(desk.at, copy.data_as_of)} old" if copy.data_as_of else "age of data unknown"
    )
    return CopyLine(copy.name, " · ".join((copy.place, as_of, copy.state)), last)


def _file(run: int, line: Line) -> FileLine:
    size = int(line.data["size"])
    said = f"{size / 1024:.0f} kB" if size >= 1024 else f"{size} bytes"
    url = address("runbooks:evidence_file", run, line.data["evidence"])
    return FileLine(line.data["name"], url, f"{said} · SHA-256 {line.data['sha256'][:12]}…")


def _way_back(desk: Desk) -> str:
    """The way back of the open step, or of the last step before it that names one."""
    state, now = desk.state, current(desk.state)
    if now is None:
        return ""
    for step in reversed(state.procedure.steps[: now + 1]):
        section = state.procedure.section_of(step.guard.undo) if step.guard.undo else None
        if section:
            return f"“{section.title}”, from step {step.number}."
    return ""
