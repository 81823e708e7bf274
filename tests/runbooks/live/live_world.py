"""A database of its own, real server processes on it, and readers of their streams.

The streams are read by other threads and processes, so their tests need rows that are committed;
the shared test database must stay empty, so they get another one, of the same kind.
"""

from __future__ import annotations

import http.client
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client

from accounts.enums import Right
from accounts.models import User
from runbooks.enums import RunKind, RunStatus
from runbooks.live import notify
from runbooks.models import Event, Revision, Run, Runbook
from tests.databases import own_database

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 20.0  # seconds; only a failing test waits this long


def wait_until(true: Callable[[], bool], *, within: float = PATIENCE) -> None:
    """Return as soon as `true()`; fail when that takes longer than `within` seconds."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@dataclass
class World:
    """The database, and rows in it."""

    url: str
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        given = {"DATABASE_URL": self.url, "COUNTERSIGN_DATA": str(self.data)}
        return {**os.environ, **given, "COUNTERSIGN_SECRET_KEY": settings.SECRET_KEY}

    def person(self, name: str = "Viewer", *, right: bool = True) -> User:
        tag = uuid4().hex
        user = User.objects.create_user(tag, f"{tag}@example.org", None, name=name, initials="vw")
        if right:
            app, code = Right.VIEW.value.split(".")
            wanted = Permission.objects.get(content_type__app_label=app, codename=code)
            user.user_permissions.add(wanted)
        return user

    def cookie(self, person: User) -> str:
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        return f"{name}={client.cookies[name].value}"

    def run(self) -> Run:
        person, tag, now = self.person("Author"), uuid4().hex, datetime.now(UTC)
        runbook = Runbook.objects.create(slug=tag, title=tag, title_key=tag)
        revision = Revision.objects.create(
            runbook=runbook, number=1, source=b"-", sha256="0" * 64, procedure={}, author=person,
            created_at=now, title=tag, steps=0, substeps=0, contingency_steps=0,
        )  # fmt: skip
        return Run.objects.create(
            revision=revision, kind=RunKind.DRILL, status=RunStatus.BRIEFING, title=tag,
            prepared_at=now, prepared_by=person,
        )  # fmt: skip

    def event(self, run: Run, kind: str = "note.added") -> int:
        """Append an event as the verbs do, but for the chain, which no stream looks at."""
        with transaction.atomic():
            Run.objects.select_for_update().get(pk=run.pk)
            sequence = Event.objects.filter(run=run).count() + 1
            Event.objects.create(
                run=run, sequence=sequence, kind=kind, at=0, by_id=run.prepared_by_id, text="{}",
                digest="0" * 64,
            )  # fmt: skip
            notify.within(run.pk, sequence)
        return sequence


@contextmanager
def open_world(blocker: Any, folder: Path) -> Iterator[World]:
    """Make the database, make it Django's default for the while, and drop it."""
    with blocker.unblock(), own_database(folder) as settings_of:
        yield World(_url(settings_of), folder)


def _url(database: dict[str, Any]) -> str:
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    user, password = quote(database["USER"]), quote(database["PASSWORD"])
    place = f"{database['HOST']}:{database['PORT'] or 5432}"
    return f"postgres://{user}:{password}@{place}/{database['NAME']}"


class Server:
    """A uvicorn process, on a free port unless one is asked for; it gets `grace` seconds to end
    its requests."""

    def __init__(
        self,
        world: World,
        application: str = "config.asgi:application",
        port: int = 0,
        grace: int = 3,
    ) -> None:
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(("127.0.0.1", port))
            door.listen(128)
            self.port = door.getsockname()[1]
            command = [sys.executable, "-m", "uvicorn", application, "--fd", str(door.fileno())]
            command += ["--log-level", "warning", "--timeout-graceful-shutdown", str(grace)]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=world.environment, pass_fds=(door.fileno(),)
            )

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@dataclass(frozen=True)
class Sent:
    """One event of a stream, as it came."""

    event: str
    id: int | None
    data: Any


class Reader:
    """A browser's EventSource, without the reconnecting."""

    def __init__(
        self,
        port: int,
        run: Run,
        cookie: str,
        *,
        after: int = 0,
        last: str = "",
        token: str = "",
    ) -> None:
        self._inbox: queue.Queue[Sent | None] = queue.Queue()
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Cookie": cookie} | ({"Last-Event-ID": last} if last else {})
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        self._link.request("GET", f"/live/runs/{run.pk}?after={after}", headers=headers)
        self._socket = self._link.sock
        self.response = self._link.getresponse()
        assert self.response.status == 200, self.response.read()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        lines: dict[str, str] = {}
        try:
            for raw in self.response:
                name, _, value = raw.decode().strip().partition(": ")
                if name:
                    lines[name] = value
                elif "event" in lines:
                    number = int(lines["id"]) if "id" in lines else None
                    self._inbox.put(Sent(lines["event"], number, json.loads(lines["data"])))
                    lines = {}
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass  # closed under our hands
        self._inbox.put(None)

    def next(self, event: str, true: Callable[[Any], bool] = lambda data: True) -> Sent:
        """The next message of this kind for which `true(data)`; the others are skipped."""
        while True:
            sent = self._inbox.get(timeout=PATIENCE)
            assert sent is not None, "the stream ended"
            if sent.event == event and true(sent.data):
                return sent

    def numbers(self, until: int) -> list[int]:
        """The ids of log messages, up to and with `until`."""
        numbers: list[int] = []
        while not numbers or numbers[-1] < until:
            numbers.append(self.next("log").data["sequence"])
        return numbers

    def wait_for_end(self) -> None:
        while self._inbox.get(timeout=PATIENCE) is not None:
            pass

    def close(self) -> None:
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)
        self.response.close()
        self._link.close()
