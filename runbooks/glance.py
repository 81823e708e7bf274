"""A run as a page wants it: its row, its state and who has it open, in one question. Nothing else
is read to find out that a page has not changed."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from runbooks import presence, rows
from runbooks.machine import RunState
from runbooks.models import Run
from runbooks.statements import NO_KEY

_GLANCE = """
    SELECT run.*, (
        SELECT {people} FROM runbooks_presence here
        WHERE here.run_id = run.id AND here.seen_at >= %(since)s
    ) AS here
    FROM runbooks_run run WHERE run.id = %(run)s
"""
_PEOPLE = {
    "postgresql": "string_agg(DISTINCT here.person_id::text, ',')",
    "sqlite": "group_concat(DISTINCT here.person_id)",
}


def glance(run_id: int, at: datetime) -> tuple[Run, RunState, tuple[int, ...]]:
    """The run, its state, and the keys of those who have it open at `at` (aware), in their order.
    One query, and four more when this process has not met that state yet. Raises
    `Run.DoesNotExist`."""
    sql = _GLANCE.format(people=_PEOPLE[connection.vendor])
    since = connection.ops.adapt_datetimefield_value(at - presence.FRESH_FOR)
    for run in Run.objects.raw(sql, {"run": run_id, "since": since}) if run_id < NO_KEY else ():
        listed = vars(run)["here"] or ""
        return run, rows.known(run), tuple(sorted(int(pk) for pk in listed.split(",") if pk))
    raise Run.DoesNotExist
