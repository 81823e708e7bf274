"""The verbs on the database: what they write, answer, and leave behind when refused."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import access
from accounts.enums import Right, Role
from accounts.models import User
from lib.recent import Recent
from lib.refusals import Invalid, Refused
from runbooks.enums import RunKind, RunRole, RunStatus
from runbooks.log.words import sentence
from runbooks.machine.events.kinds import KINDS, from_data
from runbooks.machine.move import Move
from runbooks.machine.moves.branches import Diagnose, Reopen, Undo
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.log import Attach, LateEntry, Note, StrikeOut
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Abort, Complete
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import Tick
from runbooks.models import Evidence, Run
from runbooks.runs import cache, persistence, preparation, replay
from runbooks.runs import moves as runs
from runbooks.runs.transaction import MoveRefused
from tests.factories.runs import Play, cast, play, revision
from tests.runbooks import texts

pytestmark = pytest.mark.django_db
OFFER = dict.fromkeys(("position", "running", "next_step", "worries"), "x")


def verified(found: Play) -> None:
    verdict = replay.verify(found.run)
    assert verdict.ok, verdict.faults


def refusal(found: Play, move: type[Move], by: str = "operator", **sent: Any) -> MoveRefused:
    with pytest.raises(MoveRefused) as caught:
        found.move(move, by=by, **sent)
    found.run.refresh_from_db()
    return caught.value


def test_a_run_from_its_briefing_to_its_end(at: datetime) -> None:
    found = play(texts.AFTER, at)
    found.tick(0)
    answer = found.tick(1, rows="12", seen="all")
    assert answer.events == ("step.begun", "step.recorded", "step.ticked")
    verified(found)
    values = {"rows": "12", "seen": "yes"}
    found.move(Countersign, by="verifier", step=1, values=values)
    verified(found)
    found.tick(2)
    found.move(Complete, summary="all well")
    verified(found)
    assert found.run.status == RunStatus.COMPLETED.value
    assert found.run.sequence == answer.sequence + 4
    row = found.run.steps.get(step=1)
    assert (row.done_by, row.countersigned_by) == (
        found.people["operator"],
        found.people["verifier"],
    )
    assert row.values == {"rows": "12", "seen": "all"}


def test_rows_equal_the_log_after_every_kind_of_move(at: datetime) -> None:
    """Mismatch twice, hold, hand-over, undo and abort with a way back."""
    source = texts.text(
        "Count\nrecord: {rows: {type: number, equals: 0}}\non_mismatch: look\nundo: back",
        "Write",
        "# Look {.aside}",
        "Find out",
        "# Back {.aside}",
        "Undo",
        "# Way out {.aside}",
        "Leave",
        front="on_abort: way-out",
    )
    found = play(source, at)
    moves: list[tuple[type[Move], str, dict[str, Any]]] = [
        (Tick, "operator", {"step": 0, "values": {"rows": "3"}}),
        (Diagnose, "verifier", {"step": 0, "finding": "a job", "lead": True}),
        (Tick, "operator", {"step": 2}),
        (Reopen, "operator", {"step": 0}),
        (Tick, "operator", {"step": 0, "values": {"rows": "4"}}),
        (Resume, "decider", {"read_back": "3"}),
        (Diagnose, "verifier", {"step": 0, "finding": "a job"}),
        (Reopen, "operator", {"step": 0}),
        (Tick, "operator", {"step": 0, "values": {"rows": "0"}}),
        (Note, "decider", {"text": "finally", "step": 0}),
        (Hold, "verifier", {}),
        (Resume, "operator", {"read_back": "1"}),
        (Undo, "operator", {"step": 0, "reason": "no"}),
        (Tick, "operator", {"step": 3}),
        (Abort, "decider", {"reason": "enough"}),
        (Tick, "operator", {"step": 4}),
        (Abort, "operator", {"reason": "enough"}),
        (LateEntry, "verifier", {"text": "forgot", "performed_at": at}),
    ]
    for move, by, sent in moves:
        found.move(move, by=by, **sent)
        verified(found)
    for kind, text in found.run.events.values_list("kind", "text"):
        data = json.loads(text)["data"]
        told = sentence(from_data(kind, data), texts.procedure(source))
        assert kind in KINDS
        assert told
        assert "{" not in told


def test_hand_over_moves_the_role(at: datetime) -> None:
    found = play(texts.PLAIN, at)
    found.move(HandOver, to=found.people["relief"].pk, **OFFER)
    assert refusal(found, Tick, step=0).code == "hand_over_pending"
    found.move(AcceptHandOver, by="relief", read_back="none")
    verified(found)
    assert refusal(found, Tick, step=0).code == "not_in_run"
    found.move(Tick, by="relief", step=0)
    operator = found.run.people.get(role=RunRole.OPERATOR.value)
    assert (operator.person, operator.name) == (found.people["relief"], "Relief")
    with pytest.raises(Invalid, match="may operate"):
        found.move(HandOver, by="relief", to=found.people["viewer"].pk, **OFFER)


def test_a_refusal_is_an_answer_and_a_near_miss(at: datetime) -> None:
    found = play(texts.PLAIN, at)
    before = found.run.sequence
    said = refusal(found, Tick, step=2)
    assert (said.code, said.status, said.sequence) == ("out_of_order", 409, before + 1)
    assert said.sentence
    assert said.remedy
    event = found.run.events.get(sequence=before + 1)
    told = json.loads(event.text)["data"]
    assert (event.kind, told["code"], told["step"]) == ("move.refused", "out_of_order", 2)
    verified(found)


def test_typing_noise_leaves_nothing(at: datetime) -> None:
    found = play(texts.AFTER, at)
    found.tick(0)
    before = found.run.sequence
    for move, sent in (
        (Tick, {"step": 1, "values": {"rows": "many"}}),
        (Note, {"text": "  "}),
        (Abort, {"reason": ""}),
        (Note, {"text": "NUL \0"}),
        (Note, {"text": "half \ud83d"}),
        (Tick, {"step": 1, "values": {"rows": "1", "seen": "\0"}}),
        (Note, {"text": "x", "key": "k" * 65}),
        (Note, {"text": "x", "key": ""}),
    ):
        with pytest.raises(Invalid) as caught:
            found.move(move, **sent)
        assert all(caught.value.errors.values())
    found.run.refresh_from_db()
    assert found.run.sequence == before == found.run.events.count()


def test_a_stale_sender_changes_nothing(at: datetime) -> None:
    found = play(texts.PLAIN, at)
    seen = found.run.sequence
    found.tick(0)
    before = found.run.sequence
    assert refusal(found, Tick, step=0, seen=seen).code == "stale"
    assert found.run.sequence == before == found.run.events.count()


def test_the_same_key_gives_the_first_answer(at: datetime) -> None:
    found = play(texts.PLAIN, at)
    first = found.move(Tick, step=0, key="k1")
    again = found.move(Tick, step=0, key="k1")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.sequence == first.sequence == found.run.events.count()
    no = refusal(found, Tick, step=0, key="k2")
    count = found.run.events.count()
    found.tick(1)
    once_more = refusal(found, Tick, step=0, key="k2")
    assert (once_more.code, once_more.sentence, once_more.remedy) == (
        no.code,
        no.sentence,
        no.remedy,
    )
    assert found.run.events.count() == count + 2


def test_a_key_that_somebody_else_has_used_gives_nobody_their_answer(at: datetime) -> None:
    found = play(texts.PLAIN, at)
    found.tick(0)
    found.move(Note, text="by the operator", key="k1")
    before = found.run.events.count()
    with pytest.raises(Refused) as refused:
        found.move(Note, by="verifier", text="by the verifier", key="k1")
    assert refused.value.code == "key_used"
    assert found.run.events.count() == before


def test_a_form_sent_twice_prepares_one_run(at: datetime) -> None:
    people = cast()
    kept = revision(texts.PLAIN, author=people["author"], approver=people["approver"], at=at)
    sent: dict[str, Any] = {"revision": kept, "kind": RunKind.LIVE, "parameters": {}, "at": at}
    first = preparation.prepare(**sent, by=people["operator"], key="a")
    assert preparation.prepare(**sent, by=people["operator"], key="a") == first
    assert preparation.prepare(**sent, by=people["verifier"], key="a") != first
    assert Run.objects.count() == 2


def test_rights(at: datetime) -> None:
    found = play(texts.PLAIN, at)
    for role in (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER):
        with pytest.raises(Refused) as caught:
            found.move(TakeRole, by="viewer", role=role)
        assert (caught.value.code, caught.value.status) == ("no_right", 403)
    found.move(TakeRole, by="viewer", role=RunRole.OBSERVER)
    found.move(Hold, by="viewer")  # anybody in the run may say STOP
    found.move(Resume, by="operator", read_back="none")


def test_a_right_that_is_taken_away_ends_it_at_once(at: datetime) -> None:
    found = play(texts.PLAIN, at)
    found.move(HandOver, to=found.people["relief"].pk, **OFFER)
    before = found.run.sequence
    for name in ("operator", "relief"):
        found.people[name].groups.set(Group.objects.filter(name=Role.VIEWER.value))
    people = {name: User.objects.get(pk=u.pk) for name, u in found.people.items()}
    found.people = people
    for by, move, sent in (
        ("operator", Tick, {"step": 0, "values": {}}),
        ("relief", AcceptHandOver, {"read_back": "none"}),
    ):
        with pytest.raises(Refused) as caught:
            found.move(move, by=by, **sent)
        assert caught.value.code == "no_right"
    User.objects.filter(pk=people["verifier"].pk).update(is_active=False)
    found.people = {**people, "verifier": User.objects.get(pk=people["verifier"].pk)}
    with pytest.raises(Refused):
        found.move(Hold, by="verifier")
    found.run.refresh_from_db()
    assert found.run.sequence == before


@pytest.mark.parametrize("role", [RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER])
def test_who_lost_their_right_in_the_run_may_still_say_stop(at: datetime, role: RunRole) -> None:
    found = play(texts.PLAIN, at)
    found.people[role.value].groups.set(Group.objects.filter(name=Role.VIEWER.value))
    lost = User.objects.get(pk=found.people[role.value].pk)
    found.people = {**found.people, role.value: lost}
    found.move(Note, by=role.value, text="This is the wrong host.")
    found.move(Hold, by=role.value)
    assert persistence.load(found.run.pk)[1].status is RunStatus.ON_HOLD


def test_preparing_what_may_not_be_run(at: datetime) -> None:
    people = cast()
    draft = revision(texts.PLAIN, author=people["author"], approver=None, at=at)
    sent: dict[str, Any] = {"revision": draft, "parameters": {}, "at": at}
    with pytest.raises(Refused) as caught:
        preparation.prepare(**sent, kind=RunKind.LIVE, by=people["operator"])
    assert caught.value.code == "not_approved"
    with pytest.raises(Refused) as caught:
        preparation.prepare(**sent, kind=RunKind.DRILL, by=people["viewer"])
    assert caught.value.code == "no_right"
    assert (
        preparation.prepare(**sent, kind=RunKind.DRILL, by=people["operator"]).status == "briefing"
    )
    with pytest.raises(Invalid) as invalid:
        preparation.prepare(**sent, kind=RunKind.DRILL, by=people["operator"], title="x" * 201)
    assert set(invalid.value.errors) == {"title"}
    draft.runbook.archived_at = at
    draft.runbook.save()
    with pytest.raises(Refused) as caught:
        preparation.prepare(**sent, kind=RunKind.DRILL, by=people["operator"])
    assert caught.value.code == "archived"


def test_only_what_changes_no_state_is_struck_out(at: datetime) -> None:
    found = play(texts.PLAIN, at)
    noted = found.move(Note, text="wrong").sequence
    found.tick(0)
    sent: dict[str, Any] = {"sequence": noted, "reason": "typo"}
    found.move(StrikeOut, **sent)
    assert refusal(found, StrikeOut, **sent).code == "struck_already"
    assert refusal(found, StrikeOut, **{**sent, "sequence": 1}).code == "not_strikable"
    assert refusal(found, StrikeOut, **{**sent, "sequence": 999}).code == "not_strikable"
    verified(found)


def test_a_refused_upload_leaves_its_near_miss_and_no_row(at: datetime) -> None:
    found = play(texts.FILE, at)
    file = ContentFile(b"listing", name="out.txt")
    said = refusal(found, Attach, by="relief", file=file)
    assert said.code == "not_in_run"
    assert found.run.events.filter(kind="move.refused").count() == 1
    assert not Evidence.objects.exists()
    assert refusal(found, Tick, step=0).code == "gate_file"
    found.move(Attach, file=file, step=0, value="listing")
    found.tick(0)
    found.move(Attach, file=file, step=0)
    assert Evidence.objects.count() == 1
    verified(found)
    with pytest.raises(Invalid):
        found.move(Attach, file=file, step=1, value="listing")


def test_a_clock_that_jumps_back(at: datetime) -> None:
    found = play(texts.PLAIN, at)
    found.at = datetime(2020, 1, 1, tzinfo=at.tzinfo)
    found.tick(0)
    found.tick(1)
    verified(found)
    times = list(found.run.events.order_by("sequence").values_list("at", flat=True))
    assert times == sorted(times)
    assert '"clock_went_back":"2020-01-01T' in found.run.events.latest("sequence").text


def test_how_many_questions_a_tick_asks(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run; the events, the steps, the run and the digest of what was sent, which PostgreSQL
    takes in one message. And five more in a process that has not met the run yet: its revision,
    parameters, people, steps and what its log states."""
    found = play(texts.text(*[f"Step {n}" for n in range(40)]), at)
    operator = User.objects.get(pk=found.people["operator"].pk)
    access.check(operator, Right.OPERATE)

    def asked(step: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            runs.make_move(found.run.pk, Tick(step=step), by=operator, at=at, key=f"key-{step}")
        framing = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return len([q for q in queries if not q["sql"].startswith(framing)])

    known = 2 if connection.vendor == "postgresql" else 5
    assert asked(0) == known
    monkeypatch.setattr(cache, "states", Recent(2))
    monkeypatch.setattr(cache, "procedures", Recent(2))
    assert asked(1) == known + 5
    assert asked(2) == known
    verified(found)


def test_what_is_recalled_is_what_is_stored(at: datetime) -> None:
    """A move is decided on the state that an earlier one left in memory."""
    found = play(texts.AFTER, at)
    found.tick(0)
    found.tick(1, rows="7", seen="x")
    found.move(Countersign, by="verifier", step=1, values={"rows": "7", "seen": "y"})
    found.move(HandOver, to=found.people["relief"].pk, **OFFER)
    found.move(AcceptHandOver, by="relief", read_back="2")
    run, recalled = persistence.load(found.run.pk)
    assert recalled is cache.states.get((run.pk, run.digest))
    assert recalled == persistence.state_of(run, persistence.procedure_of(run))


def test_an_altered_state_is_seen_by_the_check_though_it_is_recalled(at: datetime) -> None:
    found = play(texts.PLAIN, at)
    found.tick(0)
    found.run.steps.filter(step=0).update(answer="altered")
    assert not replay.verify(found.run).ok
    found.tick(1)
    assert not replay.verify(found.run).ok
