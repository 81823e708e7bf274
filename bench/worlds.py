"""The databases that are measured: made once, kept between runs, rebuilt on demand.

Each world is a database of its own, so that "a thousand" and "a hundred thousand" can be asked in
the same round by switching the connection.
"""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from accounts.models import User
from bench import models


@dataclass
class BenchWorld:
    """One database. Everything the harness does happens in the world that was entered last."""

    name: str
    connection: BaseDatabaseWrapper | None = None
    cookies: dict[int, str] = field(default_factory=dict)

    @property
    def database(self) -> dict[str, Any]:
        """Django's settings of this database."""
        given = copy.deepcopy(_given())
        stem = str(given["NAME"]).removesuffix(".sqlite3")
        given["NAME"] = f"{stem}_{self.name}" + (".sqlite3" if embedded() else "")
        return given

    @property
    def url(self) -> str:
        """The same as DATABASE_URL, for a server process."""
        if embedded():
            return f"sqlite:///{self.database['NAME']}"
        parts = urlsplit(os.environ["DATABASE_URL"])
        return parts._replace(path=f"/{self.database['NAME']}").geturl()

    def enter(self) -> None:
        """Make this database Django's default in the calling thread."""
        if self.connection is None:
            connections.settings["default"] = self.database
            self.connection = connections.create_connection("default")
        connections.settings["default"] = self.connection.settings_dict
        connections["default"] = self.connection

    def open(self, *, rebuild: bool) -> None:
        """Enter it; make it and bring it up to date first where that is due."""
        if rebuild:
            self._drop()
        self._create()
        self.enter()
        call_command("migrate", verbosity=0, interactive=False)
        models.create()

    def cookie(self, person: User) -> str:
        """A signed-in browser's cookies, with the token against forged requests."""
        if person.pk not in self.cookies:
            self.enter()
            client = Client()
            client.force_login(person)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            self.cookies[person.pk] = (
                f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
            )
        return self.cookies[person.pk]

    def _create(self) -> None:
        if embedded():
            return
        with connections["default"]._nodb_cursor() as cursor:
            name = self.database["NAME"]
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                cursor.execute(f'CREATE DATABASE "{name}"')

    def _drop(self) -> None:
        name = self.database["NAME"]
        if embedded():
            for suffix in ("", "-wal", "-shm"):
                if os.path.exists(f"{name}{suffix}"):
                    os.unlink(f"{name}{suffix}")
            return
        with connections["default"]._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


TOKEN = "b" * 32  # what Django takes for an unmasked secret


def embedded() -> bool:
    """Whether the worlds are SQLite files."""
    return bool(_given()["ENGINE"].endswith("sqlite3"))


_first: dict[str, Any] = {}


def _given() -> dict[str, Any]:
    """The settings that DATABASE_URL stands for, before any world was entered."""
    if not _first:
        _first.update(copy.deepcopy(connections.settings["default"]))
    return _first
