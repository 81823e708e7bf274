"""The statements of a move and the questions of the run page, as text that is made once.

A move writes the same things again and again: events, steps, the head of the run; and every screen
asks the same at every refresh. Django builds each statement from the models every time, which takes
longer than the database takes to carry it out. Here the text is made once for each shape, and what
belongs to one move is sent together. Each has a counterpart in `bench/orm_equivalents.py` that is
built from the models: a test holds that they read and write the same, and a line of the benchmark
that they are needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import DateTimeField, Field, JSONField, Model

from accounts.access import holds
from accounts.enums import Right
from accounts.models import User
from inventory.models import System
from lib import clock
from lib.sql import sql
from runbooks.models import Event, Presence, Revision, Run, Runbook, SentKey

Row = Mapping[str, Any]
#: SQL and its parameters.
Statement = tuple[str, Sequence[Any]]

#: Rows in one statement: SQLite takes 32766 parameters.
MOST_ROWS = 500

#: No database has a key as large; SQLite does not even take it as a question.
NO_KEY = 2**63

_LOCKED = """
    SELECT run.*, {clock} AS clock,
        (SELECT {event.text} FROM {event}
            WHERE {event.run} = %(run)s AND {event.key} = %(key)s) AS answer,
        (SELECT {sent.secret} || {sent.digest} FROM {sent}
            WHERE {sent.run} = %(run)s AND {sent.key} = %(key)s) AS sent,
        (SELECT {run.sequence} FROM {run} WHERE {run.id} = %(run)s) AS before
    FROM {run} run WHERE run.{run.id} = %(run)s
"""
_GLANCE = """
    SELECT run.*, {clock} AS clock, (
        SELECT {people} FROM {here} here
        WHERE here.{here.run} = run.{run.id} AND here.{here.seen_at} >= %(since)s
    ) AS here
    FROM {run} run WHERE run.{run.id} = %(run)s
"""
_PEOPLE = {
    "postgresql": "string_agg(DISTINCT here.{here.person}::text, ',')",
    "sqlite": "group_concat(DISTINCT here.{here.person})",
}
_SYSTEM = sql(
    """
    SELECT system.* FROM {system} system
    JOIN {runbook} runbook ON runbook.{runbook.system} = system.{system.id}
    JOIN {revision} revision ON revision.{revision.runbook} = runbook.{runbook.id}
    WHERE revision.{revision.id} = %s
    """,
    system=System,
    runbook=Runbook,
    revision=Revision,
)
#: Kinds of events that the run page shows however long ago they were.
STILL_SHOWN = ("evidence.attached", "hand_over.offered", "entry.struck_out")
_LINES = sql(
    """
    SELECT * FROM {event}
    WHERE {event.run} = %s AND ({event.sequence} > %s OR {event.kind} IN {kinds})
    ORDER BY {event.sequence} DESC
    """,
    parts={"kinds": str(STILL_SHOWN)},
    event=Event,
)
_NAMES = """
    SELECT * FROM (
        SELECT {person.id}, {person.name}, {person.initials}, {operates} AS operates FROM {person}
    ) person
    WHERE operates OR {person.id} IN ({wanted}) ORDER BY {person.name}, {person.id}
"""
#: The log of every run, and of one that has none a row without an event.
LOGS = sql(
    """
    SELECT run.{run.id}, event.{event.sequence}, event.{event.kind}, event.{event.at},
        event.{event.by}, event.{event.text}, event.{event.digest}
    FROM {run} run LEFT JOIN {event} event ON event.{event.run} = run.{run.id}
    ORDER BY run.{run.id}, event.{event.sequence}
    """,
    run=Run,
    event=Event,
)

#: For the replay of one log: the run with its revision, its head, and its events.
REPLAYED = sql(
    """
    SELECT run.*, text.{text.source}, text.{text.sha256},
        CAST(text.{text.procedure} AS text) AS reading
    FROM {run} run JOIN {text} text ON text.{text.id} = run.{run.revision}
    WHERE run.{run.id} = %s
    """,
    run=Run,
    text=Revision,
)
HEAD = sql("SELECT {run.sequence}, {run.digest} FROM {run} WHERE {run.id} = %s", run=Run)
EVENTS = sql(
    """
    SELECT {event.sequence}, {event.kind}, {event.at}, {event.by}, {event.text}, {event.digest}
    FROM {event} WHERE {event.run} = %s AND {event.sequence} > %s
    ORDER BY {event.sequence} LIMIT %s
    """,
    event=Event,
)


class Before(NamedTuple):
    """What a key caused before: the text of its first event, and the digest of what was sent with
    it (`runbooks.runs.idempotency_keys`), None once that was removed."""

    text: str
    sent: str | None


def lock(run_id: int, key: str | None) -> tuple[Run, Before | None, datetime]:
    """The row of a run, locked until the transaction ends (PostgreSQL; on SQLite the transaction is
    IMMEDIATE and has locked already), what `key` caused before, if it did, and the moment by the
    database's clock. Raises `Run.DoesNotExist`."""
    if run_id >= NO_KEY:
        raise Run.DoesNotExist
    for run in Run.objects.raw(_locked(clock.column()), {"run": run_id, "key": key}):
        read = vars(run)
        if read["before"] == run.sequence:
            answered = None if read["answer"] is None else Before(read["answer"], read["sent"])
            return run, answered, clock.read(read["clock"])
        # Somebody moved while this waited for the lock. PostgreSQL reads the locked row anew, and
        # the log and the clock as they were before the wait.
        return run, before(run, key) if key else None, clock.now()
    raise Run.DoesNotExist


