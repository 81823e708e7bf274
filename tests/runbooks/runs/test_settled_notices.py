"""A notice that asks for something about a run waits for nobody once that is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from jobs.models import Job
from notices.mail import mail_notice
from notices.models import Notice
from notices.sending import send_notice, settle
from runbooks import tasks
from runbooks.enums import RunRole
from runbooks.machine.moves.copies import AskCopies
from runbooks.machine.moves.hand_over import AcceptHandOver
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.overrides import AskOverride, UseOverride, WithdrawOverride
from runbooks.machine.moves.replacement import (
    ConfirmReplacement,
    ProposeReplacement,
    WithdrawReplacement,
)
from runbooks.machine.moves.run import Abort, Complete
from runbooks.models import Review
from runbooks.runs import reviews
from tests.factories.runs import Play, play
from tests.runbooks import texts

SignIn = Callable[[User], Client]
WORDS: dict[str, str] = dict.fromkeys(("position", "running", "next_step", "worries"), "x")
ASKED: dict[str, Any] = {
    "step": 0,
    "gate": "released",
    "reason": "The decider does not answer; it must go on.",
}


@pytest.fixture
def run(manager: User, at: datetime) -> Play:
    return play(texts.HOLD, at)


def over(word: str) -> set[str]:
    """How the notices of this kind ended; '' for one that still waits."""
    endings = set(Notice.objects.filter(key__startswith=f"{word}:").values_list("over", flat=True))
    assert endings, "nobody was told"
    return endings


def resume(run: Play) -> None:
    run.move(Resume, by="decider", comment="Looked at it.", read_back="none")


def test_a_stop_is_over_when_the_run_is_resumed(run: Play) -> None:
    decider = run.people["decider"]
    run.move(Hold, by="verifier", reason="Wrong host.")
    assert over("stop") == {""}
    assert decider.notices.unread().count() == 1
    resume(run)
    assert over("stop") == {"The run was resumed."}
    assert decider.notices.unread().count() == 0
    assert Notice.objects.get().over_at == run.at
    run.move(Hold, by="verifier", reason="Again.")
    assert decider.notices.unread().count() == 1  # another STOP is another notice


def test_all_that_a_run_asked_is_over_when_it_ends(run: Play) -> None:
    why = "The run was aborted."
    run.move(AskOverride, **ASKED)
    run.move(AskCopies, text="A newer one?")
    run.move(Hold, by="verifier", reason="Wrong host.")
    assert over("stop") == over("override-asked") == over("copies-asked") == {""}
    run.move(Abort, by="decider", reason="so")
    assert over("stop") == over("override-asked") == over("copies-asked") == {why}
    assert not any(person.notices.unread().count() for person in run.people.values())


@pytest.mark.django_db
def test_a_stop_is_over_when_the_run_is_turned_back(at: datetime) -> None:
    """It goes on then, by the section that leads back."""
    run = play(texts.ABORT, at)
    run.move(Hold, by="verifier", reason="Wrong host.")
    run.move(Abort, by="decider", reason="so")
    assert run.run.status == "running"
    assert over("stop") == {"The run was turned back."}


def test_a_completed_run_asks_for_nothing(manager: User, at: datetime) -> None:
    run = play(texts.PLAIN, at)
    run.move(AskCopies, text="")
    for step in range(3):
        run.tick(step)
    run.move(Complete, summary="Done.")
    assert over("copies-asked") == {"The run was completed."}


def test_an_override_is_over_when_used_and_its_review_when_closed(run: Play) -> None:
    approver = run.people["approver"]
    run.move(AskOverride, **ASKED)
    run.at += timedelta(minutes=2)
    run.move(UseOverride, step=0, gate="released")
    assert over("override-asked") == {"It was used."}
    assert over("overridden") == {""}
    run.move(Abort, by="decider", reason="so")
    assert over("overridden") == {""}  # the review outlives the run
    reviews.remind(run.at + timedelta(days=8))
    assert over("review") == {""}
    reviews.close(Review.objects.get(), finding="It was right.", by=approver, at=run.at)
    assert over("overridden") == over("review") == {f"{approver} closed the review."}


def test_an_override_that_was_withdrawn_is_over(run: Play) -> None:
    run.move(AskOverride, **ASKED)
    run.move(WithdrawOverride, by="decider", step=0, gate="released")
    assert over("override-asked") == {"It was withdrawn."}


def test_an_override_that_lapsed_is_over_within_the_minute(run: Play) -> None:
    run.move(AskOverride, **ASKED)
    tasks.remind(Job(), run.at + timedelta(minutes=14))
    assert over("override-asked") == {""}
    tasks.remind(Job(), run.at + timedelta(minutes=16))
    assert over("override-asked") == {"It can no longer be used."}


def test_a_replacement_is_over_when_confirmed_and_taken(run: Play) -> None:
    relief = run.people["relief"]
    sent: dict[str, Any] = {
        "role": RunRole.OPERATOR,
        "to": relief.pk,
        "reason": "Gone for an hour.",
    }
    run.move(ProposeReplacement, by="decider", **sent)
    assert over("replacing") == {""}
    run.move(WithdrawReplacement, by="operator")
    assert over("replacing") == {"It was withdrawn."}
    run.move(ProposeReplacement, by="decider", **sent)
    run.move(ConfirmReplacement, by="verifier")
    assert over("replacing") == {"It was withdrawn.", "It was confirmed."}
    assert over("replaced") == {""}
    run.move(AcceptHandOver, by="relief", read_back="none")
    assert over("replaced") == {"The run was taken over."}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("word", "guard", "why"),
    [
        ("late-step", "\nduration: {max: 10m}", "The step is no longer late."),
        ("quiet-run", "", "Something was written in the run."),
    ],
)
def test_a_late_step_and_a_silence_are_over_when_they_end(
    at: datetime, word: str, guard: str, why: str
) -> None:
    run = play(texts.text(f"Copy{guard}", "Tell"), at)
    late = run.at + timedelta(hours=2)
    for minutes in range(2):
        tasks.remind(Job(), late + timedelta(minutes=minutes))
        assert over(word) == {""}
    run.at = late + timedelta(minutes=2)
    run.tick(0)
    tasks.remind(Job(), run.at + timedelta(minutes=1))
    assert over(word) == {why}


def test_what_is_over_is_shown_and_not_mailed(run: Play, signed_in: SignIn) -> None:
    decider = run.people["decider"]
    run.move(Hold, by="verifier", reason="Wrong host.")
    resume(run)
    client = signed_in(decider)
    page = client.get("/notices/").content.decode()
    assert '<span class="status off">over</span>' in page
    assert "The run was resumed." in page
    assert "Mark as read" not in page
    assert "Mark all as read" not in page
    assert "unread</span>" not in page
    job = Job.objects.get(kind="notices.mail")
    assert mail_notice(job, run.at) == "Not mailed: it was over. The run was resumed."


def test_what_asks_for_nothing_stays_unread(run: Play, at: datetime) -> None:
    decider = run.people["decider"]
    send_notice([decider], key="digest:1", subject="A week", text="x", url="/", at=at)
    settle("", why="x.", at=at, words=["stop"])
    run.move(Abort, by="operator", reason="so")
    assert decider.notices.unread().count() == 1
