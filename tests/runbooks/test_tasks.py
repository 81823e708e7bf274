"""What the background does for runs: verify, anchor, remind; each thing told once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils.module_loading import import_string

from accounts.models import User
from jobs import queue
from jobs.models import Job
from jobs.queue import GiveUp, Postpone
from jobs.rules import parse
from lib.recent import Recent
from notices.models import Notice
from runbooks import tasks
from runbooks.audit import anchors
from runbooks.enums import RunKind, RunRole
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Abort
from runbooks.machine.moves.steps import BeginStep
from runbooks.models import LogCheck, Revision, RunStep
from runbooks.runs import cache
from tests.factories.forging import forging, rewrite
from tests.factories.runs import Play, play
from tests.runbooks import texts

pytestmark = pytest.mark.django_db

PACED = b"""---
title: Paced
---

- [ ] Dump it

  ```guard
  duration: {expected: 5m, max: 30m}
  ```

- [ ] Look at it
"""


def job(kind: str, **data: Any) -> Job:
    return Job(kind=kind, key="k", data=data)


def verify(at: datetime) -> str:
    return tasks.verify_logs(job("runbooks.verify_logs"), at)


def remind(at: datetime) -> str:
    return tasks.remind(job("runbooks.remind"), at)


def notices() -> list[tuple[str, str]]:
    return [(n.person.username, n.subject) for n in Notice.objects.order_by("pk")]


def test_each_handler_and_each_schedule_exists(settings: Any) -> None:
    for kind, path in settings.JOB_HANDLERS.items():
        assert callable(import_string(path)), kind
    for kind, (rule, words) in settings.JOB_SCHEDULES.items():
        assert kind in settings.JOB_HANDLERS
        assert parse(rule)
        assert words.endswith(".")


# The nightly verification.


@pytest.fixture
def played(at: datetime) -> Play:
    made = play(texts.AFTER, at)
    made.tick(0)
    made.tick(1, rows="12", seen="all")
    return made


def test_a_good_night_is_kept_and_told_to_nobody(
    played: Play, manager: User, at: datetime, anchor_file: Path
) -> None:
    anchors.cast(anchor_file, at=at)
    sentence = (
        f"1 run with {played.run.sequence} events verified, 1 anchored head compared; all hold."
    )
    assert verify(at) == sentence
    kept = LogCheck.objects.get()
    assert (kept.at, kept.runs, kept.events, kept.heads) == (at, 1, played.run.sequence, 1)
    assert kept.faults == []
    assert notices() == []


def test_a_fault_is_told_once_and_not_every_night(
    played: Play, manager: User, admin: User, at: datetime
) -> None:
    with forging():
        RunStep.objects.filter(run=played.run, step=1).update(values={"rows": "99"})
    assert verify(at).endswith("; 1 fault.")
    assert verify(at + timedelta(days=1)).endswith("; 1 fault.")
    subject = "1 new fault in the logs of runs"
    assert sorted(notices()) == [("admin", subject), ("manager", subject)]
    assert "Run 1: Stored and replayed state differ at step 2." in (
        Notice.objects.earliest("pk").text.replace(f"Run {played.run.pk}", "Run 1")
    )
    assert Job.objects.filter(kind="notices.mail").count() == 2
    with forging():
        Revision.objects.update(source=b"- [ ] something else")
    verify(at + timedelta(days=2))
    assert len(notices()) == 4


def test_the_night_compares_with_the_anchors(
    played: Play, manager: User, at: datetime, anchor_file: Path
) -> None:
    anchors.cast(anchor_file, at=at)
    rewrite(played.run, '"12"', '"99"')
    assert verify(at).endswith("; 1 fault.")
    assert "The log was rewritten." in LogCheck.objects.get().faults[0]["sentence"]
    anchor_file.unlink()
    verify(at)
    assert "cannot be read" in LogCheck.objects.latest("pk").faults[0]["sentence"]


def test_the_command_keeps_the_same_result_unless_it_is_a_part(played: Play) -> None:
    call_command("verify_log", str(played.run.pk))
    assert not LogCheck.objects.exists()
    call_command("verify_log")
    assert LogCheck.objects.get().runs == 1


def test_nothing_to_verify_is_a_result_too(at: datetime) -> None:
    assert verify(at) == "There is no run yet to verify."


# Anchors elsewhere.


def test_anchoring_says_what_it_did(played: Play, at: datetime, anchor_file: Path) -> None:
    assert tasks.anchor(job("runbooks.anchor"), at) == f"1 head anchored in {anchor_file}."
    assert tasks.anchor(job("runbooks.anchor"), at) == "No log has moved."


def test_a_file_that_cannot_be_written_is_tried_again(
    played: Play, at: datetime, settings: Any, tmp_path: Path
) -> None:
    settings.ANCHOR_FILE = tmp_path  # a folder
    with pytest.raises(Postpone, match="cannot be written"):
        tasks.anchor(job("runbooks.anchor"), at)


def test_an_anchor_is_mailed(at: datetime, settings: Any) -> None:
    with pytest.raises(GiveUp):
        tasks.mail_anchor(job("runbooks.mail_anchor", line="{}"), at)
    settings.ANCHOR_EMAIL = "auditor@example.org"
    tasks.mail_anchor(job("runbooks.mail_anchor", line='{"number":1}'), at)
    (sent,) = mail.outbox
    assert sent.to == ["auditor@example.org"]
    assert '{"number":1}\n\nSHA-256 of this line: k\n' in sent.body


@contextmanager
def witness(status: int) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers `status`, and what it was sent."""
    sent: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/anchors?token=secret", sent
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.processes
def test_an_anchor_is_posted_byte_for_byte(at: datetime, settings: Any) -> None:
    line = '{"heads":[[5,12,"ab"]],"number":1}'
    with witness(204) as (settings.ANCHOR_WEBHOOK, sent):
        result = tasks.post_anchor(job("runbooks.post_anchor", line=line), at)
    assert sent == [line.encode()]
    assert result == "127.0.0.1 answered 204."


