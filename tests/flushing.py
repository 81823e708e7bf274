"""Tests with real transactions empty every table afterwards, which the append-only triggers
forbid. They are lifted for that moment alone, and found by asking the database, so that no test
has to know which tables are protected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

from accounts import roles


def lift_triggers_while_flushing() -> None:
    """Wrap Django's flush; the roles, which a migration made, are made again after it."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(case: TransactionTestCase) -> None:
        with triggers_lifted():
            flush(case)
        roles.write(apps, connection.alias)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


@contextmanager
def triggers_lifted() -> Iterator[None]:
    """No trigger of ours fires inside; all are back afterwards, whatever happened."""
    if connection.vendor == "sqlite":
        ask = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        rows = _rows(ask)
        lift = [f"DROP TRIGGER {name}" for name, _ in rows]
        restore = [sql for _, sql in rows]
    else:
        ask = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        rows = _rows(ask)
        lift = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for (table,) in rows]
        restore = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for (table,) in rows]
    _execute(lift)
    try:
        yield
    finally:
        _execute(restore)


def _rows(sql: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def settle() -> None:
    """Foreign keys wait for the commit on PostgreSQL; no table is altered before they are looked
    at."""
    if connection.vendor == "postgresql":
        _execute(["SET CONSTRAINTS ALL IMMEDIATE"])


@contextmanager
def forging() -> Iterator[None]:
    """Inside, a test may do what only somebody with the database's own password could."""
    settle()
    with triggers_lifted():
        yield
        settle()
