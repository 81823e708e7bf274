"""What an override and a STOP cause besides their line: calls, the mark, the review."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.enums import Role
from accounts.models import User
from config.home import needs
from jobs.models import Job
from lib.refusals import Invalid, Refused
from notices.models import Notice
from runbooks.audit.near_misses import NearMissFilters, tallies
from runbooks.enums import RunKind
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.overrides import AskOverride, UseOverride
from runbooks.machine.moves.roles import ReleaseRole
from runbooks.models import Review
from runbooks.runs import persistence, reviews
from runbooks.runs.replay import verify
from runbooks.runs.transaction import MoveRefused
from tests.factories.people import person
from tests.factories.runs import Play, play
from tests.runbooks import texts

REASON = "The decider does not answer; the table is being overwritten now."


def notices(key: str) -> dict[str, Notice]:
    rows = Notice.objects.filter(key__startswith=key).select_related("person")
    return {notice.person.username: notice for notice in rows}


@pytest.fixture
def manager(db: None) -> User:
    return person("manager", "mg", Role.MANAGER)


@pytest.fixture
def run(manager: User, at: datetime) -> Play:
    return play(texts.HOLD, at)


def overridden(run: Play) -> Review:
    run.move(AskOverride, step=0, gate="released", reason=REASON)
    run.at += timedelta(minutes=2)
    run.move(UseOverride, step=0, gate="released")
    return Review.objects.get()


def test_who_answers_is_called_when_it_is_asked_for_and_when_it_is_used(run: Play) -> None:
    run.move(AskOverride, step=0, gate="released", reason=REASON)
    called = notices("override-asked:")
    assert set(called) == {"decider", "manager"}
    assert REASON in called["decider"].text
    assert "Released by the decider (step 1)" in called["manager"].text
    assert not Review.objects.exists()
    run.at += timedelta(minutes=2)
    run.move(UseOverride, step=0, gate="released")
    assert set(notices("overridden:")) == {"decider", "manager"}
    assert Job.objects.filter(kind="notices.mail").count() == 4


def test_nobody_is_called_for_what_was_refused(run: Play) -> None:
    with pytest.raises(MoveRefused):
        run.move(UseOverride, step=0, gate="released")
    assert not Notice.objects.exists()


def test_a_drill_is_told_in_the_product_alone(manager: User, at: datetime) -> None:
    overridden(play(texts.HOLD, at, kind=RunKind.DRILL))
    assert set(notices("overridden:")) == {"decider", "manager"}
    assert not Job.objects.filter(kind="notices.mail").exists()


def test_stop_calls_the_decider(run: Play) -> None:
    run.move(Hold, by="verifier", reason="Wrong host name.")
    called = notices("stop:")
    assert set(called) == {"decider"}
    assert "Verifier said STOP. Reason: Wrong host name." in called["decider"].text


def test_stop_calls_the_managers_where_there_is_no_decider(manager: User, at: datetime) -> None:
    run = play(texts.PLAIN, at)
    run.move(ReleaseRole, by="decider")
    run.move(Hold)
    assert set(notices("stop:")) == {"manager"}


def test_who_said_stop_is_not_called(run: Play) -> None:
    run.move(Hold, by="decider")
    assert notices("stop:") == {}


def test_the_run_is_marked_and_the_log_still_holds(run: Play) -> None:
    overridden(run)
    assert run.run.overridden == 1
    assert not verify(run.run).faults
    state = persistence.state_of(run.run, persistence.procedure_of(run.run))
    assert state.stated.overrides[0].opened_at is not None


def test_somebody_else_closes_the_review(run: Play, manager: User) -> None:
    review = overridden(run)
    (line,) = reviews.with_overrides([review])
    assert (line.gate, line.reason, line.step) == (
        "Released by the decider", REASON, "step 1, Say it",
    )  # fmt: skip
    approver = run.people["approver"]
    assert [need.title for need in needs(approver, run.at).reviews] == [line.gate]
    reviews.close(review, finding=" Right. ", by=manager, at=run.at)
    review.refresh_from_db()
    assert (review.finding, review.reviewed_by, review.reviewed_at) == ("Right.", manager, run.at)
    assert needs(approver, run.at).reviews == ()
    with pytest.raises(Refused) as refused:
        reviews.close(review, finding="Wrong.", by=approver, at=run.at)
    assert refused.value.code == "reviewed_already"


def test_nobody_reviews_their_own_override_and_not_everybody_may(run: Play) -> None:
    review, operator = overridden(run), run.people["operator"]
    with pytest.raises(Refused) as refused:
        reviews.close(review, finding="x", by=operator, at=run.at)
    assert refused.value.code == "no_right"
    operator.groups.add(*run.people["approver"].groups.all())
    operator = User.objects.get(pk=operator.pk)
    with pytest.raises(Refused) as refused:
        reviews.close(review, finding="x", by=operator, at=run.at)
    assert refused.value.code == "own_override"
    assert needs(operator, run.at).reviews == ()


@pytest.mark.parametrize("finding", ["", "   ", "x" * 4001, "\0"])
def test_a_finding_is_written(run: Play, manager: User, finding: str) -> None:
    with pytest.raises(Invalid):
        reviews.close(overridden(run), finding=finding, by=manager, at=run.at)


def test_the_database_keeps_it_too(run: Play, manager: User) -> None:
    review = overridden(run)
    for change in (
        {"sequence": 1},
        {"overridden_by": manager},
        {"reviewed_at": run.at},
        {"reviewed_at": run.at, "reviewed_by": run.people["operator"], "finding": "x"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.filter(pk=review.pk)._raw_delete("default")


def test_it_is_told_again_every_week_until_it_is_closed(run: Play, manager: User) -> None:
    review = overridden(run)
    assert reviews.remind(run.at + timedelta(days=6)) == 0
    assert reviews.remind(run.at + timedelta(days=8)) == 2
    assert reviews.remind(run.at + timedelta(days=9)) == 0
    assert set(notices("review:")) == {"manager", "approver"}
    reviews.close(review, finding="Right.", by=manager, at=run.at)
    assert reviews.remind(run.at + timedelta(days=20)) == 0


def test_overrides_are_counted_by_runbook_and_gate_without_names(run: Play) -> None:
    overridden(run)
    counted = tallies(NearMissFilters())
    slug = run.run.revision.runbook.slug
    assert (counted.n, counted.overrides) == (0, 1)
    assert [(line.key, line.overrides) for line in counted.runbooks] == [(slug, 1)]
    assert [(line.key, line.overrides) for line in counted.guards] == [("hold", 1)]
    assert "Operator" not in str(counted)


@pytest.mark.parametrize("reason", ["Nobody answers", "Nobody answers."])
def test_a_reason_ends_with_one_full_stop_in_every_notice(run: Play, reason: str) -> None:
    run.move(AskOverride, step=0, gate="released", reason=reason)
    run.at += timedelta(minutes=2)
    run.move(UseOverride, step=0, gate="released")
    run.move(Hold, by="verifier", reason=reason)
    texts = [notice.text for notice in Notice.objects.all()]
    assert len(texts) >= 3
    assert all("Nobody answers. " in text and ".." not in text for text in texts)
