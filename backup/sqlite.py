"""SQLite: a snapshot while others write, a copy opened without changing it, and the live file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from backup import Stopped, facts

NAME = "database.sqlite3"


def snapshot(target: Path) -> facts.DatabaseFacts:
    """Write the live database to the new file `target` and say what it held at that moment.

    Both are read in one transaction, which in WAL sees one moment and keeps nobody from writing.
    Raises `sqlite3.Error`, and `Stopped` when the copy is not sound.
    """
    connection.ensure_connection()
    live: sqlite3.Connection = connection.connection
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            promised = facts.read()
            with closing(sqlite3.connect(target)) as copy:
                live.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
                _sound(copy, target)
        finally:
            cursor.execute("ROLLBACK")
    target.chmod(0o600)
    return promised


def _sound(copy: sqlite3.Connection, path: Path) -> None:
    answers = [str(row[0]) for row in copy.execute("PRAGMA integrity_check(3)")]
    if answers != ["ok"]:
        raise Stopped(f"SQLite says of {path}: {' '.join(answers)}")


def check(path: Path) -> list[str]:
    """What SQLite itself finds wrong with a copy; it is opened and not changed."""
    try:
        with closing(sqlite3.connect(_unchanging(path), uri=True)) as copy:
            _sound(copy, path)
    except sqlite3.Error as error:
        return [f"{path.name} cannot be opened: {error}."]
    except Stopped as error:
        return [str(error)]
    return []


def settings_of_copy(path: Path) -> dict[str, object]:
    """Django's settings of a copy that must not change: no lock, no journal, no file beside it."""
    ours = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}, "CONN_MAX_AGE": 0}
    return {**connection.settings_dict, **ours, "NAME": _unchanging(path)}


def settings_of(path: Path) -> dict[str, object]:
    """Django's settings of another file like the live one."""
    return {**connection.settings_dict, "NAME": str(path)}


def _unchanging(path: Path) -> str:
    return f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else has the file open inside, and everything is in it (no -wal beside it).

    Raises `Stopped` when somebody has: a server that is connected and does nothing counts.
    """
    connection.close()
    try:
        link = sqlite3.connect(path, timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise Stopped(f"{path} cannot be opened: {error}.") from error
    with closing(link):
        try:
            link.execute("PRAGMA locking_mode=EXCLUSIVE")
            (mode,) = link.execute("PRAGMA journal_mode=DELETE").fetchone()
            link.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Stopped(
                f"{path} is in use ({error}). Stop the server and the worker (Ctrl-C of `make run`,"
                " or systemctl stop countersign-web countersign-worker countersign-beat)."
            ) from error
        except sqlite3.DatabaseError:
            mode = "delete"  # no database at all any more: that is why it is replaced
        if mode != "delete":
            raise Stopped(f"{path} is in use: its journal cannot be closed. Stop the server first.")
        yield


def companions(path: Path) -> list[Path]:
    """What SQLite keeps beside the file after a crash; it belongs to it."""
    return [file for end in ("-wal", "-shm") if (file := Path(f"{path}{end}")).exists()]


def live_path(database: Mapping[str, object]) -> Path:
    """The live file. Raises `Stopped` for a database in memory."""
    name = str(database["NAME"])
    if name.startswith("file:") or name == ":memory:":
        raise Stopped("This database is in memory; there is nothing to keep.")
    return Path(name).resolve()
