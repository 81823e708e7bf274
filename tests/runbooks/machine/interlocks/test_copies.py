"""Guards about copies, each with what is good and with everything that is wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runbooks.enums import RunStatus
from runbooks.machine.gates import gates, remarks
from runbooks.machine.interlocks import asks
from runbooks.machine.interlocks.holdings import frozen, good_copies, last_good, safety_copy
from runbooks.machine.interlocks.loss import as_found
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch, Undo
from runbooks.machine.moves.copies import AnswerCopies, AskCopies
from runbooks.machine.moves.roles import ReleaseRole
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.steps import Record, Release, Tick
from runbooks.machine.requests import Malformed
from tests.runbooks.machine.guarded import OTHER, SHA, guarded, with_fields
from tests.runbooks.machine.table import DECIDER, OPERATOR, START, VERIFIER, Game

NOW = START.isoformat()
COPY = "Copy\ncopy: {of: target, purpose: safety, into: <vault>, medium: disk, encrypted: 'yes'}"
MADE = {
    "copy.size": "12 MB",
    "copy.sha256": OTHER,
    "copy.data_as_of": "2026-03-04 03:00 UTC",
    "copy.read_back": "pg_restore --list on vault-1",
}
PROTECT = "Protect\nprotect: {of: dump, medium: disk, encrypted: 'yes'}"
BOTH = {"protect.place": "vault-1:/srv", "protect.original": SHA, "protect.duplicate": SHA}
FREEZE = "Freeze\nfreeze: target"


def wrong(game: Game, values: dict[str, str]) -> str:
    """Why the tick of the first step is a mismatch; fails when it is none."""
    kinds = game.must(Tick, OPERATOR, 0, values=values)
    assert kinds[0] == "step.mismatched"
    return str(game.lines[-len(kinds)].event.to_data()["why"])


def test_freeze_asks_for_the_writers_that_are_left() -> None:
    game = guarded(FREEZE, "Thaw\nthaw: target")
    assert isinstance(game.ask(Tick, OPERATOR, 0, values={}), Malformed)
    assert "instance.frozen" in game.must(Tick, OPERATOR, 0, values={"freeze.writers": "0.0"})
    assert frozen(game.state, "target")
    assert "instance.thawed" in game.must(Tick, OPERATOR, 1, values={})
    assert not frozen(game.state, "target")


def test_a_writer_that_is_left_is_a_mismatch_and_nothing_is_frozen() -> None:
    game = guarded(FREEZE)
    assert "Writers that are left on ledger" in wrong(game, {"freeze.writers": "1"})
    assert not frozen(game.state, "target")


def test_freeze_takes_the_evidence_that_the_step_records() -> None:
    record = "record: {clients: {type: number, equals: 0}, at: {type: text}}"
    game = guarded(f"{FREEZE}\n{record}")
    assert [spec.name for spec in asks(game.state, 0)] == ["clients", "at"]
    only_seen = guarded(f"{FREEZE}\nrecord: {{clients: {{type: number}}}}")
    assert "freeze.writers" in [spec.name for spec in asks(only_seen.state, 0)]


def test_a_freeze_that_is_taken_back_no_longer_holds() -> None:
    game = guarded(f"{FREEZE}\nundo: back", "Write", "# Back {.aside}", "Open")
    game.must(Tick, OPERATOR, 0, values={"freeze.writers": "0"})
    game.must(Undo, OPERATOR, 0, reason="a job writes")
    assert not frozen(game.state, "target")


def test_a_safety_copy_is_known_once_it_was_read_back() -> None:
    game = guarded(COPY)
    assert [spec.name for spec in asks(game.state, 0)] == list(MADE)
    assert "copy.registered" in game.must(Tick, OPERATOR, 0, values=MADE)
    made = safety_copy(game.state, "target")
    assert made is not None
    assert (made.place, made.medium, made.size) == ("vault-1:/srv/vault", "disk", 12_000_000)
    assert made.name == "ledger-safety-run-7-step-1"


def test_a_copy_asks_for_what_the_author_left_open() -> None:
    game = guarded("Copy\ncopy: {of: target, medium: snapshot}")
    names = [spec.name for spec in asks(game.state, 0)]
    assert names[:2] == ["copy.place", "copy.encrypted"]
    assert "copy.fingerprint" in names
    assert "copy.sha256" not in names


@pytest.mark.parametrize("missing", list(MADE))
def test_a_copy_without_one_of_its_facts_is_not_ticked(missing: str) -> None:
    game = guarded(COPY)
    sent = {name: value for name, value in MADE.items() if name != missing}
    outcome = game.ask(Tick, OPERATOR, 0, values=sent)
    assert isinstance(outcome, Malformed)
    assert list(outcome.errors) == [f"value_{missing}"]


def test_a_copy_of_nothing_is_none() -> None:
    assert "below 1" in wrong(guarded(COPY), {**MADE, "copy.size": "0"})


def test_a_copy_with_a_record_of_tomorrow_is_none() -> None:
    values = {**MADE, "copy.data_as_of": "2026-03-05 03:00 UTC"}
    assert "future" in wrong(guarded(COPY), values)


@pytest.mark.parametrize("place", ["db-1:/srv", "DB-1.example.org: /srv", "/mnt on db-1"])
def test_a_copy_on_the_machine_of_its_source_is_none(place: str) -> None:
    game = guarded("Copy\ncopy: {of: target, medium: disk, encrypted: 'yes'}")
    assert "one fault takes both" in wrong(game, {**MADE, "copy.place": place})
    assert safety_copy(game.state, "target") is None


def test_a_safety_copy_is_made_anew_when_its_step_is() -> None:
    game = guarded(f"{COPY}\nundo: back", "Write", "# Back {.aside}", "Open")
    game.must(Tick, OPERATOR, 0, values=MADE)
    game.must(Undo, OPERATOR, 0, reason="not whole")
    assert safety_copy(game.state, "target") is None
    game.must(Tick, OPERATOR, 2, values={})
    game.must(Tick, OPERATOR, 0, values=MADE)
    anew = safety_copy(game.state, "target")
    assert anew is not None
    assert anew.name.endswith("-2")


def test_a_protected_copy_is_held_twice() -> None:
    game = guarded(PROTECT)
    assert last_good(game.state, "dump") is None
    kinds = game.must(Tick, OPERATOR, 0, values=BOTH)
    assert kinds.count("copy.verified") == kinds.count("copy.registered") == 1
    places = [copy.place for copy in good_copies(game.state, "dump")]
    assert places == ["backup-1:/srv/backup", "vault-1:/srv"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"protect.original": OTHER, "protect.duplicate": OTHER}, "as the inventory has it"),
        ({"protect.duplicate": OTHER}, "not the original"),
        ({"protect.place": "BACKUP-1: /srv/backup/."}, "where the original lies"),
    ],
)
def test_a_duplicate_that_protects_nothing(data: dict[str, str], why: str) -> None:
    game = guarded(PROTECT)
    assert why in wrong(game, {**BOTH, **data})
    assert good_copies(game.state, "dump") == ()


def test_another_content_than_registered_is_a_deviation() -> None:
    game = guarded(PROTECT)
    wrong(game, {**BOTH, "protect.original": OTHER})
    assert [deviation.kind for deviation in game.state.stated.deviations] == ["wrong-copy"]


def test_a_replica_is_protected_by_its_fingerprint() -> None:
    facts = with_fields("dump", medium="replica", sha256="", size="")
    game = guarded(PROTECT, facts=facts)
    values = {"protect.place": "vault-1", "protect.original_content": "500 rows"}
    assert "differs" in wrong(game, {**values, "protect.duplicate_content": "499 rows"})
    again = guarded(PROTECT, facts=facts)
    same = {**values, "protect.duplicate_content": "500 rows"}
    again.must(Tick, OPERATOR, 0, values=same)
    assert len(good_copies(again.state, "dump")) == 2


VERIFY = "Verify\nverify: dump"
READ = {
    "verify.size": "4096",
    "verify.newest": "2026-03-04 03:00 UTC",
    "verify.live": "2026-03-04 03:10 UTC",
    "verify.how": "pg_restore --list",
}
OLD = {**READ, "verify.newest": "2026-01-02 03:00 UTC"}


def test_a_copy_within_the_rpo_is_verified_without_a_signature() -> None:
    game = guarded(VERIFY)
    assert "copy.verified" in game.must(Tick, OPERATOR, 0, values=READ)
    assert game.lines[-2].event.to_data()["loss"] == (
        "writes after 2026-03-04 03:00 UTC are lost, about 12 min, up to 2026-03-04 03:12 UTC; no"
        " stop of the writers is known"
    )


def test_a_loss_beyond_the_rpo_waits_for_the_decider() -> None:
    game = guarded(VERIFY)
    assert game.refused(Tick, OPERATOR, 0, values=OLD) == "gate_loss_signed"
    assert game.refused(Release, DECIDER, 0, reason="early") == "no_hold"
    game.must(Record, OPERATOR, 0, values=OLD)
    (gate,) = [g for g in gates(game.state, 0, game.at) if g.key == "loss_signed"]
    assert "for the loss (writes of about 61 days are lost, up to" in gate.label
    assert gate.label.endswith("RPO 1 h: NOT MET)")
    assert gate.guard == "verify"
    assert game.refused(Tick, OPERATOR, 0, values={}) == "gate_loss_signed"
    for person in (OPERATOR, VERIFIER):
        assert game.refused(Release, person, 0, reason="I do") == "wrong_role"
    game.must(Release, DECIDER, 0, reason="there is no other")
    assert "61 days" in str(game.lines[-1].event.to_data()["loss"])
    game.must(Tick, OPERATOR, 0, values={})


def test_a_signature_holds_for_that_loss_and_no_greater_one() -> None:
    game = guarded(VERIFY)
    game.must(Record, OPERATOR, 0, values=OLD)
    game.must(Release, DECIDER, 0, reason="there is no other")
    older = {"verify.newest": "2026-01-01 03:00 UTC"}
    assert game.refused(Tick, OPERATOR, 0, values=older) == "gate_loss_signed"
    game.must(Record, OPERATOR, 0, values=older)
    game.must(Release, DECIDER, 0, reason="one day more")
    game.must(Tick, OPERATOR, 0, values={})


def test_a_release_before_the_loss_was_known_signs_for_nothing() -> None:
    game = guarded(f"{VERIFY}\nhold: decider")
    game.must(Release, DECIDER, 0, reason="go")
    game.must(Record, OPERATOR, 0, values=OLD)
    assert game.refused(Tick, OPERATOR, 0, values={}) == "gate_loss_signed"
    game.must(Release, DECIDER, 0, reason="there is no other")
    assert game.refused(Release, DECIDER, 0, reason="twice") == "released_already"
    game.must(Tick, OPERATOR, 0, values={})


def test_a_second_attempt_is_signed_anew() -> None:
    game = guarded(VERIFY)
    game.must(Record, OPERATOR, 0, values=OLD)
    game.must(Release, DECIDER, 0, reason="there is no other")
    game.must(ReportMismatch, OPERATOR, 0, observed="another file")
    game.must(Diagnose, OPERATOR, 0, finding="mounted the wrong disk")
    game.must(Reopen, OPERATOR, 0)
    assert game.refused(Tick, OPERATOR, 0, values=OLD) == "gate_loss_signed"


def test_the_oldest_that_the_runbook_takes_is_a_limit_too() -> None:
    front = "parameters:\n  dump: {type: copy, label: Backup, max_age: 5m}"
    game = guarded(VERIFY, front=front)
    assert game.refused(Tick, OPERATOR, 0, values=READ) == "gate_loss_signed"


def test_without_a_promise_any_loss_is_signed() -> None:
    game = guarded(VERIFY, facts=with_fields("dump", rpo=""))
    assert game.refused(Tick, OPERATOR, 0, values=OLD) == "gate_loss_signed"
    game.must(Record, OPERATOR, 0, values=OLD)
    (gate,) = [g for g in gates(game.state, 0, game.at) if g.key == "loss_signed"]
    assert "no RPO is set" in gate.label
    game.must(Release, DECIDER, 0, reason="there is no other")
    game.must(Tick, OPERATOR, 0, values={})
    assert "are lost, about 61 days" in str(game.lines[-2].event.to_data()["loss"])


def test_the_damaged_data_is_no_yardstick() -> None:
    game = guarded(VERIFY)
    story = {**READ, "verify.newest": "2026-03-03 21:00 UTC", "verify.live": "2026-01-02 03:00 UTC"}
    assert game.refused(Tick, OPERATOR, 0, values=story) == "gate_loss_signed"
    game.must(Record, OPERATOR, 0, values=story)
    assert game.refused(Tick, OPERATOR, 0, values={}) == "gate_loss_signed"
    game.must(Release, DECIDER, 0, reason="there is no other")
    game.must(Tick, OPERATOR, 0, values={})
    assert as_found(game.state) == datetime(2026, 1, 2, 3, tzinfo=UTC)


def test_what_the_data_held_as_found_is_asked_for_once() -> None:
    game = guarded(
        "Read\nrecord: {newest_found: {type: datetime}}",
        "Verify\nverify: {of: dump, live: newest_found}",
    )
    game.must(Tick, OPERATOR, 0, values={"newest_found": "2026-03-04 03:10 UTC"})
    assert "verify.live" not in [spec.name for spec in asks(game.state, 1)]
    sent = {name: value for name, value in OLD.items() if name != "verify.live"}
    assert game.refused(Tick, OPERATOR, 1, values=sent) == "gate_loss_signed"


@pytest.mark.parametrize("size", ["4096", "4,096 bytes", "4.00 KiB", "4.10 kB", "4096 B (4 KiB)"])
def test_a_size_is_compared_at_the_precision_that_was_typed(size: str) -> None:
    recorded = guarded(VERIFY).must(Record, OPERATOR, 0, values={"verify.size": size})
    assert recorded == ("step.begun", "step.recorded")


def test_a_size_that_is_too_rough_to_compare_is_asked_for_again() -> None:
    game = guarded(VERIFY)
    sent = {**READ, "verify.size": "4 KiB"}
    refused = game.ask(Tick, OPERATOR, 0, values=sent)
    assert isinstance(refused, Malformed)
    assert "too rough" in refused.errors["value_verify.size"]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"verify.size": "4095"}, "4096 bytes in the inventory"),
        ({"verify.size": "0"}, "below 1"),
        ({"verify.newest": "2026-03-04 03:13 UTC"}, "future"),
        ({"verify.live": "2027-03-04 03:13 UTC"}, "future"),
    ],
)
def test_a_copy_that_is_not_what_it_should_be(values: dict[str, str], why: str) -> None:
    assert why in wrong(guarded(VERIFY), {**READ, **values})


def test_a_live_run_that_verifies_needs_a_decider_at_its_start() -> None:
    game = guarded(VERIFY, live=True)
    assert game.state.status is RunStatus.RUNNING
    alone = guarded(VERIFY, live=True, started=False)
    alone.must(ReleaseRole, DECIDER)
    ready = {"acknowledged": True, "conditions": True}
    assert alone.refused(Start, OPERATOR, **ready) == "roles_missing"


def test_who_judges_a_copy_is_told_what_the_team_answered() -> None:
    decision = "Decide\ndecide: {question: Q, options: {yes: '', no: ''}}"
    game = guarded(VERIFY, decision)
    (remark,) = remarks(game.state, 0)
    assert (remark.open, remark.label) == (False, "Does anyone hold a newer copy? nobody was asked")
    assert gates(game.state, 0, game.at) == remarks(game.state, 1) == ()
    assert game.refused(AnswerCopies, 99, holds=False) == "copies_not_asked"
    game.must(AskCopies, VERIFIER, text="of today")
    assert "nobody has answered" in remarks(game.state, 1)[0].label
    game.must(AnswerCopies, 99, holds=False, who="Ann")
    game.must(AnswerCopies, 98, holds=True, text="on my stick", who="Bob")
    game.must(AnswerCopies, 99, holds=True, text="in my database", who="Ann")
    (gate,) = remarks(game.state, 1)
    assert (gate.open, gate.label.partition("? ")[2]) == (True, "2 answered, 2 hold one")
    assert [(answer.name, answer.holds) for answer in game.state.stated.answers] == [
        ("Bob", True),
        ("Ann", True),
    ]


def test_an_answer_that_says_nothing_is_none() -> None:
    """Whether it holds one is asked by the edges: tests/runbooks/views/test_run_copies.py."""
    game = guarded(VERIFY)
    game.must(AskCopies, OPERATOR)
    for text in ("", " ", "…"):
        outcome = game.ask(AnswerCopies, 99, holds=True, text=text)
        assert isinstance(outcome, Malformed)
        assert list(outcome.errors) == ["text"]
