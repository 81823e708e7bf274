"""Triggers that make a table append-only, for SQLite and PostgreSQL, as migration operations.

A guard in Python is bypassed by every bulk query and by every database shell; a trigger is
not. It stops the product's own code, the admin and ordinary SQL. It does not stop a superuser who
drops the trigger: that is what digest chains and anchors are for (docs/threat-model.md).

A later migration that alters a protected table on SQLite rebuilds the table and loses its triggers
without a word: such a migration ends with `protect`, `keep` or `fix` again.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def postgresql(table: str, events: Sequence[str]) -> list[str]:
    """Statements that forbid `events` on the rows of `table`, and TRUNCATE."""
    return [
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{table} is append-only: % refused', TG_OP"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_rows BEFORE {' OR '.join(events)} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    ]


def sqlite(table: str, events: Sequence[str]) -> list[str]:
    """The same for SQLite, which has no TRUNCATE and wants one trigger for each event."""
    return [
        f"CREATE TRIGGER {table}_{event.split()[0].lower()} BEFORE {event} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for event in events
    ]


def drop(vendor: str, table: str) -> list[str]:
    """Statements that lift the triggers of `table`, for reversing the migration."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_{name}" for name in ("update", "delete")]
    return [
        f"DROP TRIGGER IF EXISTS {table}_rows ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_truncate ON {table}",
        f"DROP FUNCTION IF EXISTS {table}_refuse()",
    ]


def protect(table: str, columns: Sequence[str] = ()) -> RunPython:
    """The migration operation that lets `table` only grow.

    `columns`: only these are frozen (a revision's approval may still be written); empty means all.
    """
    update = f"UPDATE OF {', '.join(columns)}" if columns else "UPDATE"
    return _operation(table, (update, "DELETE"))


def keep(table: str) -> RunPython:
    """The migration operation for a table whose rows may change and never go (people)."""
    return _operation(table, ("DELETE",))


def fix(table: str, columns: Sequence[str], unless: str) -> RunPython:
    """The migration operation that lets `columns` of `table` change only in a row whose column
    `unless` changes too (what was promised of a system, unless it is another system)."""
    names = ", ".join(columns)
    sentence = f"{table}: {names} never change by themselves"
    body = f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table}"
    dropping = {
        "sqlite": [f"DROP TRIGGER IF EXISTS {table}_fixed"],
        "postgresql": [
            f"DROP TRIGGER IF EXISTS {table}_fixed ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_fix()",
        ],
    }

    def changed(differs: str) -> str:
        moved = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in columns)
        return f"OLD.{unless} = NEW.{unless} AND ({moved})"

    making = {
        "sqlite": [f"{body} WHEN {changed('IS NOT')} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"],
        "postgresql": [
            f"CREATE FUNCTION {table}_fix() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{sentence}'"
            " USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"{body} FOR EACH ROW WHEN ({changed('IS DISTINCT FROM')})"
            f" EXECUTE FUNCTION {table}_fix()",
        ],
    }

    def forwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        vendor = editor.connection.vendor
        for statement in [*dropping[vendor], *making[vendor]]:
            editor.execute(statement, params=None)

    def backwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in dropping[editor.connection.vendor]:
            editor.execute(statement, params=None)

    return RunPython(forwards, backwards)


def _operation(table: str, events: Sequence[str]) -> RunPython:
    def forwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        vendor = editor.connection.vendor
        write = sqlite if vendor == "sqlite" else postgresql
        for statement in [*drop(vendor, table), *write(table, events)]:
            editor.execute(statement, params=None)

    def backwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in drop(editor.connection.vendor, table):
            editor.execute(statement, params=None)

    return RunPython(forwards, backwards)
