"""What a worker does with one job, whatever its handler does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection

from jobs import heartbeat, queue, worker
from jobs.models import Heartbeat, Job
from tests.factories import jobs as make

pytestmark = pytest.mark.django_db

Handle = Callable[[Job, datetime], str]


@pytest.fixture
def handled(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Handle], None]:
    """`handled(function)`: jobs of the tests' kind are done by it."""

    def by(handler: Handle) -> None:
        settings.JOB_HANDLERS = {make.KIND: "handler"}
        monkeypatch.setattr(worker, "import_string", lambda path: handler)

    return by


def outcome(pk: int) -> tuple[str, str, str]:
    job = Job.objects.get(pk=pk)
    return job.status, job.result, job.error


def test_the_sentence_of_the_handler_is_the_result(handled, at: datetime) -> None:
    handled(lambda job, now: f"{job.data['word']} at {now:%H:%M}.")
    pk = make.waiting(at, word="Read").pk
    assert worker.work(pk, clock=lambda: at)
    assert outcome(pk) == ("done", "Read at 03:12.", "")
    assert not worker.work(pk, clock=lambda: at), "it is done once"


def test_a_handler_gives_up(handled, at: datetime) -> None:
    def refuse(job: Job, now: datetime) -> str:
        raise queue.GiveUp("The address does not exist.")

    handled(refuse)
    pk = make.waiting(at).pk
    assert worker.work(pk, clock=lambda: at)
    assert outcome(pk) == ("failed", "", "The address does not exist.")


@pytest.mark.parametrize(
    ("raised", "sentence", "pause"),
    [
        (queue.Postpone("The server is busy."), "The server is busy.", 10),
        (queue.Postpone("Come back.", timedelta(minutes=5)), "Come back.", 300),
        (ValueError("no such thing"), "Something unexpected: ValueError: no such thing", 10),
    ],
)
def test_a_handler_fails_for_now(handled, at, raised: Exception, sentence: str, pause: int) -> None:
    def later(job: Job, now: datetime) -> str:
        raise raised

    handled(later)
    pk = make.waiting(at).pk
    assert worker.work(pk, clock=lambda: at)
    assert outcome(pk) == ("waiting", "", sentence)
    assert Job.objects.get().due_at == at + timedelta(seconds=pause)


def test_a_kind_that_nobody_does_fails(settings: Any, at: datetime) -> None:
    settings.JOB_HANDLERS = {}
    pk = make.waiting(at).pk
    assert worker.work(pk, clock=lambda: at)
    assert outcome(pk)[2] == "Nothing here does jobs of the kind tests.write."


def test_a_job_that_kills_every_worker_is_given_up(handled, at: datetime) -> None:
    handled(lambda job, now: pytest.fail("called once more"))
    pk = make.waiting(at).pk
    for _ in range(queue.MOST_ATTEMPTS):  # each dies with it, and the lease runs out
        assert queue.take(pk, at=at)
        at += queue.LEASE + timedelta(seconds=1)
    assert worker.work(pk, clock=lambda: at)
    assert outcome(pk) == ("failed", "", "The worker died 12 times while it did this.")


def test_who_lost_the_lease_writes_nothing(handled, at: datetime) -> None:
    later = at + timedelta(minutes=2)

    def slow(job: Job, now: datetime) -> str:
        heir = queue.take(job.pk, at=later)
        assert heir is not None
        assert queue.end(heir, "The heir's.", at=later)
        return "Too late."

    handled(slow)
    pk = make.waiting(at).pk
    assert not worker.work(pk, clock=lambda: at)
    assert outcome(pk) == ("done", "The heir's.", "")


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_breaks_its_connection_is_still_written(handled, at: datetime) -> None:
    def break_it(job: Job, now: datetime) -> str:
        connection.connection.close()
        raise queue.Postpone("The database is away.")

    handled(break_it)
    pk = make.waiting(at).pk
    assert worker.work(pk, clock=lambda: at)
    assert outcome(pk) == ("waiting", "", "The database is away.")


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
class TestHeartbeat:
    """The lease is renewed by a thread with a connection of its own."""

    def test_a_long_job_keeps_its_lease(self, handled, settings, monkeypatch, at) -> None:
        monkeypatch.setattr(worker, "lease", lambda: timedelta(seconds=0.03))
        renewed, real = Event(), queue.renew

        def renew(*args: Any, **kw: Any) -> bool:
            held = real(*args, **kw)
            renewed.set()
            return held

        monkeypatch.setattr(queue, "renew", renew)
        moments = iter([at, at] + [at + timedelta(seconds=n) for n in range(1, 10_000)])

        def long(job: Job, now: datetime) -> str:
            assert renewed.wait(20)
            assert Job.objects.filter(leased_until__gt=job.leased_until).exists()
            return "Done."

        handled(long)
        pk = make.waiting(at).pk
        assert worker.work(pk, clock=lambda: next(moments))
        assert outcome(pk)[0] == "done"
        assert Heartbeat.objects.get().part == heartbeat.BackgroundPart.WORK

    def test_a_database_that_is_away_for_a_while_is_asked_again(
        self, handled, monkeypatch, at, caplog
    ) -> None:
        monkeypatch.setattr(worker, "lease", lambda: timedelta(seconds=0.03))
        calls, twice = [], Event()

        def renew(*args: Any, **kw: Any) -> bool:
            calls.append(args)
            if len(calls) == 1:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT nothing FROM nowhere")
            twice.set()
            return True

        monkeypatch.setattr(queue, "renew", renew)
        handled(lambda job, now: "Done." if twice.wait(20) else "Given up.")
        pk = make.waiting(at).pk
        assert worker.work(pk, clock=lambda: at)
        assert outcome(pk) == ("done", "Done.", "")
        assert "could not be renewed" in caplog.text


class TestSignsOfLife:
    def test_never_seen(self, at: datetime) -> None:
        seen = heartbeat.last_heartbeat(at)
        assert (seen.at, seen.late) == (None, True)
        assert seen.sentence == "The background has never been seen at work."

    @pytest.mark.parametrize(
        ("seconds", "late", "ending"),
        [
            (0, False, "at work."),
            (179, False, "at work."),
            (180, True, "for 3 min."),
            (3600 * 30, True, "for 30 h."),
            (-60, False, "at work."),
        ],
    )
    def test_people_are_told_after_three_minutes(self, at, seconds, late, ending) -> None:
        heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at)
        seen = heartbeat.last_heartbeat(at + timedelta(seconds=seconds))
        assert seen.late is late
        assert seen.sentence.endswith(ending)

    def test_any_part_counts(self, at: datetime) -> None:
        heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at)
        heartbeat.beat(heartbeat.BackgroundPart.WORK, at=at + timedelta(minutes=4))
        assert not heartbeat.last_heartbeat(at + timedelta(minutes=5)).late

    def test_it_is_written_now_and_then(self, at: datetime, django_assert_num_queries) -> None:
        heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at)
        with django_assert_num_queries(1):
            heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at + timedelta(seconds=14))
        heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at + timedelta(seconds=15))
        assert heartbeat.last_heartbeat(at).at == at + timedelta(seconds=15)

    def test_a_clock_that_went_back_is_followed(self, at: datetime) -> None:
        heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at + timedelta(days=1))
        heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at)
        assert heartbeat.last_heartbeat(at + timedelta(minutes=5)).late
