"""Two people on one step, and a server that is killed in the middle of a tick.

Real connections, real processes, and rows that are committed: a database of their own.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import connections

from accounts.enums import Role
from accounts.models import User
from lib.refusals import Refused
from runbooks.enums import RunKind, RunRole
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.roles import ReleaseRole, TakeRole
from runbooks.machine.moves.steps import Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.models import Run
from runbooks.runs import moves, other_runs, preparation, replay
from tests.factories.cutover import WRITE, Cutover, cutover
from tests.factories.people import PASSWORD, person
from tests.factories.rivals import rival
from tests.factories.runs import Play, cast, play, revision
from tests.runbooks import texts
from tests.runbooks.live.live_world import PATIENCE, ROOT, World, open_world

pytestmark = pytest.mark.processes

KILLED = """
import os, signal, sys
import django
django.setup()
from datetime import UTC, datetime
from accounts.models import User
from runbooks.machine.moves.steps import Tick
from runbooks.runs import moves, transaction
run, when = int(sys.argv[1]), sys.argv[2]
send = transaction.carry_out
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def die_in_the_middle(statements):
    send(statements[:1] if when == "before the rows" else statements)
    die()
if when != "after the commit":
    transaction.carry_out = die_in_the_middle
by = User.objects.get(username="operator")
moves.make_move(run, Tick(step=0), by=by, at=datetime(2026, 3, 4, 4, tzinfo=UTC), key="once")
die()
"""


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("races")) as opened:
        yield opened


@pytest.fixture(scope="module")
def people(world: World) -> dict[str, User]:
    return cast()


_titles = count()


def titled() -> bytes:
    """The plain runbook under a title of its own, for all tests share one library."""
    return texts.PLAIN.replace(b"title: Tried", f"title: Tried {next(_titles)}".encode())


@pytest.fixture
def game(people: dict[str, User], at: datetime) -> Play:
    return play(titled(), at, people=people)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Make all calls at the same moment, each with a connection of its own: what each returned or
    refused."""
    gate = Barrier(len(calls))
    outcomes: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        gate.wait(PATIENCE)
        try:
            outcomes[place] = call()
        except Refused as refused:
            outcomes[place] = refused
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return outcomes


def verdict(game: Play) -> tuple[bool, int]:
    run = Run.objects.get(pk=game.run.pk)
    assert list(run.events.order_by("sequence").values_list("sequence", flat=True)) == list(
        range(1, run.sequence + 1)
    )
    faults = replay.verify(run).faults
    assert not faults
    return not faults, run.sequence


def test_two_ticks_of_one_step_are_one_tick(game: Play, at: datetime) -> None:
    seen, by = game.run.sequence, game.people["operator"]
    for step in range(3):
        sent: dict[str, Any] = {"by": by, "at": at, "seen": seen}
        first, second = together(
            lambda step=step, sent=sent: moves.make_move(  # type: ignore[misc]
                game.run.pk, Tick(step=step), key=f"left{step}", **sent
            ),
            lambda step=step, sent=sent: moves.make_move(  # type: ignore[misc]
                game.run.pk, Tick(step=step), key=f"right{step}", **sent
            ),
        )
        refused = [answer for answer in (first, second) if isinstance(answer, Refused)]
        assert [answer.code for answer in refused] == ["stale"]
        seen += 2
    ticked = Run.objects.get(pk=game.run.pk).events.filter(kind="step.ticked")
    assert ticked.count() == 3
    assert verdict(game) == (True, seen)


def test_a_tick_against_a_stop(game: Play, at: datetime) -> None:
    seen, people = game.run.sequence, game.people
    tick, stop = together(
        lambda: moves.make_move(game.run.pk, Tick(step=0), by=people["operator"], at=at, seen=seen),
        lambda: moves.make_move(game.run.pk, Hold(), by=people["verifier"], at=at, seen=seen),
    )
    assert not isinstance(stop, Refused)
    assert not isinstance(tick, Refused) or tick.code == "stale"
    verdict(game)


