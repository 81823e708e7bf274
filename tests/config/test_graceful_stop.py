"""Told to stop, a server answers what it has begun, ends its streams, and goes."""

from __future__ import annotations

import http.client
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings

from runbooks.models import Event, RunStep
from runbooks.runs import replay
from tests.factories.kept import Kept, kept_world
from tests.runbooks.live.live_world import PATIENCE, Reader, Server, wait_until

pytestmark = pytest.mark.processes
NIGHT = datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept_world(django_db_blocker, tmp_path_factory.mktemp("stop"), NIGHT) as made:
        yield made


class Tick(threading.Thread):
    """The operator's browser sends a tick and waits for its answer."""

    def __init__(self, kept: Kept, port: int, step: int) -> None:
        super().__init__(daemon=True)
        token = uuid4().hex
        cookie = kept.world.cookie(kept.play.people["operator"])
        self.headers = {
            "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        seen = Event.objects.filter(run=kept.play.run).count()
        self.body = urlencode({"key": uuid4().hex, "seen": seen, "step": step})
        self.path, self.port, self.status = f"/runs/{kept.play.run.pk}/tick/", port, 0

    def run(self) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            link.request("POST", self.path, body=self.body, headers=self.headers)
            self.status = link.getresponse().status
        finally:
            link.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_tick_under_way_is_answered_and_streams_end(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setenv("COUNTERSIGN_TEST_HOLD", str(tmp_path))
    step = RunStep.objects.filter(run=kept.play.run, done_at__isnull=True).order_by("step")[0].step
    # More time than in earnest: here it is the streams that must not use it up.
    server = Server(kept.world, "tests.config.held_application:application", grace=20)
    try:
        told_to_stop(kept, server, step, tmp_path, number)
    finally:
        server.process.kill()
        server.process.wait(PATIENCE)
    assert RunStep.objects.get(run=kept.play.run, step=step).done_at is not None
    assert replay.verify(kept.play.run).ok


def told_to_stop(
    kept: Kept, server: Server, step: int, folder: Path, number: signal.Signals
) -> None:
    cookie = kept.world.cookie(kept.play.people["verifier"])
    readers = [Reader(server.port, kept.play.run, cookie) for _ in range(5)]
    for reader in readers:
        reader.next("ping")
    tick = Tick(kept, server.port, step)
    tick.start()
    wait_until((folder / "inside").exists)
    server.process.send_signal(number)
    for reader in readers:  # they end although the tick is still under way
        reader.wait_for_end()
        reader.close()
    assert server.process.poll() is None
    (folder / "go").touch()
    tick.join(PATIENCE)
    assert tick.status == 303
    # The server's own handler raises the signal again when all is done.
    assert server.process.wait(PATIENCE) in {0, -number}
