"""The table of jobs: put once, taken by one, ended once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from jobs import queue
from jobs.models import Job
from tests.factories import jobs as make

SECOND = timedelta(seconds=1)


@pytest.mark.django_db
class TestPutting:
    def test_the_same_kind_and_key_is_the_same_job(self, at: datetime) -> None:
        for word in ("first", "second"):
            queue.put("a", "1", {"word": word}, at=at)
        queue.put("b", "1", at=at)
        assert Job.objects.get(kind="a").data == {"word": "first"}
        assert Job.objects.count() == 2

    def test_it_exists_exactly_when_what_it_belongs_to_does(self, at: datetime) -> None:
        with transaction.atomic():
            queue.put("a", "1", at=at)
            transaction.set_rollback(True)
        assert not Job.objects.exists()

    def test_one_that_is_done_is_not_done_again(self, at: datetime) -> None:
        job = make.done(at)
        queue.put(job.kind, job.key, at=at + SECOND)
        assert not Job.objects.due(at=at + timedelta(days=1)).exists()

    def test_it_is_due_at_its_time(self, at: datetime) -> None:
        queue.put("a", "1", at=at, due=at + SECOND)
        assert not Job.objects.due(at=at).exists()
        assert Job.objects.due(at=at + SECOND).exists()


@pytest.mark.django_db
class TestLease:
    def test_who_holds_it_keeps_others_away(self, at: datetime) -> None:
        job = make.running(at, lease=60)
        assert queue.take(job.pk, at=at + 60 * SECOND) is None
        assert queue.renew(job, at=at + 50 * SECOND, lease=60 * SECOND)
        assert queue.take(job.pk, at=at + 110 * SECOND) is None

    def test_a_lease_that_ran_out_is_lost_for_good(self, at: datetime) -> None:
        lost = make.running(at, lease=60)
        heir = queue.take(lost.pk, at=at + 61 * SECOND)
        assert heir is not None
        assert heir.attempts == 2
        assert not queue.renew(lost, at=at + 62 * SECOND)
        assert not queue.end(lost, "Mine.", at=at + 62 * SECOND)
        assert not queue.fail(lost, "Mine.", at=at + 62 * SECOND)
        assert not queue.postpone(lost, "Mine.", at=at + 62 * SECOND)
        assert queue.end(heir, "The heir's.", at=at + 63 * SECOND)
        assert not queue.end(heir, "Twice.", at=at + 64 * SECOND)
        assert Job.objects.get().result == "The heir's."

    def test_the_database_keeps_a_running_job_and_its_lease_together(self, at: datetime) -> None:
        make.running(at)
        for wrong in ({"leased_until": None}, {"status": "done"}, {"ended_at": at}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Job.objects.update(**wrong)


@pytest.mark.django_db
class TestTryingAgain:
    def test_the_pauses_double_up_to_an_hour(self) -> None:
        pauses = [queue.backoff(n).total_seconds() for n in range(1, 40)]
        assert pauses[:4] == [10, 20, 40, 80]
        assert pauses == sorted(pauses)
        assert pauses[-1] == 3600

    def test_it_fails_when_all_attempts_are_spent(self, at: datetime) -> None:
        pk = make.waiting(at).pk
        for attempt in range(1, queue.MOST_ATTEMPTS + 1):
            job = queue.take(pk, at=at)
            assert job is not None, attempt
            assert queue.postpone(job, "Not yet.", at=at, pause=timedelta(0))
        job.refresh_from_db()
        assert (job.status, job.error) == ("failed", "Not yet.")

    def test_an_ended_job_is_put_back_with_all_its_attempts(self, at: datetime) -> None:
        job = make.failed(at)
        assert queue.again(job, at=at + SECOND)
        assert not queue.again(job, at=at + SECOND)
        taken = queue.take(job.pk, at=at + SECOND)
        assert taken is not None
        assert taken.attempts == 1
        assert not queue.again(job, at=at + SECOND), "it runs"

    def test_a_job_that_waits_for_later_can_be_hastened(self, at: datetime) -> None:
        job = make.running(at)
        assert not queue.hasten(job, at=at)
        queue.postpone(job, "Later.", at=at, pause=timedelta(hours=1))
        assert queue.hasten(job, at=at + SECOND)
        assert queue.take(job.pk, at=at + SECOND) is not None


@pytest.mark.django_db
class TestHanding:
    """What the broker is told, so that a long queue is not told again every few seconds."""

    def test_what_is_on_its_way_is_not_handed_again_until_it_counts_as_lost(
        self, at: datetime
    ) -> None:
        pk = make.waiting(at).pk
        assert queue.to_hand(at, 10) == [pk]
        queue.handed([pk], at=at)
        assert queue.to_hand(at + 59 * SECOND, 10) == []
        assert queue.to_hand(at + 60 * SECOND, 10) == [pk]

    def test_when_the_clock_went_back_it_counts_as_lost(self, at: datetime) -> None:
        pk = make.waiting(at).pk
        queue.handed([pk], at=at + timedelta(days=1))
        queue.handed([pk], at=at + SECOND)
        Job.objects.update(handed_at=at + timedelta(days=1))
        assert queue.to_hand(at + SECOND, 10) == [pk]

    def test_what_was_taken_and_given_back_is_handed_at_once(self, at: datetime) -> None:
        pk = make.waiting(at).pk
        queue.handed([pk], at=at)
        job = queue.take(pk, at=at)
        assert job is not None
        queue.handed([pk], at=at)  # the sweep remembers late
        queue.postpone(job, "Not yet.", at=at, pause=SECOND)
        assert queue.to_hand(at + SECOND, 10) == [pk]

    def test_one_whose_worker_died_is_handed(self, at: datetime) -> None:
        pk = make.running(at, lease=60).pk
        assert queue.to_hand(at + 60 * SECOND, 10) == []
        assert queue.to_hand(at + 61 * SECOND, 10) == [pk]

    @pytest.mark.parametrize(("most", "wanted"), [(2, 2), (0, 0), (-3, 0)])
    def test_no_more_than_there_is_room_for(self, at: datetime, most: int, wanted: int) -> None:
        for key in "123":
            make.waiting(at, key)
        assert len(queue.to_hand(at, most)) == wanted


@pytest.mark.django_db
def test_done_jobs_are_forgotten_and_failed_ones_kept(at: datetime) -> None:
    make.done(at, "old")
    make.done(at + timedelta(days=2), "new")
    make.failed(at, "failed")
    make.waiting(at, "waiting")
    assert queue.prune(before=at + timedelta(days=1), kind="other") == 0
    assert queue.prune(before=at + timedelta(days=1)) == 1
    assert set(Job.objects.values_list("key", flat=True)) == {"new", "failed", "waiting"}


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_gets_it(at: datetime) -> None:
    pk = make.waiting(at).pk
    start = threading.Barrier(6)

    def take(_: int) -> Any:
        start.wait()
        try:
            return queue.take(pk, at=at)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        taken = [job for job in pool.map(take, range(6)) if job is not None]
    assert len(taken) == 1
    assert taken[0].attempts == 1
    assert queue.end(taken[0], "Done.", at=at)
