"""What a run does to the inventory, in one transaction with its own log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.enums import Scope
from accounts.models import User
from inventory import copies, instances
from inventory.board import is_marked
from inventory.enums import DataClass, Environment, Medium, YesNoUnknown
from inventory.models import Change, Copy, Instance, System
from runbooks.enums import ParameterType, RunKind
from runbooks.log import texts
from runbooks.machine.move import Move, Request
from runbooks.machine.moves.steps import Record, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.models import Run
from runbooks.procedure.model import ParameterSpec
from runbooks.runs import inventory_checks, persistence, replay
from runbooks.runs.choices import copies_for
from runbooks.runs.transaction import MoveRefused
from tests.factories import inventory as make
from tests.factories.moves import made
from tests.factories.runs import Play, play
from tests.factories.tokens import program
from tests.runbooks.machine.guarded import FRONT, OTHER
from tests.runbooks.texts import text

pytestmark = pytest.mark.django_db

COPY = "Copy\ncopy: {of: target, purpose: safety, into: 'vault-1:/srv', encrypted: 'yes'}"
MADE = {
    "copy.medium": "disk",
    "copy.size": "12 MB",
    "copy.sha256": OTHER,
    "copy.data_as_of": "2026-03-04 03:00 UTC",
    "copy.read_back": "listed,\nand the newest row read",
}
PROTECT = "Protect\nprotect: {of: dump, medium: disk, encrypted: 'yes'}"
SAME = {
    "protect.place": "vault-1:/srv",
    "protect.original": make.SHA256,
    "protect.duplicate": make.SHA256,
}
VERIFY = "Verify\nverify: dump"
READ = {
    "verify.size": "734003200",
    "verify.newest": "2026-03-03 01:00 UTC",
    "verify.live": "2026-03-03 01:00 UTC",
    "verify.how": "pg_restore --list",
}


@pytest.fixture
def ledger(operator: User, at: datetime) -> System:
    return make.system(operator, at)


@pytest.fixture
def target(ledger: System, operator: User, at: datetime) -> Instance:
    return make.instance(ledger, operator, at)


@pytest.fixture
def dump(ledger: System, target: Instance, operator: User, at: datetime) -> Copy:
    return make.copy(ledger, operator, at, taken_from=target)


def playing(at: datetime, people: Mapping[str, User], target: Instance, dump: Copy, *items: str,
            kind: RunKind = RunKind.LIVE) -> Play:  # fmt: skip
    chosen = {"target": str(target.pk), "dump": str(dump.pk), "vault": "vault-1"}
    return play(text(*items, front=FRONT), at, people=people, kind=kind, parameters=chosen)


@pytest.fixture
def crew(operator: User, verifier: User, decider: User, author: User, approver: User) -> Any:
    return {
        "operator": operator,
        "verifier": verifier,
        "decider": decider,
        "author": author,
        "approver": approver,
    }


def refused(game: Play, step: int, values: Mapping[str, str]) -> MoveRefused:
    with pytest.raises(MoveRefused) as caught:
        game.tick(step, **values)
    return caught.value


def events_of(game: Play, kind: str) -> list[Mapping[str, Any]]:
    """The data of the events of this kind."""
    return [event["data"] for event in _events(game.run) if event["kind"] == kind]


def _events(run: Run) -> list[dict[str, Any]]:
    kept = run.events.order_by("sequence").values_list("text", flat=True)
    return [texts.parse(text) for text in kept]


def whole(game: Play) -> None:
    """The log holds, and the stored state is what it says."""
    assert replay.verify(game.run).faults == ()


def test_the_lifecycle_follows_and_its_history_names_the_run(at, crew, target, dump) -> None:
    game = playing(at, crew, target, dump, "Stop\nfreeze: target", "Go\nthaw: target")
    game.tick(0, **{"freeze.writers": "0"})
    target.refresh_from_db()
    assert target.lifecycle == "frozen"
    line = Change.objects.about(target).first()
    assert line is not None
    assert line.fields["reason"] == ["", f"run {game.run.pk}, step 1"]
    assert events_of(game, "instance.frozen")[0]["instance"] == target.pk
    game.tick(1)
    target.refresh_from_db()
    assert target.lifecycle == "active"
    whole(game)


@pytest.mark.parametrize(
    ("environment", "becomes"), [(Environment.PRODUCTION, "active"), (Environment.TEST, "frozen")]
)
def test_a_drill_moves_everything_but_production(
    at, crew, operator, ledger, dump, environment, becomes
) -> None:
    there = make.instance(ledger, operator, at, name="other", environment=environment)
    drill = playing(at, crew, there, dump, "Stop\nfreeze: target", COPY, kind=RunKind.DRILL)
    drill.tick(0, **{"freeze.writers": "0"})
    drill.tick(1, **MADE)
    there.refresh_from_db()
    assert there.lifecycle == becomes
    assert Copy.objects.count() == (2 if becomes == "frozen" else 1)


def test_a_copy_is_in_the_inventory_and_good(at, crew, target, dump) -> None:
    game = playing(at, crew, target, dump, COPY)
    game.tick(0, **MADE)
    (made,) = Copy.objects.exclude(pk=dump.pk)
    assert (made.name, made.state) == (f"ledger-safety-run-{game.run.pk}-step-1", "good")
    assert (made.place, made.sha256, made.taken_from) == ("vault-1:/srv", OTHER, target)
    assert made.verified_how == "listed, and the newest row read"
    assert made.verified_by == crew["operator"]
    assert events_of(game, "copy.registered")[0]["copy"] == made.pk
    whole(game)


def test_a_name_that_is_taken_refuses_the_move_and_leaves_nothing(
    at, crew, ledger, target, dump
) -> None:
    game = playing(at, crew, target, dump, COPY)
    name = f"ledger-safety-run-{game.run.pk}-step-1"
    make.copy(ledger, crew["operator"], at, name=name)
    no = refused(game, 0, MADE)
    assert no.code == "inventory"
    assert f"already a copy called {name}" in no.sentence
    assert Copy.objects.count() == 2
    (miss,) = events_of(game, "move.refused")
    assert (miss["guard"], miss["counts"]) == ("copy", False)
    assert events_of(game, "step.ticked") == []
    whole(game)


@pytest.mark.parametrize("medium", [Medium.REMOVABLE, Medium.LAPTOP, Medium.TAPE])
@pytest.mark.parametrize("encrypted", ["no", "unknown"])
def test_a_confidential_copy_on_an_open_stick_is_never_good(
    at, crew, operator, medium, encrypted
) -> None:
    secret = make.system(operator, at, data_class=DataClass.CONFIDENTIAL)
    target = make.instance(secret, operator, at)
    dump = make.copy(secret, operator, at, taken_from=target)
    guard = "Copy\ncopy: {of: target, into: 'bag of Ann'}"
    game = playing(at, crew, target, dump, guard, "Protect\nprotect: dump")
    values = {**MADE, "copy.medium": medium.value, "copy.encrypted": encrypted}
    assert refused(game, 0, values).code == "not_encrypted"
    assert list(Copy.objects.all()) == [dump]
    game.tick(0, **{**values, "copy.encrypted": "yes"})
    also = {**SAME, "protect.medium": medium.value, "protect.encrypted": encrypted}
    assert refused(game, 1, also).code == "not_encrypted"
    dump.refresh_from_db()
    assert dump.state == "unverified"
    whole(game)


def test_both_halves_of_a_protected_copy_are_good(at, crew, target, dump) -> None:
    game = playing(at, crew, target, dump, PROTECT)
    game.tick(0, **SAME)
    dump.refresh_from_db()
    (made,) = Copy.objects.exclude(pk=dump.pk)
    assert (dump.state, made.state) == ("good", "good")
    assert (made.sha256, made.size_bytes) == (dump.sha256, dump.size_bytes)
    assert (made.data_as_of, made.taken_from) == (dump.data_as_of, target)
    assert events_of(game, "copy.verified")[0]["copy"] == dump.pk
    assert events_of(game, "copy.registered")[0]["copy"] == made.pk


def promise_three_days(dump: Copy) -> None:
    """No signature is asked for then."""
    System.objects.filter(pk=dump.system_id).update(rpo=timedelta(days=3))
    dump.refresh_from_db()


def test_verification_writes_down_what_was_read(at, crew, target, dump) -> None:
    promise_three_days(dump)
    game = playing(at, crew, target, dump, VERIFY, "Compare\ncompare: dump")
    game.tick(0, **READ)
    dump.refresh_from_db()
    assert dump.state == "good"
    assert dump.data_as_of.isoformat() == "2026-03-03T01:00:00+00:00"
    game.tick(1, **{"compare.newest": "2026-03-03 01:00 UTC"})
    dump.refresh_from_db()
    assert dump.restore_proven_at == game.at
    whole(game)


def test_a_record_younger_than_the_copy_is_refused_in_the_words_of_the_inventory(
    at, crew, target, dump
) -> None:
    promise_three_days(dump)
    game = playing(at, crew, target, dump, VERIFY)
    no = refused(game, 0, {**READ, "verify.newest": "2026-03-03 12:00 UTC"})
    assert "younger than the copy itself" in no.sentence
    dump.refresh_from_db()
    assert dump.state == "unverified"


def test_what_was_replaced_is_kept_until_its_day(at, crew, target, dump) -> None:
    game = playing(at, crew, target, dump, "Put away\nquarantine: target")
    game.tick(
        0,
        **{
            "quarantine.place": "db-prod-1: ledger_old",
            "quarantine.medium": "live database",
            "quarantine.delete_not_before": "2026-04-04 00:00 UTC",
        },
    )
    (kept,) = Copy.objects.exclude(pk=dump.pk)
    assert kept.state == "quarantined"
    assert kept.delete_not_before.isoformat() == "2026-04-04T00:00:00+00:00"


def test_who_may_run_needs_no_right_on_the_inventory(at, crew, target, dump) -> None:
    game = playing(at, crew, target, dump, "Stop\nfreeze: target")
    client = program(crew["operator"], Scope.RUN)
    sent = client.post(
        f"/api/v1/runs/{game.run.pk}/moves/tick/",
        {"step": 0, "values": {"freeze.writers": "0"}, "seen": game.run.sequence},
        content_type="application/json",
        headers={"idempotency-key": "one"},
    )
    assert sent.status_code == 200, sent.content
    target.refresh_from_db()
    assert target.lifecycle == "frozen"


def test_the_same_key_again_does_nothing_again(at, crew, target, dump) -> None:
    game = playing(at, crew, target, dump, COPY)
    for _ in range(2):
        game.move(Tick, step=0, values=MADE, key="once")
    assert game.answers[-1].replayed
    assert Copy.objects.count() == 2


@pytest.mark.parametrize("recorded", [False, True])
def test_a_tick_that_is_sent_again_gets_its_first_answer(at, crew, target, dump, recorded) -> None:
    game = playing(at, crew, target, dump, COPY)
    if recorded:
        game.move(Record, step=0, values=MADE)
    sent = {} if recorded else MADE
    for _ in range(2):
        game.move(Tick, step=0, values=sent, key="again")
    assert game.answers[-1].replayed


SAY = "Say\ndirection: {from: dump, into: target}"
SAID = {"direction.from": "ledger-0606.dump", "direction.into": "ledger"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"host": "db-prod-2"}, "host of ledger is now db-prod-2"),
        ({"environment": "staging"}, "environment of ledger"),
        ({"first_value": "1"}, "other identifiers"),
        ({"second_kind": "serial number"}, "other kinds"),
    ],
)
def test_a_target_that_changed_since_the_briefing(at, crew, target, dump, changes, why) -> None:
    game = playing(at, crew, target, dump, SAY)
    instances.edit(target, changes=changes, by=crew["operator"], at=at)
    no = refused(game, 0, SAID)
    assert no.code == "inventory_changed"
    assert why in no.sentence
    assert events_of(game, "move.refused")[0]["guard"] == "direction"


@pytest.mark.parametrize("state", ["destroyed", "quarantined"])
def test_a_copy_that_is_gone_since_the_briefing(at, crew, target, dump, state) -> None:
    game = playing(at, crew, target, dump, SAY)
    copies.mark(dump, state=state, reason="the disk failed", by=crew["operator"], at=at)
    assert f"is {state}" in refused(game, 0, SAID).sentence


def test_a_copy_that_is_gone_is_named_once(at, crew, target, dump) -> None:
    """It was chosen, and the run counts on it as a good one: one sentence, not two."""
    act = "Swap\noverwrite: {target: target, from: dump}\nundo: back"
    game = playing(at, crew, target, dump, PROTECT, act, "# Back {.aside}", "Undo")
    game.tick(0, **SAME)
    copies.mark(dump, state="quarantined", reason="evidence", by=crew["operator"], at=at)
    run, state = persistence.load(game.run.pk)
    refusal = inventory_checks.changed(run, state, Request(Unlock(step=1, name=""), 1, at))
    assert refusal is not None
    assert refusal.sentence.count(f"{dump} is quarantined.") == 1


def test_a_copy_whose_content_changed_since_the_briefing(at, crew, target, dump) -> None:
    game = playing(at, crew, target, dump, SAY)
    copies.edit(dump, changes={"sha256": OTHER}, by=crew["operator"], at=at)
    assert "SHA-256" in refused(game, 0, SAID).sentence


def test_what_does_not_matter_to_the_run_may_change(at, crew, target, dump) -> None:
    game = playing(at, crew, target, dump, SAY, "Go\nthaw: target")
    copies.edit(dump, changes={"encrypted": YesNoUnknown.NO}, by=crew["operator"], at=at)
    game.tick(0, **SAID)
    instances.edit(target, changes={"host": "db-prod-2"}, by=crew["operator"], at=at)
    game.tick(1)


def test_a_move_that_is_not_written_changes_nothing_in_the_inventory(
    at, crew, target, dump, monkeypatch
) -> None:
    game = playing(at, crew, target, dump, f"{COPY}", "Stop\nfreeze: target")
    monkeypatch.setattr("runbooks.runs.transaction.carry_out", lambda statements: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        game.tick(0, **MADE)
    assert list(Copy.objects.all()) == [dump]
    monkeypatch.undo()
    game.tick(0, **MADE)
    monkeypatch.setattr("runbooks.runs.transaction.carry_out", lambda statements: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        game.tick(1, **{"freeze.writers": "0"})
    target.refresh_from_db()
    assert target.lifecycle == "active"
    whole(game)


def test_the_command_is_not_laid_open_on_other_grounds(at, crew, target, dump) -> None:
    act = "Swap\noverwrite: {target: target, from: dump}\nundo: back"
    game = playing(at, crew, target, dump, act, "# Back {.aside}", "Undo")
    run, state = persistence.load(game.run.pk)

    def refusal(move: type[Move]) -> str:
        refused = inventory_checks.changed(run, state, Request(made(move, 0), 1, at))
        return refused.code if refused else ""

    assert refusal(Unlock) == ""
    copies.mark(dump, state="destroyed", reason="the disk failed", by=crew["operator"], at=at)
    assert refusal(Unlock) == "inventory_changed"
    assert refusal(Tick) == ""  # the act is done: what is true is written down


def test_what_was_kept_as_it_was_found_is_no_backup(operator: User, at: datetime) -> None:
    system = make.system(operator, at)
    night: dict[str, Any] = dict.fromkeys(("taken_at", "data_as_of"), at - timedelta(hours=6))
    now: dict[str, Any] = dict.fromkeys(("taken_at", "data_as_of"), at)
    backup = make.copy(system, operator, at, good=True, **night)
    wrong = make.copy(system, operator, at, good=True, name="as found", **now)
    Copy.objects.filter(pk=wrong.pk).update(as_found=True)
    assert [copy.pk for copy in Copy.objects.good()] == [backup.pk]
    assert is_marked(Copy.objects.marked().get(pk=backup.pk))
    first, last = copies_for(ParameterSpec("dump", ParameterType.COPY, "D"), system, at=at)
    assert (first.copy.pk, first.behind, last.copy.pk) == (backup.pk, "", wrong.pk)
    assert "it may be wrong" in last.doubts[0]
