"""PostgreSQL: a dump of one moment, and a database beside the live one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection
from django.db.utils import ProgrammingError

from backup import Stopped, facts

NAME = "database.dump"
LONGEST_NAME = 63  # PostgreSQL cuts longer names off


def snapshot(target: Path) -> facts.DatabaseFacts:
    """Dump the live database into the new file `target` and say what it held at that moment: dump
    and figures are read in one exported snapshot. Raises `Stopped`."""
    _check_programs()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SELECT pg_export_snapshot()")
            (shared,) = cursor.fetchone()
            promised = facts.read()
            options = ["--format=custom", f"--snapshot={shared}", f"--file={target}"]
            _run("pg_dump", [*options, *_where(connection.settings_dict)])
        finally:
            cursor.execute("ROLLBACK")
    target.chmod(0o600)
    return promised


def _check_programs() -> None:
    """Raise `Stopped` when pg_dump is older than the server, whose dump it could not write."""
    (server,) = _ask("SHOW server_version_num")
    output = _run("pg_dump", ["--version"])
    major = re.search(r"(\d+)", output)
    if not major or int(major[1]) < int(server) // 10000:
        raise Stopped(
            f"pg_dump here is {output.strip()!r}, and the server is version {int(server) // 10000}."
            f" Install the programs of the server's version: apt install postgresql-client-"
            f"{int(server) // 10000}"
        )


def _ask(sql: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def check(path: Path, promised: facts.DatabaseFacts) -> list[str]:
    """What pg_restore finds wrong with a dump when it reads its table of contents."""
    try:
        listed = _run("pg_restore", ["--list", str(path)])
    except Stopped as error:
        return [str(error)]
    inside = set(re.findall(r" TABLE DATA \S+ (\S+) ", listed))
    return [
        f"The dump has no rows of table {table}." for table in sorted({*promised.counts} - inside)
    ]


def beside(name: str, dump: Path) -> dict[str, Any]:
    """Make the database `name` of `dump` and return Django's settings of it. Raises `Stopped`,
    and then the database is not there."""
    create(name)
    database = {**connection.settings_dict, "NAME": name}
    try:
        options = ["--exit-on-error", "--no-owner", "--no-privileges", *_where(database)]
        _run("pg_restore", [*options, str(dump)])
    except BaseException:
        drop(name)
        raise
    return database


def create(name: str) -> None:
    """An empty database like the live one. Raises `Stopped` when it is there or may not be made."""
    if len(name) > LONGEST_NAME:
        raise Stopped(f"The name {name} is longer than PostgreSQL allows.")
    try:
        run_outside(f"CREATE DATABASE {_quoted(name)} TEMPLATE template0 ENCODING 'UTF8'")
    except ProgrammingError as error:
        user = connection.settings_dict["USER"] or "countersign"
        raise Stopped(
            f"The database {name} cannot be made: {_first_line(error)}. Where the right is missing:"
            f" sudo -u postgres psql -c 'ALTER ROLE {user} CREATEDB'"
        ) from error


def drop(name: str) -> None:
    """Remove a database that we made beside."""
    run_outside(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")


def rename(before: str, after: str) -> None:
    """Give a database another name. Raises `Stopped` while anybody is connected to it."""
    try:
        run_outside(f"ALTER DATABASE {_quoted(before)} RENAME TO {_quoted(after)}")
    except DatabaseError as error:
        raise Stopped(f"{before} could not be renamed to {after}: {_first_line(error)}.") from error


def run_outside(sql: str) -> None:
    """Run a statement that is about databases, from a connection to none of ours."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql)


def others(name: str) -> int:
    """How many connections there are to the database `name`, besides the one that asks."""
    sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql, [name])
        (number,) = cursor.fetchone()
    return int(number)


def _quoted(name: str) -> str:
    return f'"{name.replace(chr(34), chr(34) * 2)}"'


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0].rstrip(".")


def _where(database: Mapping[str, Any]) -> list[str]:
    """Arguments that name the server and the database. The password goes by the environment."""
    given = {"host": "HOST", "port": "PORT", "username": "USER", "dbname": "NAME"}
    return ["--no-password"] + [
        f"--{option}={database[key]}" for option, key in given.items() if database.get(key)
    ]


def _run(program: str, arguments: Sequence[str]) -> str:
    path = shutil.which(program)
    if path is None:
        raise Stopped(f"{program} is not installed: apt install postgresql-client")
    password = connection.settings_dict.get("PASSWORD") or ""
    env = {**os.environ, "LC_ALL": "C.UTF-8", **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(  # noqa: S603 (our own arguments)
        [path, *arguments], env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        error = " ".join(done.stderr.split())[-500:]
        raise Stopped(f"{program} failed: {error or f'status {done.returncode}'}")
    return done.stdout
