"""Backups that meet the world: people go on ticking, the disk is full, somebody pulls the plug."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from backup import Stopped, checking, creating, manifest, places
from runbooks.models import Event
from tests.factories.kept import Kept, kept_world
from tests.runbooks.live.live_world import PATIENCE, ROOT, wait_until

pytestmark = pytest.mark.processes
NIGHT = datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept_world(django_db_blocker, tmp_path_factory.mktemp("kept"), NIGHT) as made:
        yield made


@pytest.fixture(autouse=True)
def _its_evidence(kept: Kept, settings: Any) -> None:
    settings.MEDIA_ROOT, settings.DATA = kept.evidence, kept.world.data


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    places = [tmp_path / "one", tmp_path / "two"]
    for place in places:
        place.mkdir()
    return places


def python(kept: Kept, code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup()\n{code}", *arguments],
        cwd=ROOT,
        env=kept.world.environment | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )


_WRITE = """
import sys
from datetime import datetime, UTC
from accounts.models import User
from runbooks.runs.moves import make_move
from runbooks.machine.moves.log import Note
person = User.objects.get(username="operator")
while True:
    make_move(int(sys.argv[1]), Note(text="and on"), by=person, at=datetime.now(UTC))
"""


def test_people_go_on_while_it_is_taken(two: list[Path], kept: Kept) -> None:
    number = kept.play.run.pk
    events = Event.objects.filter(run=number)
    writer = python(kept, _WRITE, str(number))
    try:
        for hour in range(2):
            before = events.count()
            wait_until(lambda before=before: events.count() > before)  # type: ignore[misc]
            taken = creating.take(two, at=NIGHT + timedelta(hours=hour), prove=True)
            assert [copy.faults for copy in taken] == [(), ()]
            held = manifest.read(taken[0].folder).facts.counts["runbooks_event"]
            assert held >= before
            wait_until(lambda held=held: Event.objects.count() > held)  # type: ignore[misc]
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait(PATIENCE)
        assert writer.stdout is not None
        writer.stdout.close()


_STOP_AT = """
import sys, time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from backup import creating
name, calls, first, second = sys.argv[1:5]
module, _, function = name.rpartition(".")
module = import_module(module)
real, seen = getattr(module, function), []
def stop(*args, **more):
    seen.append(1)
    if len(seen) == int(calls):
        print("here", flush=True)
        time.sleep(600)
    return real(*args, **more)
setattr(module, function, stop)
creating.take([Path(first), Path(second)], at=datetime(2026, 3, 4, tzinfo=UTC))
"""


@pytest.mark.parametrize(
    ("where", "calls", "whole"),
    [
        ("backup.creating._evidence", 1, [0, 0]),
        ("backup.manifest.write", 1, [0, 0]),
        ("backup.files.flush_all", 1, [0, 0]),
        ("backup.files.flush_all", 2, [1, 0]),
        ("backup.checking.faults", 1, [1, 1]),
    ],
)
def test_killed_in_the_middle_it_leaves_no_half_backup(
    two: list[Path], kept: Kept, where: str, calls: int, whole: list[int]
) -> None:
    process = python(kept, _STOP_AT, where, str(calls), *map(str, two))
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    process.stdout.close()
    assert [len(places.kept(place)) for place in two] == whole
    for place in two:
        for folder in place.iterdir():
            if folder.is_dir():
                assert (checking.faults(folder) == []) is (not folder.name.startswith("."))
    # The next one clears away what was left, and is good.
    taken = creating.take(two, at=NIGHT)
    assert [copy.faults for copy in taken] == [(), ()]
    assert not [path for place in two for path in place.glob("*.part")]


@contextmanager
def no_room(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes, in this process or those it starts: what a full disk
    does to a copy, without filling one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_no_room_is_a_sentence_and_leaves_nothing(two: list[Path], kept: Kept) -> None:
    good = creating.take(two, at=NIGHT)[0].folder
    connection.close()
    with no_room(8192), pytest.raises(Stopped) as stopped:
        creating.take(two, at=NIGHT + timedelta(days=1))
    assert any(word in str(stopped.value) for word in ("could not be copied", "pg_dump failed"))
    assert [len(places.kept(place)) for place in two] == [1, 1]
    assert not list(two[0].glob(".countersign-*.part"))
    assert checking.faults(good) == []


def test_no_room_in_the_second_place_leaves_the_first_whole(
    two: list[Path], kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = creating._another

    def without_room(*args: Any) -> None:
        with no_room(8192):
            real(*args)

    monkeypatch.setattr(creating, "_another", without_room)
    with pytest.raises(Stopped, match=r"two was not finished \(the one in .*one is\): "):
        creating.take(two, at=NIGHT)
    (whole,) = places.kept(two[0])
    assert checking.faults(whole) == []
    assert places.kept(two[1]) == []
    assert not list(two[1].glob(".countersign-*.part"))
