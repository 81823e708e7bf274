"""A procedure laid out for reading: sections, steps in the order of the text, and beside each the
demands of its guard and what was noted about its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runbooks.library.demands import demands
from runbooks.library.shown_commands import in_library
from runbooks.lint.findings import NotedFinding
from runbooks.procedure.irreversible import act_key
from runbooks.procedure.model import Procedure, Step
from runbooks.procedure.runnable import not_runnable
from runbooks.procedure.sections import Section


@dataclass(frozen=True)
class ReadingStep:
    """A step as it is read. `overwrites`: it cannot be taken back, a deletion neither."""

    step: Step
    demands: tuple[str, ...]
    notes: tuple[NotedFinding, ...]
    overwrites: bool


@dataclass(frozen=True)
class ReadingSection:
    """A section with its steps; sub-steps stand below their step, as in the text. `notes` are those
    about lines of the section that belong to no step; `html` is its own text."""

    section: Section
    html: str
    notes: tuple[NotedFinding, ...]
    lines: tuple[ReadingStep, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole. `loose` are the notes that belong to no section: those about the front matter."""

    intro_html: str
    parts: tuple[ReadingSection, ...]
    asides: tuple[ReadingSection, ...]
    loose: tuple[NotedFinding, ...]


def lay_out(procedure: Procedure, notes: Iterable[NotedFinding] = ()) -> Sheet:
    """Sort `notes` to the innermost step whose lines they point at, else to the section."""
    steps = sorted(procedure.steps, key=lambda step: step.line)
    beside: dict[int, list[NotedFinding]] = {}
    below: dict[str, list[NotedFinding]] = {}
    loose = []
    for note in notes:
        line = note.finding.line
        owners = [s for s in steps if s.line <= line <= s.last_line]
        titles = [s for s in procedure.sections if s.title and s.line <= line]
        if owners:
            beside.setdefault(owners[-1].index, []).append(note)
        elif titles:
            below.setdefault(max(titles, key=lambda s: s.line).key, []).append(note)
        else:
            loose.append(note)
    has_runs = not not_runnable(procedure)
    parts = [
        ReadingSection(
            section,
            in_library(section.html, section.commands, has_runs),
            tuple(below.get(section.key, ())),
            tuple(
                _line(step, procedure, beside.get(step.index, []))
                for step in steps
                if step.section == section.key
            ),
        )
        for section in procedure.sections
    ]
    return Sheet(
        in_library(procedure.intro_html, procedure.intro_commands, has_runs),
        tuple(part for part in parts if not part.section.aside),
        tuple(part for part in parts if part.section.aside),
        tuple(loose),
    )


def _line(step: Step, procedure: Procedure, notes: list[NotedFinding]) -> ReadingStep:
    return ReadingStep(
        step,
        demands(step.guard, procedure),
        tuple(notes),
        bool(act_key(step.guard)),
    )