def test_one_key_at_the_same_moment_gives_one_answer(game: Play, at: datetime) -> None:
    by, seen = game.people["operator"], game.run.sequence

    def tick() -> Any:
        return moves.make_move(game.run.pk, Tick(step=0), by=by, at=at, seen=seen, key="same")

    answers = together(tick, tick, tick)
    assert sorted(answer.replayed for answer in answers) == [False, True, True]
    assert {answer.sequence for answer in answers} == {seen + 2}
    verdict(game)


def test_one_role_for_two(game: Play, at: datetime) -> None:
    game.move(ReleaseRole, by="decider")
    role, pk = RunRole.DECIDER, game.run.pk
    answers = together(
        lambda: moves.make_move(pk, TakeRole(role=role), by=game.people["decider"], at=at),
        lambda: moves.make_move(pk, TakeRole(role=role), by=game.people["relief"], at=at),
    )
    assert [a.code for a in answers if isinstance(a, Refused)] == ["role_taken"]
    verdict(game)


def test_a_form_sent_twice_at_once_prepares_one_run(game: Play, at: datetime) -> None:
    people = game.people
    kept = revision(titled(), author=people["author"], approver=None, at=at)

    def prepare() -> Any:
        by = people["operator"]
        return preparation.prepare(
            revision=kept, kind=RunKind.DRILL, parameters={}, by=by, at=at, key="same"
        )

    first, second = together(prepare, prepare)
    assert first == second
    assert kept.runs.count() == 1


@pytest.mark.parametrize("when", ["before the rows", "before the commit", "after the commit"])
def test_a_server_killed_in_the_middle_of_a_tick(world: World, game: Play, when: str) -> None:
    before = game.run.sequence
    environment = {**world.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", KILLED, str(game.run.pk), when]
    child = subprocess.run(
        command, cwd=ROOT, env=environment, timeout=PATIENCE * 3, capture_output=True, check=False
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    kept = when == "after the commit"
    assert verdict(game) == (True, before + 2 * kept)
    answer = game.move(Tick, step=0, key="once")
    assert answer.replayed is kept
    assert verdict(game) == (True, before + 2)
    assert game.run.events.filter(kind="step.ticked").count() == 1
    assert game.run.steps.get(step=0).status == "done"


def test_nobody_waits_for_a_verification(
    game: Play, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, ticked = Event(), Event()
    take = replay._Replay._take

    def take_slowly(replay: replay._Replay, *given: Any) -> bool:
        reading.set()
        assert ticked.wait(PATIENCE)
        return take(replay, *given)

    def tick() -> None:
        assert reading.wait(PATIENCE)
        moves.make_move(
            game.run.pk, Tick(step=0), by=game.people["operator"], at=at, key="meanwhile"
        )
        ticked.set()

    monkeypatch.setattr(replay._Replay, "_take", take_slowly)
    verified, _ = together(lambda: replay.verify(game.run), tick)
    assert verified.faults == ()
    assert verified.events == game.run.sequence + 2


def test_two_runs_that_unlock_one_database_at_once(
    people: dict[str, User], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would pass when each looked before the other wrote: one of them must see the other. Both
    pass for forgotten, so that not even the one that started first keeps the other."""
    monkeypatch.setattr(other_runs, "FORGOTTEN_AFTER", timedelta(seconds=-1))
    for place in range(3):
        system = f"raced {place}"
        first = cutover(people, at, system=system, keeper=person(f"keeper{place}", "k", *Role))
        second = rival(first)
        first.at = second.at
        games = [first.signed(), second.signed()]
        answers = together(*(lambda game=game: unlock(game) for game in games))
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert [refusal.code for refusal in refused] == ["other_run"]
        for game in games:
            assert not replay.verify(Run.objects.get(pk=game.run.pk)).faults


def unlock(game: Cutover) -> object:
    sent: dict[str, Any] = {"step": WRITE, "name": "ledger", "password": PASSWORD}
    return game.move(Unlock, **sent)
