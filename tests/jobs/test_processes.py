"""The headline: real workers and a real beat, killed with -9, and a broker that is lost.

The database itself counts how often each job is ended, by a trigger that only these tests have.
"""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from config import launcher
from jobs import queue
from jobs.models import Job
from tests.factories.jobs import KIND
from tests.runbooks.live.live_world import PATIENCE, ROOT, World, open_world, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]  # on a machine that is busy

LEASE = 2  # seconds
COUNT_ENDS = {
    "sqlite": """
        CREATE TRIGGER count_ends AFTER UPDATE ON jobs_job
        WHEN NEW.status IN ('done', 'failed')
        BEGIN INSERT INTO ends (job) VALUES (NEW.id); END""",
    "postgresql": """
        CREATE FUNCTION count_ends() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO ends (job) VALUES (NEW.id); RETURN NULL; END $$;
        CREATE TRIGGER count_ends AFTER UPDATE ON jobs_job FOR EACH ROW
        WHEN (NEW.status IN ('done', 'failed')) EXECUTE FUNCTION count_ends()""",
}


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("jobs")) as made:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE ends (job bigint)")
            cursor.execute(COUNT_ENDS[connection.vendor])
        yield made


class Redis:
    """A Redis of the test's own, which keeps nothing: what it held is lost with it."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program is not None
        command = [program, "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([*command, "--logfile", "/dev/null"])
        wait_until(self._answers)

    def _answers(self) -> bool:
        with closing(socket.socket()) as link:
            return link.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def redis() -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server: apt install redis-server")
    made = Redis()
    made.start()
    yield made
    made.kill()


class Background:
    """A worker and a beat, as the launcher starts them."""

    def __init__(self, world: World, folder: Path, broker: str) -> None:
        self.written, self.log = folder / "written", folder / "log"
        self.environment = world.environment | {
            "DJANGO_SETTINGS_MODULE": "tests.jobs.settings",
            "COUNTERSIGN_JOB_LEASE_SECONDS": str(LEASE),
            "COUNTERSIGN_DATA": str(folder),
            "COUNTERSIGN_BROKER_URL": broker,
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        commands = {"worker": launcher._worker().command, "beat": launcher._beat().command}
        for name in names:
            with self.log.open("ab") as log:
                self.running[name] = subprocess.Popen(
                    commands[name], cwd=ROOT, env=self.environment, stderr=log
                )

    def kill(self, *names: str) -> None:
        for name in names:
            self.running[name].kill()
            self.running.pop(name).wait(PATIENCE)

    def stop(self) -> None:
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            assert process.wait(PATIENCE) == 0

    def put(self, *keys: str, seconds: float) -> None:
        """As a verb does: within its transaction. Nothing here knows of a broker."""
        data = {"file": str(self.written), "seconds": seconds}
        with transaction.atomic():
            for key in keys:
                queue.put(KIND, key, data, at=datetime.now(UTC))

    def logged(self, words: str) -> bool:
        return words in self.log.read_text("utf-8")

    def lines(self, what: str) -> list[str]:
        text = self.written.read_text("utf-8") if self.written.exists() else ""
        return re.findall(rf"^{what} (.+)$", text, flags=re.MULTILINE)


@pytest.fixture(params=["files", "redis"])
def background(
    request: pytest.FixtureRequest, world: World, tmp_path: Path
) -> Iterator[Background]:
    redis = request.getfixturevalue("redis") if request.param == "redis" else None
    broker = f"redis://127.0.0.1:{redis.port}/0" if redis else ""
    made = Background(world, tmp_path, broker)
    yield made
    made.kill(*made.running)


def ended() -> list[int]:
    """The jobs that the database saw ended, each as often as it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT job FROM ends ORDER BY job")
        return [job for (job,) in cursor.fetchall()]


@pytest.fixture(autouse=True)
def no_rows(world: World) -> None:
    Job.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ends")


def wait_long(true: Callable[[], bool]) -> None:
    """For what comes after a worker has started and a lease has run out, on a busy machine."""
    wait_until(true, within=3 * PATIENCE)


def wait_for_two_more(background: Background) -> None:
    before = len(background.lines("start"))
    wait_long(lambda: len(background.lines("start")) >= before + 2)


def wait_for_all() -> None:
    wait_long(lambda: not Job.objects.exclude(status="done").exists())


def test_the_worker_is_killed_three_times_and_every_job_ends_once(background: Background) -> None:
    keys = [f"job {number}" for number in range(10)]
    background.put(*keys, seconds=0.6)
    background.start("beat", "worker")
    for _ in range(3):
        wait_for_two_more(background)
        background.kill("worker", "beat")
        background.start("worker", "beat")
    wait_for_all()
    background.stop()
    jobs = list(Job.objects.order_by("pk"))
    assert ended() == [job.pk for job in jobs]
    assert [job.result for job in jobs] == [f"Written as {key}." for key in keys]
    interrupted = len(background.lines("start")) - len(background.lines("end"))
    assert interrupted >= 3, "killed at work, not between jobs"
    assert sum(job.attempts for job in jobs) >= 10 + interrupted


def test_a_lost_broker_loses_no_job(world: World, tmp_path: Path, redis: Redis) -> None:
    background = Background(world, tmp_path, f"redis://127.0.0.1:{redis.port}/0")
    background.start("beat", "worker")
    try:
        background.put("before", seconds=0)
        wait_long(lambda: background.lines("end") == ["before"])
        redis.kill()
        background.put("meanwhile", seconds=0)
        wait_long(lambda: background.logged("Connection to broker lost"))
        wait_long(lambda: background.logged("The broker does not answer"))
        redis.start()
        wait_for_all()
        background.stop()
    finally:
        background.kill(*background.running)
    assert background.lines("end") == ["before", "meanwhile"]
    assert len(ended()) == 2
