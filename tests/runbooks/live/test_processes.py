"""Real servers, real sockets, a writer in another process than the server."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.enums import Role
from runbooks.enums import RunKind, RunRole
from runbooks.library import revisions
from runbooks.machine.moves.roles import TakeRole
from runbooks.models import Presence
from runbooks.runs import moves, preparation
from tests.factories.people import person
from tests.runbooks.live.live_world import Reader, Server, World, open_world, wait_until

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("live")) as made:
        yield made


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Server]:
    with serving(world) as made:
        yield made


@contextmanager
def serving(world: World) -> Iterator[Server]:
    server = Server(world)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end()


def test_two_viewers_get_what_another_process_writes(world: World, server: Server) -> None:
    run = world.run()
    first, second = (Reader(server.port, run, world.cookie(world.person())) for _ in range(2))
    for reader in (first, second):
        reader.next("ping")
    world.event(run, "step.ticked")
    for reader in (first, second):
        sent = reader.next("log")
        assert (sent.id, sent.data) == (1, {"sequence": 1, "kinds": ["step.ticked"]})
        assert reader.response.headers["Cache-Control"] == "no-store"
        assert reader.response.headers["X-Accel-Buffering"] == "no"
        reader.close()


def test_a_move_reaches_another_screen_with_the_role_it_gave(world: World, server: Server) -> None:
    now = datetime.now(UTC)
    author = person("writer", "wr", Role.AUTHOR)
    responder = person("mover", "mv", Role.RESPONDER)
    revision = revisions.save(source=b"# Look\n\n- [ ] Look twice.\n", by=author, at=now)
    run = preparation.prepare(
        revision=revision, kind=RunKind.DRILL, parameters={}, by=responder, at=now
    )
    watching = Reader(server.port, run, world.cookie(world.person()), after=run.sequence)
    own = Reader(server.port, run, world.cookie(responder), after=run.sequence)
    watching.next("presence", lambda data: len(data["people"]) == 2)
    answer = moves.make_move(run.pk, TakeRole(role=RunRole.OPERATOR), by=responder, at=now)
    sent = watching.next("log")
    assert (sent.id, sent.data["kinds"]) == (answer.sequence, ["role.taken"])
    mover = {"id": responder.pk, "name": "Mover", "role": "operator"}
    watching.next("presence", lambda data: mover in data["people"])
    for reader in (watching, own):
        reader.close()


def test_resuming_has_no_gap_and_no_duplicate(world: World, server: Server) -> None:
    run, cookie = world.run(), world.cookie(world.person())
    steady = Reader(server.port, run, cookie)
    broken = Reader(server.port, run, cookie)
    for _ in range(5):
        world.event(run)
    last = broken.numbers(until=5)[-1]
    broken.close()
    for _ in range(5):
        world.event(run)
    resumed = Reader(server.port, run, cookie, after=0, last=str(last))
    kinds: list[str] = []
    while len(kinds) < 5:  # 6 to 10: in one message, or in two when the server is still reading
        kinds += resumed.next("log").data["kinds"]
    assert len(kinds) == 5
    world.event(run)
    assert resumed.numbers(until=11) == [11]
    numbers = steady.numbers(until=11)
    assert numbers == sorted(set(numbers))
    for reader in (steady, resumed):
        reader.close()


def test_two_servers_show_the_same_events_and_the_same_people(world: World, server: Server) -> None:
    run = world.run()
    here, there = world.person("Here"), world.person("There")
    with serving(world) as other:
        near = Reader(server.port, run, world.cookie(here))
        far = Reader(other.port, run, world.cookie(there))
        for reader in (near, far):
            reader.next(
                "presence", lambda data: [p["name"] for p in data["people"]] == ["Here", "There"]
            )
        world.event(run)
        assert [reader.next("log").id for reader in (near, far)] == [1, 1]
        far.close()
        near.next("presence", lambda data: [p["name"] for p in data["people"]] == ["Here"])
        near.close()


def test_streams_hold_no_thread_and_no_connection(world: World) -> None:
    run, cookie = world.run(), world.cookie(world.person())
    with serving(world) as server, ExitStack() as open_streams:
        readers = []
        for _ in range(50):
            readers.append(Reader(server.port, run, cookie))
            open_streams.callback(readers[-1].close)
        world.event(run)
        for reader in readers:
            reader.next("log")
        assert Presence.objects.filter(run=run).count() == 50
        assert len(list(Path(f"/proc/{server.process.pid}/task").iterdir())) < 20
        assert _database_connections(server) <= 4
    # The last screen is gone: so are the rows, but that process was killed before it could say so.


def _database_connections(server: Server) -> int:
    """How many connections the server process holds."""
    if connection.vendor == "sqlite":
        files = (link.resolve() for link in Path(f"/proc/{server.process.pid}/fd").iterdir())
        return sum(1 for file in files if file.suffix == ".sqlite3")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        (count,) = cursor.fetchone()
    return int(count)


def test_asked_to_stop_it_ends_open_streams_and_leaves_no_presence(world: World) -> None:
    run, cookie = world.run(), world.cookie(world.person())
    with serving(world) as server:
        readers = [Reader(server.port, run, cookie) for _ in range(3)]
        wait_until(lambda: Presence.objects.filter(run=run).count() == 3)
        assert server.end(signal.SIGTERM) in {0, -signal.SIGTERM}
        for reader in readers:
            reader.wait_for_end()
            reader.close()
    assert not Presence.objects.filter(run=run).exists()


def test_a_closed_browser_frees_its_place(world: World, server: Server) -> None:
    run, cookie = world.run(), world.cookie(world.person())
    reader = Reader(server.port, run, cookie)
    wait_until(lambda: Presence.objects.filter(run=run).count() == 1)
    reader.close()
    wait_until(lambda: not Presence.objects.filter(run=run).exists())
