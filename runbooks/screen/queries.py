"""The questions of the run page. `glance` alone finds out that a page has not changed.

They are asked at every refresh of every screen, and Django takes longer to build them from the
models than the database to answer them: so they stand here as they are sent.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from accounts.access import holds
from accounts.enums import Right
from inventory.models import System
from lib import clock
from runbooks.machine.state import RunState
from runbooks.models import Event, Run
from runbooks.models.log import FRESH_FOR
from runbooks.models.sql import NO_KEY
from runbooks.runs import outside, persistence

_GLANCE = """
    SELECT run.*, {clock} AS clock, (
        SELECT {people} FROM runbooks_presence here
        WHERE here.run_id = run.id AND here.seen_at >= %(since)s
    ) AS here
    FROM runbooks_run run WHERE run.id = %(run)s
"""
_PEOPLE = {
    "postgresql": "string_agg(DISTINCT here.person_id::text, ',')",
    "sqlite": "group_concat(DISTINCT here.person_id)",
}

_SYSTEM = """
    SELECT system.* FROM inventory_system system
    JOIN runbooks_runbook runbook ON runbook.system_id = system.id
    JOIN runbooks_revision revision ON revision.runbook_id = runbook.id
    WHERE revision.id = %s
"""
_LINES = """
    SELECT * FROM runbooks_event
    WHERE run_id = %s AND (
        sequence > %s OR kind IN ('evidence.attached', 'hand_over.offered', 'entry.struck_out')
    )
    ORDER BY sequence DESC
"""
_NAMES = """
    SELECT * FROM (
        SELECT id, name, initials, {operates} AS operates FROM accounts_user
    ) person
    WHERE operates OR id IN ({wanted}) ORDER BY name, id
"""


def glance(run_id: int, at: datetime) -> tuple[Run, RunState, tuple[int, ...], datetime]:
    """The run, its state, the keys of those who have it open at `at` (aware, by the clock of the
    server, which says who is here), in their order, and the moment by the database's clock, which
    judges the run. One query, and four more when this process has not met that state yet. Raises
    `Run.DoesNotExist`."""
    sql = _GLANCE.format(people=_PEOPLE[connection.vendor], clock=clock.column())
    since = connection.ops.adapt_datetimefield_value(at - FRESH_FOR)
    for run in Run.objects.raw(sql, {"run": run_id, "since": since}) if run_id < NO_KEY else ():
        listed = vars(run)["here"] or ""
        here = tuple(sorted(int(pk) for pk in listed.split(",") if pk))
        state = outside.seen(run, persistence.known(run))
        return run, state, here, clock.read(vars(run)["clock"])
    raise Run.DoesNotExist


def system_of(run: Run) -> System | None:
    """The system that the runbook of `run` belongs to."""
    return next(iter(System.objects.raw(_SYSTEM, [run.revision_id])), None)


def lines(run: Run, *, last: int) -> list[Event]:
    """The `last` lines of the log, and the older ones that the page still shows; newest first."""
    return list(Event.objects.raw(_LINES, [run.pk, run.sequence - last]))


def names(wanted: Collection[int]) -> list[tuple[int, str, str, bool]]:
    """Key, name and initials of the people `wanted` and of everybody who may operate runs, by name;
    and whether they may."""
    operates = holds(Right.OPERATE)
    marks = ", ".join(["%s"] * len(wanted))
    sql = _NAMES.format(operates=operates.sql, wanted=marks)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*operates.params, *wanted])
        return [(pk, name, signed, bool(may)) for pk, name, signed, may in cursor.fetchall()]
