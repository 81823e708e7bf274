"""What is told to the broker, and the broker that is made of files."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.beat import Scheduler
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import OperationalError

from config import broker
from config.beat import Steady
from jobs import heartbeat, tasks
from jobs.models import Job
from tests.factories import jobs as make


class MemoryBroker:
    """A broker that remembers what it was told, and can be lost."""

    def __init__(self) -> None:
        self.messages: list[int] = []
        self.room = 1000
        self.waiting = 0

    def delay(self, pk: int) -> None:
        if len(self.messages) == self.room:
            raise OperationalError("connection refused")
        self.messages.append(pk)


@pytest.fixture
def memory_broker(monkeypatch: pytest.MonkeyPatch, at: datetime, settings: Any) -> MemoryBroker:
    made = MemoryBroker()
    settings.JOB_SCHEDULES = {}
    monkeypatch.setattr(timezone, "now", lambda: at)
    monkeypatch.setattr(tasks.work, "delay", made.delay)
    monkeypatch.setattr(tasks, "waiting", lambda: made.waiting)
    return made


@pytest.mark.django_db
class TestSweep:
    def test_each_due_job_is_handed_once(self, memory_broker: MemoryBroker, at: datetime) -> None:
        pks = [make.waiting(at, key).pk for key in "abc"]
        make.waiting(at + timedelta(seconds=1), "later")
        tasks.sweep()
        tasks.sweep()
        assert memory_broker.messages == pks
        assert not heartbeat.last_heartbeat(at).late

    def test_a_broker_that_is_full_is_left_alone(
        self, memory_broker: MemoryBroker, at: datetime
    ) -> None:
        for number in range(3):
            make.waiting(at, str(number))
        memory_broker.waiting = tasks.MOST_MESSAGES - 1
        tasks.sweep()
        assert len(memory_broker.messages) == 1
        memory_broker.waiting = tasks.MOST_MESSAGES + 7
        tasks.sweep()
        assert len(memory_broker.messages) == 1

    def test_a_broker_that_is_lost_half_way_is_told_the_rest_later(self, memory_broker, at) -> None:
        pks = [make.waiting(at, key).pk for key in "abc"]
        memory_broker.room = 2
        with pytest.raises(OperationalError):
            tasks.sweep()
        memory_broker.room = 1000
        tasks.sweep()
        assert memory_broker.messages == pks

    def test_what_is_due_in_a_schedule_is_handed_in_the_same_sweep(
        self,
        memory_broker: MemoryBroker,
        at: datetime,
        settings: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settings.JOB_SCHEDULES = {"often": ("every 5 s", "Looks.")}
        tasks.sweep()
        monkeypatch.setattr(timezone, "now", lambda: at + timedelta(seconds=5))
        tasks.sweep()
        assert memory_broker.messages == [Job.objects.get(kind="often").pk]


class TestBeat:
    @pytest.fixture
    def beat(self) -> Steady:
        app = Celery("tests", set_as_current=False)
        app.conf.beat_schedule = {"sweep": {"task": "jobs.sweep", "schedule": 5.0}}
        app.conf.result_expires = None
        return Steady(app)

    @pytest.fixture
    def sent(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        names: list[str] = []
        monkeypatch.setattr(
            Scheduler, "apply_entry", lambda self, entry, producer=None: names.append(entry.task)
        )
        return names

    @pytest.mark.parametrize(
        ("ago", "due"), [(-86400, True), (-1, True), (1, False), (4, False), (6, True)]
    )
    def test_a_clock_that_was_set_back_does_not_silence_it(self, beat, ago, due) -> None:
        entry = beat.schedule["sweep"]
        entry.last_run_at = entry.default_now() - timedelta(seconds=ago)
        is_due, seconds = beat.is_due(entry)
        assert is_due is due
        assert 0 < seconds <= 5

    @pytest.mark.parametrize(("waiting", "sends"), [(0, True), (499, True), (500, False)])
    def test_messages_do_not_pile_up_while_no_worker_runs(
        self, beat, sent, monkeypatch, waiting: int, sends: bool
    ) -> None:
        monkeypatch.setattr(tasks, "waiting", lambda: waiting)
        beat.apply_entry(beat.schedule["sweep"])
        assert sent == ["jobs.sweep"] * sends

    def test_a_broker_that_is_away_is_said_and_survived(self, beat, sent, monkeypatch, caplog):
        def lost() -> int:
            raise OperationalError("connection refused")

        monkeypatch.setattr(tasks, "waiting", lost)
        beat.apply_entry(beat.schedule["sweep"])
        assert sent == []
        assert "The broker does not answer: connection refused" in caplog.text


class TestFiles:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "broker"

    @pytest.fixture
    def link(self, folder: Path) -> Connection:
        given = broker.settings("", folder)
        options = given["broker_transport_options"]
        return Connection(given["broker_url"], transport_options=options)

    def test_messages_come_whole_in_their_order_and_leave_nothing(self, link, folder) -> None:
        with link, link.SimpleQueue("work") as work:
            for number in range(20):
                work.put(number)
            assert work.qsize() == 20
            got = []
            for _ in range(20):
                message = work.get(timeout=5)
                got.append(message.payload)
                message.ack()
        assert got == list(range(20))
        assert list(folder.iterdir()) == []

    @pytest.mark.parametrize("torn", ["", '{"body": "WzF'])
    def test_a_torn_message_stops_nobody(self, link, folder: Path, torn: str, caplog) -> None:
        with link, link.SimpleQueue("work") as work:
            (folder / f"{0:020}_torn.work.msg").write_text(torn, "utf-8")
            work.put("whole")
            message = work.get(timeout=5)
            assert message.payload == "whole"
            message.ack()
        assert "could not be read" in caplog.text

    def test_a_message_is_not_seen_before_it_is_whole(self, link, folder, monkeypatch) -> None:
        seen = []
        write = Path.write_text

        def slowly(path: Path, text: str, **how: Any) -> int:
            write(path, text[:5], **how)
            seen.append(work.qsize())
            return write(path, text, **how)

        with link, link.SimpleQueue("work") as work:
            monkeypatch.setattr(Path, "write_text", slowly)
            work.put("whole")
            seen.append(work.qsize())
        assert seen == [0, 1]

    def test_nobody_else_may_read_the_folder(self, folder: Path) -> None:
        broker.settings("", folder)
        assert folder.stat().st_mode & 0o077 == 0

    def test_with_redis_no_folder_is_made(self, folder: Path) -> None:
        given = broker.settings("redis://127.0.0.1:6379/0", folder)
        assert given["broker_url"] == "redis://127.0.0.1:6379/0"
        assert not folder.exists()
