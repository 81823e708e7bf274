"""Triggers that make a table append-only, for SQLite and PostgreSQL, as a migration operation.

A guard in Python would be walked round by every bulk query and every database shell; a trigger is
not. It stops the product's own code, the admin and ordinary SQL. It does not stop a superuser who
drops the trigger: that is what digest chains and anchors are for (docs/threat-model.md).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def postgresql(table: str, columns: Sequence[str] = ()) -> list[str]:
    """Statements that forbid UPDATE (of `columns`, or of all), DELETE and TRUNCATE on `table`."""
    what = "UPDATE OF " + ", ".join(columns) if columns else "UPDATE"
    return [
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{table} is append-only: % refused', TG_OP"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_rows BEFORE {what} OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    ]


def sqlite(table: str, columns: Sequence[str] = ()) -> list[str]:
    """The same for SQLite, which has no TRUNCATE."""
    what = "UPDATE OF " + ", ".join(columns) if columns else "UPDATE"
    return [
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for name, event in (("update", what), ("delete", "DELETE"))
    ]


def drop(vendor: str, table: str) -> list[str]:
    """Statements that lift the triggers of `table`: for reversing the migration, and for the one
    test fixture that must flush tables."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_{name}" for name in ("update", "delete")]
    return [
        f"DROP TRIGGER IF EXISTS {table}_rows ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_truncate ON {table}",
        f"DROP FUNCTION IF EXISTS {table}_refuse()",
    ]


def make(vendor: str, table: str, columns: Sequence[str] = ()) -> list[str]:
    """Statements that set the triggers of `table` on the database `vendor`.

    `columns`: only these are frozen (a revision's approval may still be written); empty means all.
    """
    return sqlite(table, columns) if vendor == "sqlite" else postgresql(table, columns)


def protect(table: str, columns: Sequence[str] = ()) -> RunPython:
    """The migration operation."""

    def forwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in make(editor.connection.vendor, table, columns):
            editor.execute(statement, params=None)

    def backwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in drop(editor.connection.vendor, table):
            editor.execute(statement, params=None)

    return RunPython(forwards, backwards)
