"""The statements of a move, as text that is made once.

A move writes the same things again and again: events, steps, the head of the run. Django builds
each statement from the models every time, which takes longer than the database takes to carry it
out. Here the text is made once for each shape, and what belongs to one move is sent together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import DateTimeField, Field, JSONField, Model

from lib import clock
from runbooks.models import Run

Row = Mapping[str, Any]
#: SQL and its parameters.
Statement = tuple[str, Sequence[Any]]

#: Rows in one statement: SQLite takes 32766 parameters.
MOST_ROWS = 500

#: No database has a key as large; SQLite does not even take it as a question.
NO_KEY = 2**63

_LOCKED = """
    SELECT run.*, {clock} AS clock,
        (SELECT text FROM runbooks_event WHERE run_id = %(run)s AND key = %(key)s) AS answer,
        (SELECT secret || digest FROM runbooks_sentkey
            WHERE run_id = %(run)s AND key = %(key)s) AS sent,
        (SELECT sequence FROM runbooks_run WHERE id = %(run)s) AS before
    FROM runbooks_run run WHERE run.id = %(run)s
"""


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
    locking = connection.features.has_select_for_update
    sql = _LOCKED.format(clock=clock.column())
    sql += connection.ops.for_update_sql(of=("run",)) if locking else ""
    for run in Run.objects.raw(sql, {"run": run_id, "key": key}):
        told = vars(run)
        if told["before"] == run.sequence:
            answered = None if told["answer"] is None else Before(told["answer"], told["sent"])
            return run, answered, clock.read(told["clock"])
        # Somebody moved while this waited for the lock. PostgreSQL reads the locked row anew, and
        # the log and the clock as they were before the wait.
        return run, before(run, key) if key else None, clock.now()
    raise Run.DoesNotExist


def before(run: Run, key: str) -> Before | None:
    """What `key` caused in `run` before; None when it was not used. Two queries."""
    text = run.events.filter(key=key).values_list("text", flat=True).first()
    sent = run.sent_keys.filter(key=key).values_list("secret", "digest").first()
    return None if text is None else Before(text, "".join(sent) if sent else None)


def insert(model: type[Model], rows: Sequence[Row], *, unique: str = "") -> list[Statement]:
    """Statements that write `rows` (column → value, all columns but the key). With `unique`, the
    columns of a constraint: a row that is there already is overwritten."""
    found: list[Statement] = []
    for start in range(0, len(rows), MOST_ROWS):
        some = rows[start : start + MOST_ROWS]
        values = [_stored(model, name, row[name]) for row in some for name in _columns(model)]
        found.append((_insert(model, len(some), unique), values))
    return found


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
            for sql, values in statements:
                cursor.execute(sql, values)
            return
        *first, last = (sql for sql, _ in statements)
        parts = ", ".join(f"part{number} AS ({sql})" for number, sql in enumerate(first))
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
    sql = f"INSERT INTO {model._meta.db_table} ({_names(columns)}) VALUES {rows}"  # noqa: S608
    if not unique:
        return sql
    kept = unique.split(", ")
    new = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in columns if name not in kept)
    return f"{sql} ON CONFLICT ({_names(kept)}) DO UPDATE SET {new}"


@cache
def _update(model: type[Model], columns: tuple[str, ...]) -> str:
    new = ", ".join(f'"{name}" = %s' for name in columns)
    return f"UPDATE {model._meta.db_table} SET {new} WHERE id = %s"  # noqa: S608


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
