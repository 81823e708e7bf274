"""What a database holds, in few figures: what a backup promises and a restore is compared with.

Asked in plain SQL, of columns that every version has, so that the backup of an older version can be
read back too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, connections


@dataclass(frozen=True)
class File:
    """A file of evidence, as its row tells it. `path` is below the evidence folder."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class DatabaseFacts:
    """Rows by table; migrations as `app.name`; number of runs, and one digest over the heads of all
    their logs (number, last sequence and last digest of each); when the newest event happened, in
    microseconds since 1970 (None: no event yet); the files of evidence, by path."""

    counts: Mapping[str, int]
    migrations: tuple[str, ...]
    runs: int
    heads: str
    newest: int | None
    evidence: tuple[File, ...]


def read() -> DatabaseFacts:
    """The facts of Django's default database. Call it within one snapshot."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
    quote = connection.ops.quote_name
    counts = {table: _rows(f"SELECT count(*) FROM {quote(table)}")[0][0] for table in tables}  # noqa: S608
    runs, heads = _heads()
    newest = _rows("SELECT max(at) FROM runbooks_event")[0][0]
    migrations = [f"{app}.{name}" for app, name in _rows("SELECT app, name FROM django_migrations")]
    evidence = _rows("SELECT DISTINCT file, sha256, size FROM runbooks_evidence ORDER BY file")
    files = tuple(File(*row) for row in evidence)
    return DatabaseFacts(counts, tuple(sorted(migrations)), runs, heads, newest, files)


def _heads() -> tuple[int, str]:
    number, seen = 0, hashlib.sha256()
    for run, sequence, head in _rows("SELECT id, sequence, digest FROM runbooks_run ORDER BY id"):
        seen.update(f"{run} {sequence} {head}\n".encode())
        number += 1
    return number, seen.hexdigest()


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def differences(promised: DatabaseFacts, actual: DatabaseFacts) -> list[str]:
    """Every way in which `found` is not what was promised, as sentences."""
    sentences: list[str] = []
    for table in sorted({*promised.counts, *actual.counts}):
        before, after = promised.counts.get(table), actual.counts.get(table)
        if before != after:
            sentences.append(f"Table {table} has {_rows_of(after)}, not {_rows_of(before)}.")
    if promised.migrations != actual.migrations:
        sentences.append("The migrations of the database are not those that were noted.")
    if (promised.runs, promised.heads) != (actual.runs, actual.heads):
        sentences.append("The heads of the runs' logs are not those that were noted.")
    if promised.newest != actual.newest:
        sentences.append(
            f"The newest event is of {moment(actual.newest)}, not {moment(promised.newest)}."
        )
    if promised.evidence != actual.evidence:
        sentences.append("The rows of the evidence are not those that were noted.")
    return sentences


def _rows_of(number: int | None) -> str:
    return "no place" if number is None else f"{number} rows"


def moment(newest: int | None) -> str:
    """A time of the log for people, in UTC."""
    if newest is None:
        return "no event"
    return f"{datetime.fromtimestamp(newest // 1_000_000, UTC):%Y-%m-%d %H:%M:%S} UTC"


@contextmanager
def opened(database: Mapping[str, Any]) -> Iterator[None]:
    """Another database (Django's settings of it) stands in for the default one inside, so that all
    the code of the product reads it. For commands, which are one thread."""
    before, given = connections["default"], connections.settings["default"]
    connections.settings["default"] = dict(database)
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = given
        connections["default"] = before