@pytest.mark.processes
@pytest.mark.parametrize("status", [302, 404, 500])
def test_any_other_answer_is_tried_again(at: datetime, settings: Any, status: int) -> None:
    with witness(status) as (settings.ANCHOR_WEBHOOK, sent), pytest.raises(Postpone) as raised:
        tasks.post_anchor(job("runbooks.post_anchor", line="{}"), at)
    assert len(sent) == 1
    assert raised.value.sentence == f"127.0.0.1 answered {status}."


@pytest.mark.processes
def test_a_witness_that_is_away_is_tried_again(at: datetime, settings: Any) -> None:
    with witness(204) as (url, _):
        pass
    settings.ANCHOR_WEBHOOK = url
    with pytest.raises(Postpone, match="cannot be reached") as raised:
        tasks.post_anchor(job("runbooks.post_anchor", line="{}"), at)
    assert "secret" not in raised.value.sentence


def test_a_witness_that_is_not_wanted_any_more_is_given_up(at: datetime) -> None:
    with pytest.raises(GiveUp):
        tasks.post_anchor(job("runbooks.post_anchor", line="{}"), at)


# Reminders.


def began(at: datetime, kind: RunKind = RunKind.LIVE) -> Play:
    made = play(PACED, at, kind=kind)
    made.move(BeginStep, step=0)
    return made


def after(made: Play, **length: float) -> datetime:
    return made.at + timedelta(**length)


def test_a_late_step_is_told_once_to_everybody_in_the_run(at: datetime) -> None:
    made = began(at)
    assert remind(after(made, minutes=29)) == "1 run under way, nothing new is overdue."
    assert remind(after(made, minutes=42)) == "1 run under way, 3 notices."
    for minute in (43, 44, 1000):
        assert remind(after(made, minutes=minute)) == "1 run under way, nothing new is overdue."
    remind(after(made, minutes=-500))  # the clock was set back
    remind(after(made, minutes=43))
    assert sorted({name for name, _ in notices()}) == ["decider", "operator", "verifier"]
    notice = Notice.objects.earliest("pk")
    assert notice.subject == f"Step 1 is beyond its 30 min: Run {made.run.pk} — Paced"
    assert notice.text == (
        "Step 1, Dump it, is being done for 42 min, 12 min beyond its 30 min."
        " Look whether it still moves. If it does not, say STOP and find out why."
    )
    assert notice.url == f"/runs/{made.run.pk}/"
    assert Job.objects.filter(kind="notices.mail").count() == len(notices()) == 3


