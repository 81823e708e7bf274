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


def verified(game: Play) -> None:
    verdict = replay.verify(game.run)
    assert verdict.ok, verdict.faults


def refusal(game: Play, move: type[Move], by: str = "operator", **sent: Any) -> MoveRefused:
    with pytest.raises(MoveRefused) as caught:
        game.move(move, by=by, **sent)
    game.run.refresh_from_db()
    return caught.value


def test_a_run_from_its_briefing_to_its_end(at: datetime) -> None:
    game = play(texts.AFTER, at)
    game.tick(0)
    answer = game.tick(1, rows="12", seen="all")
    assert answer.events == ("step.begun", "step.recorded", "step.ticked")
    verified(game)
    values = {"rows": "12", "seen": "yes"}
    game.move(Countersign, by="verifier", step=1, values=values)
    verified(game)
    game.tick(2)
    game.move(Complete, summary="all well")
    verified(game)
    assert game.run.status == RunStatus.COMPLETED.value
    assert game.run.sequence == answer.sequence + 4
    row = game.run.steps.get(step=1)
    assert (row.done_by, row.countersigned_by) == (
        game.people["operator"],
        game.people["verifier"],
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
    game = play(source, at)
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
        game.move(move, by=by, **sent)
        verified(game)
    for kind, text in game.run.events.values_list("kind", "text"):
        data = json.loads(text)["data"]
        line = sentence(from_data(kind, data), texts.procedure(source))
        assert kind in KINDS
        assert line
        assert "{" not in line


def test_hand_over_moves_the_role(at: datetime) -> None:
    game = play(texts.PLAIN, at)
    game.move(HandOver, to=game.people["relief"].pk, **OFFER)
    assert refusal(game, Tick, step=0).code == "hand_over_pending"
    game.move(AcceptHandOver, by="relief", read_back="none")
    verified(game)
    assert refusal(game, Tick, step=0).code == "not_in_run"
    game.move(Tick, by="relief", step=0)
    operator = game.run.people.get(role=RunRole.OPERATOR.value)
    assert (operator.person, operator.name) == (game.people["relief"], "Relief")
    with pytest.raises(Invalid, match="may operate"):
        game.move(HandOver, by="relief", to=game.people["viewer"].pk, **OFFER)


def test_a_refusal_is_an_answer_and_a_near_miss(at: datetime) -> None:
    game = play(texts.PLAIN, at)
    before = game.run.sequence
    refused = refusal(game, Tick, step=2)
    assert (refused.code, refused.status, refused.sequence) == ("out_of_order", 409, before + 1)
    assert refused.sentence
    assert refused.remedy
    event = game.run.events.get(sequence=before + 1)
    data = json.loads(event.text)["data"]
    assert (event.kind, data["code"], data["step"]) == ("move.refused", "out_of_order", 2)
    verified(game)


def test_typing_noise_leaves_nothing(at: datetime) -> None:
    game = play(texts.AFTER, at)
    game.tick(0)
    before = game.run.sequence
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
            game.move(move, **sent)
        assert all(caught.value.errors.values())
    game.run.refresh_from_db()
    assert game.run.sequence == before == game.run.events.count()


def test_a_stale_sender_changes_nothing(at: datetime) -> None:
    game = play(texts.PLAIN, at)
    seen = game.run.sequence
    game.tick(0)
    before = game.run.sequence
    assert refusal(game, Tick, step=0, seen=seen).code == "stale"
    assert game.run.sequence == before == game.run.events.count()


def test_the_same_key_gives_the_first_answer(at: datetime) -> None:
    game = play(texts.PLAIN, at)
    first = game.move(Tick, step=0, key="k1")
    again = game.move(Tick, step=0, key="k1")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.sequence == first.sequence == game.run.events.count()
    no = refusal(game, Tick, step=0, key="k2")
    count = game.run.events.count()
    game.tick(1)
    once_more = refusal(game, Tick, step=0, key="k2")
    assert (once_more.code, once_more.sentence, once_more.remedy) == (
        no.code,
        no.sentence,
        no.remedy,
    )
    assert game.run.events.count() == count + 2


def test_a_key_that_somebody_else_has_used_gives_nobody_their_answer(at: datetime) -> None:
    game = play(texts.PLAIN, at)
    game.tick(0)
    game.move(Note, text="by the operator", key="k1")
    before = game.run.events.count()
    with pytest.raises(Refused) as refused:
        game.move(Note, by="verifier", text="by the verifier", key="k1")
    assert refused.value.code == "key_used"
    assert game.run.events.count() == before


def test_a_form_sent_twice_prepares_one_run(at: datetime) -> None:
    people = cast()
    kept = revision(texts.PLAIN, author=people["author"], approver=people["approver"], at=at)
    sent: dict[str, Any] = {"revision": kept, "kind": RunKind.LIVE, "parameters": {}, "at": at}
    first = preparation.prepare(**sent, by=people["operator"], key="a")
    assert preparation.prepare(**sent, by=people["operator"], key="a") == first
    assert preparation.prepare(**sent, by=people["verifier"], key="a") != first
    assert Run.objects.count() == 2


def test_rights(at: datetime) -> None:
    game = play(texts.PLAIN, at)
    for role in (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER):
        with pytest.raises(Refused) as caught:
            game.move(TakeRole, by="viewer", role=role)
        assert (caught.value.code, caught.value.status) == ("no_right", 403)
    game.move(TakeRole, by="viewer", role=RunRole.OBSERVER)
    game.move(Hold, by="viewer")  # anybody in the run may say STOP
    game.move(Resume, by="operator", read_back="none")


def test_a_right_that_is_taken_away_ends_it_at_once(at: datetime) -> None:
    game = play(texts.PLAIN, at)
    game.move(HandOver, to=game.people["relief"].pk, **OFFER)
    before = game.run.sequence
    for name in ("operator", "relief"):
        game.people[name].groups.set(Group.objects.filter(name=Role.VIEWER.value))
    people = {name: User.objects.get(pk=u.pk) for name, u in game.people.items()}
    game.people = people
    for by, move, sent in (
        ("operator", Tick, {"step": 0, "values": {}}),
        ("relief", AcceptHandOver, {"read_back": "none"}),
    ):
        with pytest.raises(Refused) as caught:
            game.move(move, by=by, **sent)
        assert caught.value.code == "no_right"
    User.objects.filter(pk=people["verifier"].pk).update(is_active=False)
    game.people = {**people, "verifier": User.objects.get(pk=people["verifier"].pk)}
    with pytest.raises(Refused):
        game.move(Hold, by="verifier")
    game.run.refresh_from_db()
    assert game.run.sequence == before


@pytest.mark.parametrize("role", [RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER])
def test_who_lost_their_right_in_the_run_may_still_say_stop(at: datetime, role: RunRole) -> None:
    game = play(texts.PLAIN, at)
    game.people[role.value].groups.set(Group.objects.filter(name=Role.VIEWER.value))
    lost = User.objects.get(pk=game.people[role.value].pk)
    game.people = {**game.people, role.value: lost}
    game.move(Note, by=role.value, text="This is the wrong host.")
    game.move(Hold, by=role.value)
    assert persistence.load(game.run.pk)[1].status is RunStatus.ON_HOLD


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
    game = play(texts.PLAIN, at)
    noted = game.move(Note, text="wrong").sequence
    game.tick(0)
    sent: dict[str, Any] = {"sequence": noted, "reason": "typo"}
    game.move(StrikeOut, **sent)
    assert refusal(game, StrikeOut, **sent).code == "struck_already"
    assert refusal(game, StrikeOut, **{**sent, "sequence": 1}).code == "not_strikable"
    assert refusal(game, StrikeOut, **{**sent, "sequence": 999}).code == "not_strikable"
    verified(game)


def test_a_refused_upload_leaves_its_near_miss_and_no_row(at: datetime) -> None:
    game = play(texts.FILE, at)
    file = ContentFile(b"listing", name="out.txt")
    refused = refusal(game, Attach, by="relief", file=file)
    assert refused.code == "not_in_run"
    assert game.run.events.filter(kind="move.refused").count() == 1
    assert not Evidence.objects.exists()
    assert refusal(game, Tick, step=0).code == "gate_file"
    game.move(Attach, file=file, step=0, value="listing")
    game.tick(0)
    game.move(Attach, file=file, step=0)
    assert Evidence.objects.count() == 1
    verified(game)
    with pytest.raises(Invalid):
        game.move(Attach, file=file, step=1, value="listing")


def test_a_clock_that_jumps_back(at: datetime) -> None:
    game = play(texts.PLAIN, at)
    game.at = datetime(2020, 1, 1, tzinfo=at.tzinfo)
    game.tick(0)
    game.tick(1)
    verified(game)
    times = list(game.run.events.order_by("sequence").values_list("at", flat=True))
    assert times == sorted(times)
    assert '"clock_went_back":"2020-01-01T' in game.run.events.latest("sequence").text


def test_how_many_questions_a_tick_asks(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run; the events, the steps, the run and the digest of what was sent, which PostgreSQL
    takes in one message. And five more in a process that has not met the run yet: its revision,
    parameters, people, steps and what its log states."""
    game = play(texts.text(*[f"Step {n}" for n in range(40)]), at)
    operator = User.objects.get(pk=game.people["operator"].pk)
    access.check(operator, Right.OPERATE)

    def asked(step: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            runs.make_move(game.run.pk, Tick(step=step), by=operator, at=at, key=f"key-{step}")
        framing = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return len([q for q in queries if not q["sql"].startswith(framing)])

    known = 2 if connection.vendor == "postgresql" else 5
    assert asked(0) == known
    monkeypatch.setattr(cache, "states", Recent(2))
    monkeypatch.setattr(cache, "procedures", Recent(2))
    assert asked(1) == known + 5
    assert asked(2) == known
    verified(game)


def test_what_is_cached_is_what_is_stored(at: datetime) -> None:
    """A move is decided on the state that an earlier one left in memory."""
    game = play(texts.AFTER, at)
    game.tick(0)
    game.tick(1, rows="7", seen="x")
    game.move(Countersign, by="verifier", step=1, values={"rows": "7", "seen": "y"})
    game.move(HandOver, to=game.people["relief"].pk, **OFFER)
    game.move(AcceptHandOver, by="relief", read_back="2")
    run, cached = persistence.load(game.run.pk)
    assert cached is cache.states.get((run.pk, run.digest))
    assert cached == persistence.state_of(run, persistence.procedure_of(run))


def test_an_altered_state_is_seen_by_the_check_though_it_is_cached(at: datetime) -> None:
    game = play(texts.PLAIN, at)
    game.tick(0)
    game.run.steps.filter(step=0).update(answer="altered")
    assert not replay.verify(game.run).ok
    game.tick(1)
    assert not replay.verify(game.run).ok
