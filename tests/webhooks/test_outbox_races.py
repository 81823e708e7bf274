"""Two relays at once, and events that are written meanwhile: each event exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from accounts.enums import Role
from accounts.models import User
from jobs.models import Job
from runbooks.machine.moves.log import Note
from runbooks.models import Event
from tests.factories.people import person
from tests.factories.story import story
from tests.factories.webhooks import endpoint, run_relay
from tests.runbooks.live.live_world import PATIENCE, World, open_world
from webhooks.models import Delivery

pytestmark = pytest.mark.processes


@pytest.fixture
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("relay")) as opened:
        yield opened


def cast() -> dict[str, User]:
    roles = {"author": Role.AUTHOR, "approver": Role.APPROVER, "admin": Role.ADMIN}
    return {
        name: person(name, name[:2], roles.get(name, Role.RESPONDER))
        for name in ("operator", "verifier", "decider", "author", "approver", "admin")
    }


def together(calls: list[Callable[[], Any]]) -> list[BaseException]:
    """Make all calls at the same moment, each with a connection of its own: what went wrong."""
    gate, wrong = Barrier(len(calls)), list[BaseException]()

    def run(call: Callable[[], Any]) -> None:
        gate.wait(PATIENCE)
        try:
            call()
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return wrong


def test_each_event_is_delivered_once_whoever_relays(world: World, at: datetime) -> None:
    people = cast()
    hubs = [endpoint(people["admin"], at - timedelta(hours=1), name=name) for name in "ab"]
    game = story(people, at).start()

    def write() -> None:
        for number in range(15):
            game.do(Note, "operator", text=f"note {number}")

    def relay() -> None:
        for _ in range(6):
            run_relay(at)

    assert together([write, relay, relay, relay]) == []
    run_relay(at)
    events = {f"run:{pk}" for pk in Event.objects.values_list("pk", flat=True)}
    assert len(events) == 20
    for hub in hubs:
        made = list(hub.deliveries.values_list("event", flat=True))
        assert sorted(made) == sorted(events)
    jobs = Job.objects.filter(kind="webhooks.deliver").values_list("key", flat=True)
    assert sorted(jobs) == sorted(Delivery.objects.values_list("message", flat=True))
