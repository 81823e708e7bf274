"""A run in one line of the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lib.times import stamp
from runbooks.enums import RunStatus
from runbooks.models import Run
from runbooks.screen.head import STATUS_CLASSES
from runbooks.screen.words import clock_face


@dataclass(frozen=True)
class RunLine:
    """What the list shows of a run; times are written out."""

    pk: int
    title: str
    kind: str
    status: str
    status_class: str
    system: str
    when: str
    took: str
    crew: str
    overridden: int


def run_line(run: Run, at: datetime) -> RunLine:
    """`run` with its people prefetched, at `at` (aware)."""
    system = run.revision.runbook.system
    took = clock_face((run.ended_at or at) - run.started_at) if run.started_at else ""
    return RunLine(
        pk=run.pk,
        title=run.title,
        kind=run.kind.upper(),
        status=RunStatus(run.status).label,
        status_class=STATUS_CLASSES[run.status],
        system=system.name if system else "",
        when=stamp(run.started_at or run.prepared_at),
        took=took,
        overridden=run.overridden,
        crew=", ".join(f"{person.role} {person.name}" for person in run.people.all()),
    )
