"""The stream for programs: by token, without a cookie, across processes, until the token ends."""

from __future__ import annotations

import asyncio
import json
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import tokens
from accounts.enums import Scope
from accounts.models import Token, User
from accounts.tokens import Issued
from runbooks.live.stream import Live
from runbooks.models import Presence
from tests.runbooks.live.live_world import PATIENCE, ROOT, Reader, Server, World, open_world
from tests.runbooks.live.test_stream import Screen, ask, elsewhere, play, watching

pytestmark = pytest.mark.processes
HOW_TO = ROOT / "docs/how-to/drive-a-run-by-api.md"


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("live")) as made:
        yield made


def issued(owner: User, *scopes: Scope) -> Issued:
    now = datetime.now(UTC)
    until = now + timedelta(days=1)
    return tokens.issue(name="a screen", scopes=scopes, expires_at=until, by=owner, at=now)


def bearer(text: str) -> dict[str, Any]:
    return {"headers": {"authorization": f"Bearer {text}"}}


@pytest.mark.parametrize("scope", list(Scope))
def test_a_token_of_any_scope_may_look(world: World, scope: Scope) -> None:
    run, token = world.run(), issued(world.person(), scope)
    world.event(run)

    async def scene(live: Live) -> None:
        async with watching(live, run.pk, "", **bearer(token.text)) as screen:
            await screen.sees('id: 1\nevent: log\ndata: {"sequence": 1')
            await elsewhere(world.event, run, "run.held")
            await screen.sees('"kinds": ["run.held"]')

    play(scene)


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer nonsense", "Basic eDp5", "cst_", "Bearer \xff\xfe",
     f"Bearer cst_{'0' * 12}_{'A' * 43}", "Bearer cst_" + "0" * 100_000],
)  # fmt: skip
def test_what_is_no_token_opens_nothing_even_beside_a_good_cookie(
    world: World, header: str
) -> None:
    cookie = world.cookie(world.person())
    answer = ask(f"/live/runs/{world.run().pk}", cookie, headers={"authorization": header})
    assert answer.status == 401
    assert json.loads(answer.text)["code"] == "not_signed_in"


def test_a_token_may_see_no_more_than_its_owner(world: World) -> None:
    owner = world.person()
    token = issued(owner, Scope.READ)
    path = f"/live/runs/{world.run().pk}"
    owner.user_permissions.clear()
    assert ask(path, **bearer(token.text)).status == 403
    owner.is_active = False
    owner.save()
    assert ask(path, **bearer(token.text)).status == 401


def test_a_page_of_another_site_gets_nowhere_with_a_token_either(world: World) -> None:
    token, path = issued(world.person(), Scope.READ), f"/live/runs/{world.run().pk}"
    foreign = bearer(token.text)["headers"] | {"origin": "https://elsewhere.example"}
    assert ask(path, headers=foreign).status == 403


def revoke(token: Token) -> None:
    tokens.revoke(token, by=token.owner, at=datetime.now(UTC))


def expire(token: Token) -> None:
    Token.objects.filter(pk=token.pk).update(expires_at=datetime.now(UTC))


def disable(token: Token) -> None:
    User.objects.filter(pk=token.owner_id).update(is_active=False)


@pytest.mark.parametrize("end", [revoke, expire, disable], ids=lambda end: end.__name__)
def test_a_stream_ends_with_its_token(world: World, end: Callable[[Token], None]) -> None:
    run, token = world.run(), issued(world.person(), Scope.RUN)

    async def scene(live: Live) -> None:
        screen = Screen(live, f"/live/runs/{run.pk}", **bearer(token.text))
        task = asyncio.create_task(screen.all())
        await screen.sees("event: ping")
        await elsewhere(end, token.token)
        await task  # ends by itself: nobody disconnected it
        assert screen.text.endswith("retry: 1000\n\n")

    play(scene)


def test_a_program_is_nobody_who_looks_at_the_run(world: World) -> None:
    run, token = world.run(), issued(world.person("Watcher"), Scope.READ)
    cookie = world.cookie(world.person("Reader"))

    async def scene(live: Live) -> None:
        async with (
            watching(live, run.pk, "", **bearer(token.text)) as screen,
            watching(live, run.pk, cookie),
        ):
            await screen.sees('"name": "Reader"')
            assert "Watcher" not in screen.text

    play(scene)
    assert not Presence.objects.filter(run=run).exists()


def test_a_program_follows_two_real_servers(world: World) -> None:
    run, token = world.run(), issued(world.person(), Scope.READ)
    servers = [Server(world), Server(world)]
    try:
        readers = [Reader(server.port, run, "", token=token.text) for server in servers]
        world.event(run, "step.ticked")
        for reader in readers:
            assert reader.next("log").data == {"sequence": 1, "kinds": ["step.ticked"]}
            reader.close()
    finally:
        for server in servers:
            server.end()


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_the_line_of_the_how_to(world: World) -> None:
    """`curl -N` as the how-to has it."""
    run, token = world.run(), issued(world.person(), Scope.READ)
    world.event(run, "run.held")
    line = next(x for x in HOW_TO.read_text("utf-8").splitlines() if x.startswith("curl -N "))
    server = Server(world)
    filled = (
        line.replace("$COUNTERSIGN_TOKEN", token.text)
        .replace("https://countersign.example.org", f"http://127.0.0.1:{server.port}")
        .replace("/live/runs/42", f"/live/runs/{run.pk}")
    )
    command = ["curl", "-sS", "--max-time", str(int(PATIENCE)), *shlex.split(filled)[1:]]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            seen = ""
            while '"kinds": ["run.held"]' not in seen:
                got = child.stdout.readline()
                assert got, seen
                seen += got
            child.kill()
        assert "id: 1\nevent: log\n" in seen
    finally:
        server.end()