def test_a_new_attempt_is_told_anew(at: datetime) -> None:
    made = began(at)
    remind(after(made, minutes=31))
    made.move(ReportMismatch, step=0, observed="it stands still")
    made.move(Diagnose, step=0, finding="the disk is full")
    made.move(Reopen, step=0)
    made.move(BeginStep, step=0)
    remind(after(made, minutes=31))
    assert len(notices()) == 6


def test_who_came_later_is_told_and_the_others_are_not_told_again(at: datetime) -> None:
    made = began(at)
    remind(after(made, minutes=31))
    made.move(TakeRole, by="relief", role=RunRole.OBSERVER)
    remind(after(made, minutes=32))
    assert [name for name, _ in notices()][3:] == ["relief"]


def test_silence_is_told_once_until_something_happens(at: datetime) -> None:
    made = play(texts.AFTER, at)
    for minute in (31, 32, 90):
        remind(after(made, minutes=minute))
    assert len(notices()) == 3
    assert notices()[0][1] == f"Nothing happens: Run {made.run.pk} — Tried"
    made.move(Note, text="still waiting for the tape")
    remind(after(made, minutes=5))
    assert len(notices()) == 3
    remind(after(made, minutes=31))
    assert len(notices()) == 6


def test_the_limit_of_silence_can_be_set(at: datetime, settings: Any) -> None:
    settings.QUIET_RUN_MINUTES = 5
    made = play(texts.AFTER, at)
    remind(after(made, minutes=6))
    assert len(notices()) == 3


def test_a_drill_is_told_in_the_product_alone(at: datetime) -> None:
    made = began(at, RunKind.DRILL)
    remind(after(made, minutes=31))
    assert len(notices()) == 3
    assert "(drill)" in notices()[0][1]
    assert not Job.objects.exists()


def test_a_run_that_has_ended_or_not_begun_is_not_looked_at(at: datetime) -> None:
    made = began(at)
    made.move(Abort, by="decider", reason="enough")
    assert remind(after(made, days=3)).startswith("0 runs under way")
    assert not Notice.objects.filter(key__startswith="late").exists()


def test_a_run_that_cannot_be_read_keeps_nobody_from_being_told(
    at: datetime, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = began(at)
    monkeypatch.setattr(cache, "states", Recent(1))  # as a worker that was just started
    monkeypatch.setattr(cache, "procedures", Recent(1))
    with forging():
        Revision.objects.update(procedure={})
    second = play(PACED.replace(b"Paced", b"Other"), at, people=first.people)
    assert remind(after(second, minutes=31)) == "1 run under way, 3 notices."
    assert f"Run {first.run.pk} cannot be read." in caplog.text


def test_that_the_logs_are_not_verified_is_told_once(
    played: Play, manager: User, at: datetime
) -> None:
    remind(at + timedelta(hours=47))
    assert not Notice.objects.filter(key__startswith="log-check").exists()
    for hour in (49, 50, 500):
        remind(at + timedelta(hours=hour))
    (notice,) = Notice.objects.filter(key__startswith="log-check")
    assert notice.person == manager
    assert "not verified since 2026-03-04 03:12 UTC" in notice.text
    verify(at + timedelta(hours=501))
    remind(at + timedelta(hours=548))
    assert Notice.objects.filter(key__startswith="log-check").count() == 1
    remind(at + timedelta(hours=550))
    assert Notice.objects.filter(key__startswith="log-check").count() == 2


def test_a_check_that_is_about_to_be_made_is_not_missed(
    played: Play, manager: User, at: datetime
) -> None:
    """The product was switched off over the weekend: on Monday it catches up by itself."""
    monday = at + timedelta(days=3)
    queue.put("runbooks.verify_logs", "runbooks.verify_logs@monday", at=monday)
    remind(monday)
    assert not Notice.objects.filter(key__startswith="log-check").exists()


def test_a_new_installation_misses_no_check(manager: User, at: datetime) -> None:
    assert remind(at) == "0 runs under way, nothing new is overdue."
