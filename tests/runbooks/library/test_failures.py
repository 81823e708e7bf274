"""No second slip: what went wrong locks its text until it is changed, or waived by another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.enums import Role
from accounts.models import User
from lib.refusals import Invalid, Refused
from runbooks.enums import Deviation, RunKind, RunRole
from runbooks.library import failures, revisions, waivers
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.steps import BeginStep
from runbooks.models import Revision, Run, Waiver
from runbooks.models.runs import LOCKING
from runbooks.runs import preparation, replay
from tests.factories.people import person
from tests.factories.runs import Play, cast, play
from tests.runbooks import texts
from tests.runbooks.runs.test_deviation import WATCHED

OTHER = texts.AFTER.replace(b"title: Tried", b"title: Another")
WHY = "The newest entry was of April."


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return cast()


def failed(
    people: dict[str, User],
    at: datetime,
    *,
    deviation: str = "wrong-direction",
    source: bytes = texts.PLAIN,
    **more: Any,
) -> Play:
    """A run that was aborted at its second step, because of `deviation`."""
    game = play(source, at, people=people, **more)
    game.tick(0)
    game.move(Abort, reason=WHY, deviation=deviation)
    return game


def prepare(revision: Revision, people: dict[str, User], at: datetime, kind: str = "live") -> Run:
    return preparation.prepare(
        revision=revision, kind=RunKind(kind), parameters={}, by=people["operator"], at=at
    )


def refused(deed: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value


def waive(game: Play, by: User, reason: str = "The prompt names the direction now.") -> Waiver:
    return waivers.waive(game.run.revision, run=game.run.pk, reason=reason, by=by, at=game.at)


@pytest.mark.parametrize("kind", LOCKING)
def test_it_locks_its_text_for_live_use(people: dict[str, User], at: datetime, kind: str) -> None:
    game = failed(people, at, deviation=kind)
    refusal = refused(lambda: prepare(game.run.revision, people, game.at))
    assert refusal.code == "locked"
    assert f"Run {game.run.pk}" in refusal.sentence
    assert "step 2" in refusal.sentence
    assert WHY in refusal.sentence
    assert "waive" in refusal.remedy
    assert prepare(game.run.revision, people, game.at, "drill").status == "briefing"


@pytest.mark.parametrize("kind", ["", *(k for k in Deviation if k not in LOCKING)])
def test_nothing_else_locks(people: dict[str, User], at: datetime, kind: str) -> None:
    game = failed(people, at, deviation=kind)
    assert prepare(game.run.revision, people, game.at).status == "briefing"


def test_a_drill_locks_nothing_and_is_no_last_attempt(
    people: dict[str, User], at: datetime
) -> None:
    game = failed(people, at, kind=RunKind.DRILL)
    assert failures.last_failure(game.run.revision.runbook) is None
    assert prepare(game.run.revision, people, game.at).status == "briefing"


def test_a_run_prepared_before_does_not_start_any_more(
    people: dict[str, User], at: datetime
) -> None:
    game = play(texts.PLAIN, at, people=people)
    later = Play(prepare(game.run.revision, people, at), people, at)
    drill = Play(prepare(game.run.revision, people, at, "drill"), people, at)
    for role in (RunRole.OPERATOR, RunRole.VERIFIER):
        later.move(TakeRole, by=role.value, role=role)
        drill.move(TakeRole, by=role.value, role=role)
    game.move(Abort, reason=WHY, deviation="wrong-target")
    refusal = refused(lambda: later.move(Start, acknowledged=True, conditions=True))
    assert (refusal.code, "wrong target" in refusal.sentence) == ("locked", True)
    assert later.run.events.order_by("sequence").last().kind == "move.refused"
    drill.move(Start, acknowledged=True, conditions=True)
    waive(game, people["approver"])
    later.move(Start, acknowledged=True, conditions=True)
    assert later.run.status == "running"
    assert replay.verify(later.run).ok


def test_a_newer_text_is_free_once_its_failed_step_has_changed(
    people: dict[str, User], at: datetime
) -> None:
    game = play(texts.PLAIN, at, people=people)
    first = game.run.revision
    second = revisions.save(
        source=texts.PLAIN + b"\n- [ ] Once more\n", by=people["author"], at=at,
        runbook=first.runbook, seen=1,
    )  # fmt: skip
    second = revisions.approve(second, by=people["approver"], at=at)
    run = Play(prepare(second, people, at), people, at)
    for role in (RunRole.OPERATOR, RunRole.VERIFIER):
        run.move(TakeRole, by=role.value, role=role)
    run.move(Start, acknowledged=True, conditions=True)
    run.move(Abort, reason=WHY, deviation="wrong-target")
    assert failures.lock(first) is not None
    assert failures.lock(second) is not None
    third = revisions.save(
        source=texts.PLAIN + b"\n- [ ] Look first\n", by=people["author"], at=at,
        runbook=first.runbook, seen=2,
    )  # fmt: skip
    revisions.approve(third, by=people["approver"], at=at)
    assert failures.lock(third) is not None  # the step that failed is what it was
    fourth = revisions.save(
        source=texts.PLAIN.replace(
            b"writers\n", b"writers\n\n  ```guard\n  countersign: before\n  ```\n"
        ),
        by=people["author"], at=at, runbook=first.runbook, seen=3,
    )  # fmt: skip
    with pytest.raises(Invalid, match="Say why it will not go wrong again"):
        revisions.approve(fourth, by=people["approver"], at=run.at)
    assert failures.lock(fourth) is not None
    fourth = revisions.approve(
        fourth, by=people["approver"], at=run.at, reason=" A second person reads the prompt. "
    )
    assert fourth.approval_reason == "A second person reads the prompt."
    assert failures.lock(fourth) is None
    assert failures.lock(third) is not None


def test_who_may_waives_it_once_with_a_reason(people: dict[str, User], at: datetime) -> None:
    game = failed(people, at)
    with pytest.raises(Invalid, match="Say why"):
        waive(game, people["approver"], "  ")
    with pytest.raises(Invalid, match="characters"):
        waive(game, people["approver"], "x" * 1001)
    with pytest.raises(Invalid, match="kept"):
        waive(game, people["approver"], "NUL \0")
    assert refused(lambda: waive(game, people["author"])).code == "no_right"
    assert failures.lock(game.run.revision) is not None
    made = waive(game, people["approver"])
    assert (made.revision, made.run, made.by, made.at) == (
        game.run.revision, game.run, people["approver"], game.at,
    )  # fmt: skip
    assert failures.lock(game.run.revision) is None
    assert prepare(game.run.revision, people, game.at).status == "briefing"
    assert refused(lambda: waive(game, people["approver"])).code == "waived_already"
    last = failures.last_failure(game.run.revision.runbook)
    assert last is not None
    assert last.waiver == made


def test_the_next_failure_locks_again(people: dict[str, User], at: datetime) -> None:
    game = failed(people, at)
    waive(game, people["approver"])
    again = Play(prepare(game.run.revision, people, game.at), people, game.at)
    for role in (RunRole.OPERATOR, RunRole.VERIFIER):
        again.move(TakeRole, by=role.value, role=role)
    again.move(Start, acknowledged=True, conditions=True)
    again.move(Abort, reason="Twice.", deviation="wrong-direction")
    lock = failures.lock(game.run.revision)
    assert lock is not None
    assert lock.run == again.run


def test_its_operator_does_not_waive_it(people: dict[str, User], at: datetime) -> None:
    both = person("both", "bo", Role.RESPONDER, Role.APPROVER)
    game = play(texts.PLAIN, at, people={**people, "operator": both})
    words = dict.fromkeys(("position", "running", "next_step", "worries"), "x")
    game.move(HandOver, to=people["relief"].pk, **words)
    game.move(AcceptHandOver, by="relief", read_back="none")
    game.move(Abort, by="relief", reason=WHY, deviation="wrong-target")
    assert refused(lambda: waive(game, both)).code == "own_run"
    waive(game, people["approver"])


def test_the_last_operator_does_not_waive_it(people: dict[str, User], at: datetime) -> None:
    both = person("both", "bo", Role.RESPONDER, Role.APPROVER)
    game = failed({**people, "operator": both}, at)
    assert refused(lambda: waive(game, both)).code == "own_run"


def test_only_what_locks_is_waived(people: dict[str, User], at: datetime) -> None:
    game = failed(people, at, deviation="other")
    assert refused(lambda: waive(game, people["approver"])).code == "not_locked"
    other = failed(people, at, source=OTHER)
    deed = lambda: waivers.waive(  # noqa: E731
        game.run.revision, run=other.run.pk, reason="so", by=people["approver"], at=at
    )
    assert refused(deed).code == "not_locked"
    assert not Waiver.objects.exists()


def test_the_last_attempt_is_the_last_live_one_that_ended(
    people: dict[str, User], at: datetime
) -> None:
    game = failed(people, at, deviation="other")
    runbook = game.run.revision.runbook
    last = failures.last_failure(runbook)
    assert last is not None
    assert (last.run, last.step, last.why, last.deviation) == (
        game.run, "2, Read the newest row", WHY, "something else",
    )  # fmt: skip
    assert not hasattr(last.run, "waiver")
    assert failures.last_failure(runbook, before=game.run) is None
    good = Play(prepare(game.run.revision, people, game.at), people, game.at)
    assert failures.last_failure(runbook, before=good.run) is not None
    for role in (RunRole.OPERATOR, RunRole.VERIFIER):
        good.move(TakeRole, by=role.value, role=role)
    good.move(Start, acknowledged=True, conditions=True)
    for step in range(3):
        good.tick(step)
    good.move(Complete)
    assert failures.last_failure(runbook) is None
    assert failures.last_failure(runbook, before=good.run) is not None


def test_a_run_that_turned_back_tells_what_was_said_first(
    people: dict[str, User], at: datetime
) -> None:
    game = failed(people, at, source=texts.ABORT)
    assert failures.lock(game.run.revision) is None
    game.at += timedelta(minutes=1)
    game.move(Abort, reason="Back at the beginning.")
    lock = failures.lock(game.run.revision)
    assert lock is not None
    assert (lock.step.partition(",")[0], lock.why) == ("2", WHY)


def test_what_was_found_says_why(people: dict[str, User], at: datetime) -> None:
    game = play(WATCHED, at, people=people)
    game.tick(0)
    game.move(BeginStep, step=1)
    game.tick(1, **{"wait.first_line": "Writing backup to disk"})
    game.move(Abort, by="decider", reason="Enough for tonight.")
    lock = failures.lock(game.run.revision)
    assert lock is not None
    assert (lock.step, lock.deviation) == ("2, Restore", "wrong direction")
    assert lock.why.startswith("The output says “writing backup”")
    assert replay.verify(game.run).ok


def test_the_database_keeps_waivers(people: dict[str, User], at: datetime) -> None:
    made = waive(failed(people, at), people["approver"])
    for sql in (
        "UPDATE runbooks_waiver SET reason = 'x'",
        "DELETE FROM runbooks_waiver",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.create(
            revision=made.revision, run=made.run, by=made.by, at=at, reason="twice"
        )
    other = failed(people, at, source=OTHER)
    with pytest.raises(IntegrityError, match="waiver_has_a_reason"), transaction.atomic():
        Waiver.objects.create(
            revision=other.run.revision, run=other.run, by=made.by, at=at, reason=""
        )
