"""A procedure laid out for reading: sections, steps in the order of the text, and beside each the
demands of its guard and the findings of its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runbooks.demands import demands
from runbooks.procedure import Finding, Procedure, Section, Step


@dataclass(frozen=True)
class Line:
    """A step as it is read."""

    step: Step
    demands: tuple[str, ...]
    findings: tuple[Finding, ...]
    overwrites: bool


@dataclass(frozen=True)
class Part:
    """A section with its steps; sub-steps stand below their step, as in the text."""

    section: Section
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole. `loose` are the findings that belong to no step."""

    parts: tuple[Part, ...]
    asides: tuple[Part, ...]
    loose: tuple[Finding, ...]


def lay_out(procedure: Procedure, findings: Iterable[Finding] = ()) -> Sheet:
    """Sort `findings` to the innermost step whose lines they point at."""
    steps = sorted(procedure.steps, key=lambda step: step.line)
    beside: dict[int, list[Finding]] = {}
    loose = []
    for finding in findings:
        owners = [s for s in steps if s.line <= finding.line <= s.last_line]
        if owners:
            beside.setdefault(owners[-1].index, []).append(finding)
        else:
            loose.append(finding)
    parts = [
        Part(
            section,
            tuple(
                _line(step, procedure, beside.get(step.index, []))
                for step in steps
                if step.section == section.key
            ),
        )
        for section in procedure.sections
    ]
    return Sheet(
        tuple(part for part in parts if not part.section.aside),
        tuple(part for part in parts if part.section.aside),
        tuple(loose),
    )


def _line(step: Step, procedure: Procedure, findings: list[Finding]) -> Line:
    return Line(
        step,
        demands(step.guard, procedure),
        tuple(findings),
        "overwrite" in step.guard.locks,
    )
