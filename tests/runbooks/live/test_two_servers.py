"""Two server processes on one database: moves through both, screens on both, one of them killed."""

from __future__ import annotations

import http.client
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connections

from accounts.models import User
from runbooks.machine.moves.run import Complete
from runbooks.models import Run
from runbooks.runs import replay
from tests.factories.runs import Play, cast, play
from tests.runbooks import texts
from tests.runbooks.live.live_world import PATIENCE, Reader, Server, World, open_world

pytestmark = pytest.mark.processes

TOKEN = "a" * 32


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("two")) as opened:
        yield opened


@pytest.fixture
def servers(world: World) -> Iterator[tuple[Server, Server]]:
    with ExitStack() as stack:
        pair = Server(world), Server(world)
        for server in pair:
            stack.callback(end, server)
        yield pair


def end(server: Server) -> None:
    if server.process.poll() is None:
        server.end()


def post(port: int, cookie: str, path: str, **typed: object) -> int:
    """Send a form as a browser does; the status of the answer."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {
        "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    link.request("POST", path, urlencode(typed), headers)
    with link.getresponse() as answer:
        answer.read()
    link.close()
    return answer.status


def started(world: World) -> tuple[Play, dict[str, str]]:
    """A run under way, and the cookie of each of its people."""
    people: dict[str, User] = cast()
    game = play(texts.PLAIN, datetime.now(UTC), people=people)
    return game, {name: world.cookie(person) for name, person in people.items()}


def test_a_tick_on_one_server_reaches_the_screens_of_the_other(
    world: World, servers: tuple[Server, Server]
) -> None:
    game, cookies = started(world)
    run, (here, there) = game.run, servers
    seen = run.sequence
    readers = [
        Reader(server.port, run, cookies[name], after=seen)
        for server in servers
        for name in ("operator", "verifier")
    ]
    for step, server in enumerate((here, there)):
        sent = {"step": step, "seen": seen, "key": f"tick-{step}"}
        path = f"/runs/{run.pk}/tick/"
        assert post(server.port, cookies["operator"], path, **sent) == 303
        seen += 2
        assert all(reader.numbers(until=seen)[-1] == seen for reader in readers)

    # Sixty notes through both at once: each screen gets every number once and in order.
    def note(number: int) -> int:
        server, name = servers[number % 2], ("operator", "verifier", "decider")[number % 3]
        sent = {"text": f"note {number}", "seen": seen, "key": f"note-{number}"}
        return post(server.port, cookies[name], f"/runs/{run.pk}/note/", **sent)

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(note, range(60))) == {303}
    for reader in readers:
        numbers, kinds = [0], []
        while numbers[-1] < seen + 60:
            message = reader.next("log").data
            numbers.append(message["sequence"])
            kinds += message["kinds"]
        assert kinds == ["note.added"] * 60
        assert numbers == sorted(set(numbers))

    # One server dies; the other goes on, for its own screens and with the dead one's work.
    here.end(signal.SIGKILL)
    sent = {"step": 2, "seen": seen, "key": "last"}
    assert post(there.port, cookies["operator"], f"/runs/{run.pk}/tick/", **sent) == 303
    for reader in readers[2:]:
        assert reader.numbers(until=seen + 62)[-1] == seen + 62
    for reader in readers:
        reader.close()
    kept = Run.objects.get(pk=run.pk)
    assert replay.verify(kept).ok
    assert kept.events.filter(kind="step.ticked").count() == 3
    assert kept.events.filter(kind="note.added").count() == 60
    connections.close_all()
    assert game.move(Complete, summary="").events == ("run.completed",)