@cache
def _locked(moment: str) -> str:
    """The text with `moment`, the column that gives the database's clock."""
    text = sql(_LOCKED, parts={"clock": moment}, run=Run, event=Event, sent=SentKey)
    locking = connection.features.has_select_for_update
    return text + (connection.ops.for_update_sql(of=("run",)) if locking else "")


def before(run: Run, key: str) -> Before | None:
    """What `key` caused in `run` before; None when it was not used. Two queries."""
    text = run.events.filter(key=key).values_list("text", flat=True).first()
    sent = run.sent_keys.filter(key=key).values_list("secret", "digest").first()
    return None if text is None else Before(text, "".join(sent) if sent else None)


def glance(run_id: int, since: datetime) -> tuple[Run, tuple[int, ...], datetime]:
    """The row of a run, the keys of those who were seen at it since `since` (aware), in their
    order, and the moment by the database's clock. Raises `Run.DoesNotExist`."""
    seen = connection.ops.adapt_datetimefield_value(since)
    given = {"run": run_id, "since": seen}
    for run in Run.objects.raw(_glance(clock.column()), given) if run_id < NO_KEY else ():
        listed = vars(run)["here"] or ""
        here = tuple(sorted(int(pk) for pk in listed.split(",") if pk))
        return run, here, clock.read(vars(run)["clock"])
    raise Run.DoesNotExist


@cache
def _glance(moment: str) -> str:
    """The text with `moment`, the column that gives the database's clock."""
    people = sql(_PEOPLE[connection.vendor], here=Presence)
    return sql(_GLANCE, parts={"people": people, "clock": moment}, run=Run, here=Presence)


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
    text = sql(_NAMES, parts={"operates": operates.sql, "wanted": marks}, person=User)
    with connection.cursor() as cursor:
        cursor.execute(text, [*operates.params, *wanted])
        return [(pk, name, signed, bool(may)) for pk, name, signed, may in cursor.fetchall()]


def insert(model: type[Model], rows: Sequence[Row], *, unique: str = "") -> list[Statement]:
    """Statements that write `rows` (column → value, all columns but the key). With `unique`, the
    columns of a constraint: a row that is there already is overwritten."""
    statements: list[Statement] = []
    for start in range(0, len(rows), MOST_ROWS):
        some = rows[start : start + MOST_ROWS]
        values = [_stored(model, name, row[name]) for row in some for name in _columns(model)]
        statements.append((_insert(model, len(some), unique), values))
    return statements


def update(model: type[Model], pk: int, changes: Row) -> Statement:
    """A statement that writes `changes` (column → value) to the row of `model` with this key."""
    values = [_stored(model, name, value) for name, value in changes.items()]
    return _update(model, tuple(changes)), [*values, pk]


def carry_out(statements: Sequence[Statement]) -> None:
    """Send `statements`, none of which reads what another writes: to PostgreSQL in one message, so
    that a locked row stays locked for one way there and back and not for four."""
    if not statements:
        return
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            for text, values in statements:
                cursor.execute(text, values)
            return
        *first, last = (text for text, _ in statements)
        parts = ", ".join(f"part{number} AS ({text})" for number, text in enumerate(first))
        values = [value for _, some in statements for value in some]
        cursor.execute(f"WITH {parts} {last}" if parts else last, values)


@cache
def _columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(f.attname for f in model._meta.concrete_fields if not f.primary_key)


@cache
def _translated(model: type[Model]) -> dict[str, Field[Any, Any]]:
    """The columns whose values are not stored as they are."""
    fields = model._meta.concrete_fields
    return {f.attname: f for f in fields if isinstance(f, DateTimeField | JSONField)}


def _stored(model: type[Model], name: str, value: Any) -> Any:
    field = _translated(model).get(name)
    return field.get_db_prep_save(value, connection) if field and value is not None else value


@cache
def _insert(model: type[Model], count: int, unique: str) -> str:
    columns = _columns(model)
    row = f"({', '.join(['%s'] * len(columns))})"
    rows = ", ".join([row] * count)
    text = f"INSERT INTO {model._meta.db_table} ({_names(columns)}) VALUES {rows}"  # noqa: S608
    if not unique:
        return text
    kept = unique.split(", ")
    new = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in columns if name not in kept)
    return f"{text} ON CONFLICT ({_names(kept)}) DO UPDATE SET {new}"


@cache
def _update(model: type[Model], columns: tuple[str, ...]) -> str:
    new = ", ".join(f'"{name}" = %s' for name in columns)
    return f"UPDATE {model._meta.db_table} SET {new} WHERE id = %s"  # noqa: S608


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
