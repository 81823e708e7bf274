"""The pages about background work: who sees what, and what the buttons do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from config.home import needs
from jobs import heartbeat, queries, queue, schedules
from jobs.models import Job, Schedule
from tests.factories import jobs as make

pytestmark = pytest.mark.django_db

DETAIL = "/background/schedules/jobs.prune/"


class TestReading:
    def test_before_the_first_sweep_everything_is_told(self, signed_in, viewer: User) -> None:
        page = signed_in(viewer).get("/background/").content.decode()
        assert "has never been seen at work" in page
        assert "Forgets jobs that were done long ago" in page
        assert not Schedule.objects.exists(), "looking writes nothing"

    def test_the_last_result_and_the_next_moment(self, signed_in, viewer, at, monkeypatch) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at)
        make.background(at)
        page = signed_in(viewer).get("/background/").content.decode()
        assert "The background is at work." in page
        assert "It is done." in page
        assert "2026-03-04 03:40:00 UTC" in page
        assert "The mail server refuses the address." in page

    def test_what_needs_a_person_comes_first(self, settings: Any, at: datetime) -> None:
        kinds = ["a.fine", "b.failed", "c.later", "d.new"]
        settings.JOB_SCHEDULES = dict.fromkeys(kinds, ("daily 03:30", "Something."))
        make.done(at, "a.fine@1", kind="a.fine")
        make.failed(at, "a.fine@0", kind="a.fine")  # an earlier one, and it is fine again
        make.failed(at, "b.failed@1", kind="b.failed")
        queue.postpone(make.running(at, "c.later@1", kind="c.later"), "Busy.", at=at)
        lines = queries.schedule_lines()
        order = [line.row.kind for line in lines]
        assert order == ["b.failed", "c.later", "a.fine", "d.new"]

    @pytest.mark.parametrize("path", ["", "jobs/", "jobs/{pk}/", "schedules/jobs.prune/"])
    def test_who_may_look(self, signed_in, viewer, outsider, at, path: str) -> None:
        path = "/background/" + path.format(pk=make.failed(at).pk)
        assert signed_in(outsider).get(path).status_code == 403
        page = signed_in(viewer).get(path)
        assert page.status_code == 200
        assert b'method="post" action="/background' not in page.content

    @pytest.mark.parametrize(
        "path", ["jobs/99/", "jobs/?status=odd", "jobs/?kind=odd", "schedules/odd/"]
    )
    def test_what_is_not_there(self, signed_in, viewer: User, path: str) -> None:
        assert signed_in(viewer).get(f"/background/{path}").status_code == 404

    def test_only_who_may_adjust_sees_what_a_handler_was_given(
        self, signed_in, viewer, admin, at
    ) -> None:
        job = make.waiting(at, secret="for nobody else")
        for person, seen in ((viewer, False), (admin, True)):
            page = signed_in(person).get(f"/background/jobs/{job.pk}/").content
            assert (b"for nobody else" in page) is seen

    def test_an_error_is_text(self, signed_in, viewer: User, at: datetime) -> None:
        job = make.running(at)
        queue.fail(job, "<script>alert(1)</script>\nSecond line", at=at)
        for path in ("", "jobs/", f"jobs/{job.pk}/"):
            page = signed_in(viewer).get(f"/background/{path}").content
            assert b"<script>alert" not in page
            assert b"&lt;script&gt;alert" in page


class TestList:
    def test_pages_follow_one_another_both_ways(self, at: datetime) -> None:
        for number in range(7):
            make.waiting(at, str(number))
        first = queries.job_page(size=3)
        second = queries.job_page(size=3, before=first.older)
        third = queries.job_page(size=3, before=second.older)
        keys = [[job.key for job in page.jobs] for page in (first, second, third)]
        assert keys == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
        assert (first.newer, third.older) == (None, None)
        assert queries.job_page(size=3, after=third.newer) == second
        assert queries.job_page(size=3, after=second.newer).jobs == first.jobs
        assert queries.job_page(size=3, after=second.newer).newer is None

    def test_filters_stay_when_the_page_is_turned(self, signed_in, viewer, at) -> None:
        for number in range(queries.PAGE + 1):
            make.waiting(at, str(number), kind="jobs.prune")
        make.failed(at, "failed", kind="jobs.prune")
        path = "/background/jobs/?status=waiting&kind=jobs.prune"
        page = signed_in(viewer).get(path)
        assert len(page.context["jobs"]) == queries.PAGE
        assert page.context["older"].startswith("?status=waiting&kind=jobs.prune&before=")
        older = signed_in(viewer).get("/background/jobs/" + page.context["older"])
        assert [job.key for job in older.context["jobs"]] == ["0"]

    def test_what_comes_every_few_seconds_hides_nothing_else(self, settings: Any, at) -> None:
        settings.JOB_SCHEDULES = {"often": ("every 5 s", "Looks.")}
        make.waiting(at, "mail")
        for key in "123":
            make.done(at, key, kind="often")
        make.failed(at, "bad", kind="often")
        assert [job.key for job in queries.job_page(size=2).jobs] == ["bad", "mail"]
        assert queries.job_page("done").jobs == ()
        assert len(queries.job_page(kind="often").jobs) == 4

    @pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "٣"])
    def test_an_odd_place_is_the_beginning(self, signed_in, viewer, at, number: str) -> None:
        make.waiting(at)
        page = signed_in(viewer).get("/background/jobs/", {"before": number})
        assert len(page.context["jobs"]) == 1


class TestAdjusting:
    def test_a_rule_is_saved(self, signed_in, admin: User) -> None:
        answer = signed_in(admin).post(DETAIL, {"rule": "daily 05:00"}, follow=True)
        assert answer.redirect_chain == [(DETAIL, 303)]
        page = answer.content.decode()
        assert "From now on: daily 05:00." in page
        assert "as delivered: daily 03:40" in page
        assert "given another rule" in page

    def test_a_rule_that_cannot_be_read_stays_in_the_form(self, signed_in, admin: User) -> None:
        answer = signed_in(admin).post(DETAIL, {"rule": "at night"})
        assert answer.status_code == 422
        assert 'value="at night"' in answer.content.decode()
        assert "“at night” is not understood. Write it as every 15 min" in answer.text
        answer = signed_in(admin).post(DETAIL, {"rule": " "})
        assert "Write when it is due, such as every 15 min" in answer.text

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("off/", "It is switched off."),
            ("on/", "It is switched on."),
            ("default/", "It is as delivered again."),
            ("run/", "It waits now, and is done within seconds."),
        ],
    )
    def test_each_button(self, signed_in, admin, viewer, path: str, words: str) -> None:
        assert signed_in(viewer).post(DETAIL + path).status_code == 403
        assert signed_in(viewer).get(DETAIL + path).status_code == 405
        answer = signed_in(admin).post(DETAIL + path, follow=True)
        assert words in answer.content.decode()
        assert signed_in(admin).post(f"/background/schedules/odd/{path}").status_code == 404

    def test_running_it_twice_is_refused_on_its_page(self, signed_in, admin: User) -> None:
        signed_in(admin).post(DETAIL + "run/")
        answer = signed_in(admin).post(DETAIL + "run/")
        assert answer.status_code == 409
        assert 'data-code="unended"' in answer.content.decode()

    def test_who_may_not_adjust_changes_nothing(self, signed_in, viewer: User) -> None:
        assert signed_in(viewer).post(DETAIL, {"rule": "daily 05:00"}).status_code == 403
        assert not Schedule.objects.filter(adjusted=True).exists()


class TestTryingAgain:
    def test_a_failed_job(self, signed_in, admin: User, viewer: User, at: datetime) -> None:
        path = f"/background/jobs/{make.failed(at).pk}/again/"
        assert signed_in(viewer).post(path).status_code == 403
        answer = signed_in(admin).post(path, follow=True)
        assert "It is tried again" in answer.content.decode()
        assert Job.objects.get().status == "waiting"
        answer = signed_in(admin).post(path)
        assert answer.status_code == 409
        assert "This job is about to be done." in answer.content.decode()

    def test_one_that_waits_for_later(self, signed_in, admin: User, at: datetime) -> None:
        now = datetime.now(UTC)
        job = make.running(now)
        queue.postpone(job, "Busy.", at=now, pause=timedelta(hours=1))
        page = signed_in(admin).get(f"/background/jobs/{job.pk}/").content.decode()
        assert "Try now" in page
        signed_in(admin).post(f"/background/jobs/{job.pk}/again/")
        assert Job.objects.due(at=datetime.now(UTC)).exists()

    def test_one_that_is_done(self, signed_in, admin: User, at: datetime) -> None:
        answer = signed_in(admin).post(f"/background/jobs/{make.done(at).pk}/again/")
        assert answer.status_code == 409
        assert "This job is done." in answer.content.decode()


class TestHome:
    def test_who_can_mend_it_is_told(self, admin: User, manager: User, at: datetime) -> None:
        make.failed(at, "1")
        make.failed(at, "2")
        titles = [need.title for need in needs(admin, at).background]
        assert titles == ["The background has never been seen at work", "2 jobs failed"]
        assert needs(manager, at).background == ()

    def test_nothing_is_said_of_a_background_at_work(self, admin: User, at: datetime) -> None:
        heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at)
        schedules.sweep(at=at)
        make.done(at)
        assert needs(admin, at).background == ()
