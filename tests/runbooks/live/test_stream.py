"""The stream as an ASGI application: who gets in, what is sent, and how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, connections
from django.utils import timezone

from runbooks.enums import RunRole
from runbooks.live import hub as hub_module
from runbooks.live import presence, reading
from runbooks.live.hub import Hub, Timing
from runbooks.live.stream import Live
from runbooks.models import Presence, RunPerson
from tests.runbooks.live.live_world import PATIENCE, World, open_world

pytestmark = pytest.mark.processes  # its threads have connections of their own
QUICK = Timing(poll=0.02, safety=0.2, ping=0.05, refresh=0.1, recheck=0.1)


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("live")) as made:
        yield made


class Screen:
    """The other end of the ASGI conversation: what a browser would have received."""

    def __init__(self, live: Live, path: str, cookie: str = "", **options: Any) -> None:
        headers = {"host": "localhost", "cookie": cookie, **options.get("headers", {})}
        self.scope = {
            "type": "http",
            "method": options.get("method", "GET"),
            "path": path,
            "query_string": options.get("query", b""),
            "headers": [(k.encode(), v.encode()) for k, v in headers.items() if v],
        }
        self.live = live
        self.status = 0
        self.text = ""
        self.news = asyncio.Condition()
        self.leaving = asyncio.Event()
        self.may_read = asyncio.Event()
        self.may_read.set()

    async def receive(self) -> dict[str, Any]:
        await self.leaving.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.may_read.wait()
        async with self.news:
            self.status = message.get("status", self.status)
            self.text += message.get("body", b"").decode()
            self.news.notify_all()

    async def all(self) -> Screen:
        await self.live(self.scope, self.receive, self.send)
        return self

    async def sees(self, text: str, times: int = 1) -> None:
        async with asyncio.timeout(PATIENCE), self.news:
            await self.news.wait_for(lambda: self.text.count(text) >= times)


@asynccontextmanager
async def watching(live: Live, run: int, cookie: str, **options: Any) -> AsyncIterator[Screen]:
    screen = Screen(live, f"/live/runs/{run}", cookie, **options)
    task = asyncio.create_task(screen.all())
    try:
        yield screen
    finally:
        screen.leaving.set()
        screen.may_read.set()
        await task


async def elsewhere(work: Callable[..., Any], *args: Any) -> None:
    """Do database work in a thread that gives its connection back."""

    def job() -> None:
        work(*args)
        connections.close_all()

    await asyncio.to_thread(job)


def play(scene: Callable[[Live], Awaitable[None]], timing: Timing = QUICK) -> Live:
    """Run `scene` with a live application of its own, and see it finish."""

    async def whole() -> Live:
        live = Live(Hub(timing))
        async with asyncio.timeout(PATIENCE * 2):
            await scene(live)
            live.hub.stop()
            await live.hub.finished()
        return live

    return asyncio.run(whole())


def ask(path: str, cookie: str = "", **options: Any) -> Screen:
    screens: list[Screen] = []

    async def scene(live: Live) -> None:
        screens.append(await Screen(live, path, cookie, **options).all())

    play(scene)
    return screens[0]


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/live/runs/{run}", {"method": "POST"}, 405),
        ("/live/runs/{run}", {"method": "HEAD"}, 405),
        ("/live/runs/{run}", {"query": b"after=x"}, 400),
        ("/live/runs/{run}", {"query": b"after=-1"}, 400),
        ("/live/runs/{run}", {"headers": {"host": "elsewhere.example"}}, 400),
        ("/live/runs/{run}", {"headers": {"origin": "https://elsewhere.example"}}, 403),
        ("/live/runs/{run}", {"headers": {"origin": "null"}}, 403),
        ("/live/runs/{run}", {"headers": {"origin": "http://["}}, 403),
        ("/live/runs/{run}", {"headers": {"sec-fetch-site": "cross-site"}}, 403),
        ("/live/runs/{run}", {"headers": {"sec-fetch-site": "same-site"}}, 403),
        ("/live/runs/0", {}, 404),
        ("/live/runs/999999999", {}, 404),
        ("/live/runs/{run}/", {}, 404),
        ("/live/elsewhere", {}, 404),
    ],
)
def test_refuses_with_a_sentence(
    world: World, path: str, options: dict[str, Any], status: int
) -> None:
    answer = ask(path.format(run=world.run().pk), world.cookie(world.person()), **options)
    assert answer.status == status
    assert all(json.loads(answer.text)[name] for name in ("code", "sentence", "remedy"))


def test_lets_in_only_who_is_signed_in_enabled_and_may_view(world: World) -> None:
    path = f"/live/runs/{world.run().pk}"
    answer = ask(path)
    assert (answer.status, json.loads(answer.text)["code"]) == (401, "signed_out")
    assert ask(path, f"{settings.SESSION_COOKIE_NAME}=made-up").status == 401
    assert ask(path, world.cookie(world.person(right=False))).status == 403
    disabled = world.person()
    cookie = world.cookie(disabled)
    disabled.is_active = False
    disabled.save()
    assert ask(path, cookie).status == 401


def test_a_changed_password_shuts_the_door_and_leaves_the_session_alone(world: World) -> None:
    person = world.person()
    cookie = world.cookie(person)
    person.set_password("another")
    person.save()
    assert ask(f"/live/runs/{world.run().pk}", cookie).status == 401
    assert Session.objects.filter(pk=cookie.partition("=")[2]).exists()


def test_a_session_of_the_former_secret_key_is_not_renewed_by_a_stream(
    world: World, settings: Any
) -> None:
    person = world.person()
    run = world.run()
    cookie = world.cookie(person)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60

    async def scene(live: Live) -> None:
        async with watching(live, run.pk, cookie) as screen:
            await screen.sees("event: ping")

    play(scene)
    assert Session.objects.filter(pk=cookie.partition("=")[2]).exists()


def test_every_event_comes_once_in_order_and_resumes_from_the_last_id(world: World) -> None:
    run, cookie = world.run(), world.cookie(world.person())
    for _ in range(3):
        world.event(run)

    async def scene(live: Live) -> None:
        async with watching(live, run.pk, cookie, query=b"after=1") as screen:
            await screen.sees('id: 3\nevent: log\ndata: {"sequence": 3, "kinds": ["note.added", ')
            await elsewhere(world.event, run, "run.held")
            await screen.sees('id: 4\nevent: log\ndata: {"sequence": 4, "kinds": ["run.held"]}\n\n')
            ours = {"origin": "https://localhost", "sec-fetch-site": "same-origin"}
            again = {"headers": {"last-event-id": "3", **ours}, "query": b"after=1"}
            async with watching(live, run.pk, cookie, **again) as other:
                await other.sees("id: 4\nevent: log")
                await other.sees("event: ping", times=3)
                assert other.text.count("event: log") == 1
            assert screen.text.count("event: log") == 2

    play(scene)


def test_an_event_wakes_the_tail_before_its_safety_read(world: World) -> None:
    run, cookie = world.run(), world.cookie(world.person())

    async def scene(live: Live) -> None:
        async with watching(live, run.pk, cookie) as screen:
            await screen.sees("event: presence")
            await elsewhere(world.event, run)
            await screen.sees("id: 1\nevent: log")

    play(scene, replace(QUICK, safety=10 * PATIENCE))


def test_a_database_that_was_restarted_is_found_again(world: World) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no server that could go away")
    run, cookie = world.run(), world.cookie(world.person())

    def cut() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    async def scene(live: Live) -> None:
        async with watching(live, run.pk, cookie) as screen:
            await screen.sees("event: presence")
            await elsewhere(cut)
            await elsewhere(world.event, run)
            await screen.sees("id: 1\nevent: log")

    connection.close()  # our own would be cut too
    play(scene, replace(QUICK, safety=10 * PATIENCE))


def test_a_number_beyond_the_head_follows_what_there_is(world: World) -> None:
    run, cookie = world.run(), world.cookie(world.person())

    async def scene(live: Live) -> None:
        async with watching(live, run.pk, cookie, query=b"after=900") as screen:
            await screen.sees("event: ping")
            await elsewhere(world.event, run)
            await screen.sees("id: 1\nevent: log")

    play(scene)


def test_presence_names_each_person_once_with_their_role(world: World) -> None:
    run = world.run()
    operator, guest = world.person("Operator"), world.person("Passer-by")
    RunPerson.objects.create(
        run=run, person=operator, name="Operator", initials="op", role=RunRole.OPERATOR
    )
    mine, theirs = world.cookie(operator), world.cookie(guest)

    async def scene(live: Live) -> None:
        alone = f'"people": [{{"id": {operator.pk}, "name": "Operator", "role": "operator"}}]'
        async with watching(live, run.pk, mine) as screen, watching(live, run.pk, mine):
            await screen.sees(alone)
            async with watching(live, run.pk, theirs):
                await screen.sees(f'{{"id": {guest.pk}, "name": "Passer-by", "role": "observer"}}')
            await screen.sees(alone, times=2)

    play(scene)
    assert not Presence.objects.filter(run=run).exists()


def test_presence_of_a_dead_process_is_ignored_and_swept(world: World) -> None:
    run, person, now = world.run(), world.person(), timezone.now()
    dead = presence.OpenScreen(run.pk, person.pk, "dead")
    presence.change(opened=[dead], closed=[], at=now - timedelta(seconds=31))
    assert presence.people_in([run.pk], at=now) == {}
    presence.refresh(screens=[], at=now)
    assert not Presence.objects.filter(run=run).exists()
    presence.refresh(screens=[dead], at=now)
    assert [here.id for here in presence.people_in([run.pk], at=now)[run.pk]] == [person.pk]


def test_a_viewer_who_does_not_read_is_dropped(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(hub_module, "QUEUE", 3)
    monkeypatch.setattr("runbooks.live.stream.LAST_WORD", 0.05)
    run, cookie = world.run(), world.cookie(world.person())

    async def scene(live: Live) -> None:
        screen = Screen(live, f"/live/runs/{run.pk}", cookie)
        task = asyncio.create_task(screen.all())
        await screen.sees("event: ping")
        screen.may_read.clear()
        await task  # ends by itself: nobody disconnected it
        assert not live.hub.viewers

    play(scene)


def test_a_disabled_persons_stream_ends(world: World) -> None:
    run, person = world.run(), world.person()
    cookie = world.cookie(person)

    def disable() -> None:
        person.is_active = False
        person.save()

    async def scene(live: Live) -> None:
        screen = Screen(live, f"/live/runs/{run.pk}", cookie)
        task = asyncio.create_task(screen.all())
        await screen.sees("event: ping")
        await elsewhere(disable)
        await task
        assert screen.text.endswith("retry: 1000\n\n")

    play(scene)


def test_no_ping_while_the_log_cannot_be_read(world: World, monkeypatch: Any) -> None:
    """A ping promises that the screen is up to date, so a broken database must silence it."""
    run, cookie = world.run(), world.cookie(world.person())
    reads = reading.news
    monkeypatch.setattr("runbooks.live.wake.RETRY_AFTER", 0.01)

    def broken(*_: Any, **__: Any) -> Any:
        raise OperationalError("gone")

    async def scene(live: Live) -> None:
        async with watching(live, run.pk, cookie) as screen:
            await screen.sees("event: ping", times=2)
            monkeypatch.setattr(hub_module, "news", broken)
            monkeypatch.setattr("runbooks.live.wake.FileVersion.changed", broken)
            await asyncio.sleep(QUICK.safety + 3 * QUICK.ping)
            before = screen.text.count("event: ping")
            await asyncio.sleep(4 * QUICK.ping)
            assert screen.text.count("event: ping") == before
            monkeypatch.undo()
            monkeypatch.setattr(hub_module, "news", reads)
            await screen.sees("event: ping", times=before + 2)

    play(scene)


def test_without_viewers_nothing_runs(world: World) -> None:
    run, cookie = world.run(), world.cookie(world.person())

    async def scene(live: Live) -> None:
        async with watching(live, run.pk, cookie) as screen:
            await screen.sees("event: ping")
        work = live.hub._work
        assert work is not None
        await work  # ends although nobody stopped the hub
        async with watching(live, run.pk, cookie) as screen:  # and starts again
            await screen.sees("event: presence")

    play(scene)


def test_stopping_ends_streams_and_lets_nobody_in(world: World) -> None:
    run, cookie = world.run(), world.cookie(world.person())

    async def scene(live: Live) -> None:
        screen = Screen(live, f"/live/runs/{run.pk}", cookie)
        task = asyncio.create_task(screen.all())
        await screen.sees("event: ping")
        live.hub.stop()
        await task
        assert screen.text.endswith("retry: 1000\n\n")
        assert (await Screen(live, f"/live/runs/{run.pk}", cookie).all()).status == 503

    play(scene)
