"""Schedules: what is due is put once, whatever the clock does, and an admin adjusts them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from jobs import queue, schedules
from jobs.models import Job, Schedule, ScheduleChange
from lib.refusals import Invalid, Refused
from tests.factories import jobs as make

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
KINDS = {
    "often": ("every 5 s", "Looks."),
    "nightly": ("daily 03:30", "Verifies."),
    "rarely": ("weekly mon 08:00", "Tells."),
}


@pytest.fixture(autouse=True)
def table(settings: Any, db: None) -> None:
    settings.JOB_SCHEDULES = dict(KINDS)
    settings.TIME_ZONE = "Europe/Berlin"


def do_all(at: datetime) -> list[str]:
    """Do every job that is due; the kinds of what was done."""
    kinds = []
    for job in Job.objects.due(at=at):
        taken = queue.take(job.pk, at=at)
        assert taken is not None
        queue.end(taken, "Done.", at=at)
        kinds.append(job.kind)
    return sorted(kinds)


def swept(at: datetime) -> list[str]:
    schedules.sweep(at=at)
    return do_all(at)


class TestSweep:
    def test_nothing_is_due_at_the_first_sight(self, at: datetime) -> None:
        assert swept(at) == []
        due = dict(Schedule.objects.values_list("kind", "next_due"))
        assert due == {
            "often": at + 5 * SECOND,
            "nightly": datetime(2026, 3, 5, 2, 30, tzinfo=UTC),
            "rarely": datetime(2026, 3, 9, 7, 0, tzinfo=UTC),
        }

    def test_each_due_moment_puts_one_job(self, at: datetime) -> None:
        swept(at)
        got = [kind for second in range(60) for kind in swept(at + second * SECOND)]
        assert got == ["often"] * 11
        keys = list(Job.objects.order_by("key").values_list("key", flat=True))
        assert keys[0] == "often@2026-03-04T03:12:50.000000+00:00"

    def test_a_clock_that_jumps_a_day_ahead_makes_each_due_once(self, at: datetime) -> None:
        swept(at)
        assert swept(at + DAY) == ["nightly", "often"]
        assert swept(at + DAY) == []
        assert swept(at + DAY + 5 * SECOND) == ["often"]

    def test_a_clock_that_jumps_back_silences_nothing_and_doubles_nothing(self, at) -> None:
        swept(at)
        assert swept(at + DAY) == ["nightly", "often"]
        assert swept(at + 3 * SECOND) == []
        assert swept(at + 9 * SECOND) == ["often"]
        # The night comes a second time, and its job was done.
        assert swept(at + DAY) == ["often"]
        assert swept(at + 2 * DAY) == ["nightly", "often"]

    def test_no_job_is_put_while_an_earlier_one_is_unended(self, at: datetime) -> None:
        swept(at)
        for second in range(0, 60, 5):
            schedules.sweep(at=at + second * SECOND)
        assert Job.objects.count() == 1
        assert Schedule.objects.get(kind="often").next_due == at + 60 * SECOND
        assert do_all(at + 60 * SECOND) == ["often"]
        assert swept(at + 60 * SECOND) == ["often"]

    def test_other_jobs_of_the_kind_do_not_count(self, at: datetime) -> None:
        swept(at)
        make.waiting(at, "by hand", kind="often")
        assert schedules.sweep(at=at + 5 * SECOND) == 1

    def test_a_kind_that_left_the_settings_is_left_alone(self, settings: Any, at: datetime) -> None:
        swept(at)
        settings.JOB_SCHEDULES = {"nightly": KINDS["nightly"]}
        assert swept(at + 5 * SECOND) == []

    def test_a_new_default_is_followed_unless_it_was_adjusted(self, settings, admin, at) -> None:
        swept(at)
        schedules.adjust("rarely", rule="weekly tue 09:00", by=admin, at=at)
        settings.JOB_SCHEDULES = dict.fromkeys(KINDS, ("daily 12:00", "New."))
        schedules.sweep(at=at)
        rules = dict(Schedule.objects.values_list("kind", "rule"))
        assert rules == {
            "often": "daily 12:00",
            "nightly": "daily 12:00",
            "rarely": "weekly tue 09:00",
        }
        assert Schedule.objects.get(kind="often").next_due == at.replace(
            hour=11, minute=0, second=0
        )

    def test_it_asks_little(self, at: datetime, django_assert_num_queries: Any) -> None:
        swept(at)
        with django_assert_num_queries(1):
            schedules.sweep(at=at + SECOND)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_of_many_sweeps_at_once_one_puts_it(at: datetime) -> None:
    schedules.sweep(at=at)
    start = threading.Barrier(5)

    def sweep(_: int) -> int:
        start.wait()
        try:
            return schedules.sweep(at=at + 5 * SECOND)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(sweep, range(5))) == 1
    assert Job.objects.count() == 1


class TestAdjusting:
    def test_another_rule_counts_at_once_and_is_told(self, admin: User, at: datetime) -> None:
        row = schedules.adjust("nightly", rule=" Daily  04:15", by=admin, at=at)
        assert (row.rule, row.adjusted) == ("daily 04:15", True)
        assert row.next_due == datetime(2026, 3, 4, 3, 15, tzinfo=UTC)
        change = ScheduleChange.objects.get()
        assert change.fields == {"rule": ["daily 03:30", "daily 04:15"]}
        assert (change.by_name, change.at) == ("Admin", at)

    def test_what_changes_nothing_leaves_no_line(self, admin: User, at: datetime) -> None:
        schedules.adjust("nightly", rule="daily 03:30", by=admin, at=at)
        schedules.switch_on("nightly", by=admin, at=at)
        schedules.restore_default("nightly", by=admin, at=at)
        assert not ScheduleChange.objects.exists()

    def test_switched_off_nothing_is_put(self, admin: User, at: datetime) -> None:
        schedules.switch_off("often", by=admin, at=at)
        assert swept(at + DAY) == []
        schedules.switch_on("often", by=admin, at=at + DAY)
        assert swept(at + DAY) == [], "what was due meanwhile is not made up for"
        assert swept(at + DAY + 5 * SECOND) == ["often"]

    def test_back_to_the_default(self, admin: User, at: datetime) -> None:
        schedules.adjust("nightly", rule="every 2 h", by=admin, at=at)
        schedules.switch_off("nightly", by=admin, at=at)
        row = schedules.restore_default("nightly", by=admin, at=at)
        assert (row.rule, row.adjusted, row.enabled) == ("daily 03:30", False, True)
        assert ScheduleChange.objects.first().fields == {
            "rule": ["every 2 h", "daily 03:30"],
            "enabled": ["no", "yes"],
        }

    def test_by_hand_beside_the_rule(self, admin: User, at: datetime) -> None:
        swept(at)
        schedules.run_now("nightly", by=admin, at=at)
        with pytest.raises(Refused, match="still waits or runs"):
            schedules.run_now("nightly", by=admin, at=at)
        assert do_all(at) == ["nightly"]
        assert swept(at + DAY) == ["nightly", "often"]

    def test_a_rule_that_cannot_be_read(self, admin: User, at: datetime) -> None:
        with pytest.raises(Invalid) as raised:
            schedules.adjust("nightly", rule="at night", by=admin, at=at)
        assert "every 15 min" in raised.value.errors["rule"]
        assert not ScheduleChange.objects.exists()

    @pytest.mark.parametrize("verb", ["switch_off", "switch_on", "restore_default", "run_now"])
    def test_who_may(self, verb: str, admin: User, manager: User, at: datetime) -> None:
        with pytest.raises(Refused) as refusal:
            getattr(schedules, verb)("nightly", by=manager, at=at)
        assert refusal.value.status == 403
        with pytest.raises(Refused) as refusal:
            getattr(schedules, verb)("elsewhere", by=admin, at=at)
        assert refusal.value.status == 404
        with pytest.raises(Refused):
            schedules.adjust("nightly", rule="nonsense", by=manager, at=at)

    def test_the_history_cannot_be_edited_or_deleted(self, admin: User, at: datetime) -> None:
        schedules.switch_off("nightly", by=admin, at=at)
        for wrong in (ScheduleChange.objects.all().delete, Schedule.objects.all().delete):
            with pytest.raises(IntegrityError), transaction.atomic():
                wrong()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            ScheduleChange.objects.update(by_name="Nobody")


def test_frequent_jobs_are_forgotten_sooner(at: datetime) -> None:
    for kind in KINDS:
        make.done(at - 2 * DAY, "new", kind=kind)
        make.done(at - 31 * DAY, "old", kind=kind)
    job = make.waiting(at, kind="jobs.prune")
    assert schedules.prune(job, at) == "4 done jobs are forgotten."
    assert not Job.objects.filter(kind="often").exists()
    assert Job.objects.filter(key="new").count() == 2
