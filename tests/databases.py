"""Databases for tests that need committed rows: migrated once a process, copied for each."""

from __future__ import annotations

import atexit
import copy
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def own_database(folder: Path) -> Iterator[dict[str, Any]]:
    """Inside, Django's default is an empty, migrated database of the same kind as before, which is
    dropped at the end. SQLite keeps its file in `folder`. Gives its settings."""
    before = connections["default"]
    template = _template()
    if before.vendor == "sqlite":
        name = str(folder / "live.sqlite3")
        shutil.copyfile(template, name)
        with _switched(name) as settings:
            yield settings
        return
    name = f"cs_live_{uuid4().hex[:12]}"
    _administer(before, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        with _switched(name) as settings:
            yield settings
    finally:
        _administer(before, f'DROP DATABASE "{name}" WITH (FORCE)')


@cache
def _template() -> str:
    """The name of a migrated database that nobody is connected to; it goes with the process."""
    before = connections["default"]
    if before.vendor == "sqlite":
        folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        name = str(Path(folder) / "template.sqlite3")
    else:
        name = f"cs_template_{os.getpid()}_{uuid4().hex[:6]}"
        _administer(before, f'CREATE DATABASE "{name}"')
        atexit.register(_administer, before, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    with _switched(name):
        call_command("migrate", verbosity=0, interactive=False)
    return name


@contextmanager
def _switched(name: str) -> Iterator[dict[str, Any]]:
    before, given = connections["default"], connections.settings["default"]
    settings = copy.deepcopy(given) | {"NAME": name}
    connections.settings["default"] = settings
    connections["default"] = connections.create_connection("default")
    try:
        yield settings
    finally:
        connections["default"].close()
        connections.settings["default"] = given
        connections["default"] = before


def _administer(server: BaseDatabaseWrapper, statement: str) -> None:
    with server._nodb_cursor() as cursor:
        cursor.execute(statement)
