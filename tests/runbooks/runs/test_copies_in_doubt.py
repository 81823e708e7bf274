"""Copies that hold nothing, too little, or the bytes of another copy: in the run's own steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from accounts.models import User
from inventory import copies
from inventory.models import Copy, Instance, System
from runbooks.log.words import sentence
from runbooks.machine.gates import gates
from runbooks.machine.interlocks.holdings import good_copies, safety_copy
from runbooks.machine.moves.steps import Record, Release, Tick
from runbooks.machine.requests import Refusal
from runbooks.runs import replay
from runbooks.runs.transaction import MoveRefused
from tests.factories import inventory as make
from tests.factories.runs import Play, play
from tests.runbooks.machine.guarded import FRONT, OTHER, SHA, guarded, with_fields
from tests.runbooks.machine.table import DECIDER, OPERATOR, Game
from tests.runbooks.texts import text

EMPTY_FILE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
COPY = "Copy\ncopy: {of: target, purpose: safety, into: <vault>, medium: disk, encrypted: 'yes'}"
AS_OF = "2026-03-04 03:00 UTC"
MADE = {
    "copy.size": "48117760",
    "copy.sha256": OTHER,
    "copy.data_as_of": AS_OF,
    "copy.read_back": "ls -l",
}
SIZES = ".dump 48117760, .dump 48000000, .dump 47000000"
USUAL = with_fields("target", earlier_sizes=SIZES)


def _wrong(game: Game, values: dict[str, str], step: int = 0) -> str:
    kinds = game.must(Tick, OPERATOR, step, values=values)
    assert kinds[0] == "step.mismatched"
    mismatch = game.lines[-len(kinds)].event.to_data()
    assert mismatch["caught"] == "wrong-copy"
    return str(mismatch["why"])


def test_the_digest_of_an_empty_file_ticks_no_step() -> None:
    """The size contradicts it; what earlier copies have is said."""
    game = guarded(COPY, facts=USUAL)
    sentence = _wrong(game, {**MADE, "copy.size": "14", "copy.sha256": EMPTY_FILE})
    assert sentence == (
        "This is the SHA-256 of an empty file; a file of 14 bytes cannot have it."
        " Earlier copies of this system have 48000000 bytes (45.8 MiB)."
    )
    assert safety_copy(game.state, "target") is None


def test_an_empty_archive_is_no_copy() -> None:
    digest = "84ff92691f909a05b224e1c56abb4864f01b4f8e3c854e4bb4c7baf1d3f6d652"
    sentence = _wrong(guarded(COPY), {**MADE, "copy.size": "10240", "copy.sha256": digest})
    assert sentence == "Its SHA-256 is that of an empty tar archive: it holds nothing."


def test_a_protected_copy_that_is_empty_is_refused() -> None:
    facts = with_fields("dump", sha256="", size="")
    game = guarded("Protect\nprotect: {of: dump, medium: disk, encrypted: 'yes'}", facts=facts)
    both = {"protect.original": EMPTY_FILE, "protect.duplicate": EMPTY_FILE}
    assert "holds nothing" in _wrong(game, {"protect.place": "vault-1:/srv", **both})


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "whose newest record is of 2026-01-02 03:00 UTC: it is the same file"),
        ({"copy.size": "4097"}, "and 4096 bytes; a file of 4097 bytes cannot have it"),
    ],
)
def test_the_safety_copy_is_not_the_backup(more: dict[str, str], sentence: str) -> None:
    """One SHA-256 for the data as found and for the data to restore."""
    facts = with_fields("dump", data_as_of="2026-01-02T03:00:00+00:00")
    sent = {**MADE, "copy.size": "4096", "copy.sha256": SHA, **more}
    assert sentence in _wrong(guarded(COPY, facts=facts), sent)


def test_what_was_read_in_the_chosen_copy_counts_and_not_its_date_in_the_register() -> None:
    """A plain dump of what was just restored from a plain dump is the same file."""
    facts = with_fields("dump", data_as_of="2026-03-04T02:00:00+00:00")
    again = "Back up\ncopy: {of: target, into: '<vault>/new', medium: disk, encrypted: 'yes'}"
    game = guarded("Look\nverify: dump", again, facts=facts)
    read = {"verify.size": "4096", "verify.newest": AS_OF, "verify.live": AS_OF}
    game.must(Tick, OPERATOR, 0, values={**read, "verify.how": "read"})
    sent = {**MADE, "copy.size": "4096", "copy.sha256": SHA}
    for size in ("4096", "4.10 kB"):  # at the precision that was typed
        sent |= {"copy.size": size}
        assert game.refused(Tick, OPERATOR, 1, values=sent) == "gate_doubt_accepted"


def test_two_copies_of_other_data_have_two_digests() -> None:
    again = "Back up\ncopy: {of: target, into: '<vault>/new', medium: disk, encrypted: 'yes'}"
    game = guarded(COPY, again)
    game.must(Tick, OPERATOR, 0, values=MADE)
    later = {**MADE, "copy.data_as_of": "2026-03-04 03:09 UTC"}
    assert "ledger-safety-run-7-step-1" in _wrong(game, later, step=1)


def test_the_same_bytes_of_the_same_moment_are_signed_for() -> None:
    facts = with_fields("dump", data_as_of="2026-03-04T03:00:00+00:00")
    game = guarded(COPY, facts=facts)
    sent = {**MADE, "copy.size": "4096", "copy.sha256": SHA}
    assert game.refused(Tick, OPERATOR, 0, values=sent) == "gate_doubt_accepted"
    game.must(Record, OPERATOR, 0, values=sent)
    game.must(Release, DECIDER, 0, reason="Nobody wrote since the backup.")
    game.must(Tick, OPERATOR, 0, values={})


def test_a_small_copy_waits_for_the_decider() -> None:
    game = guarded(COPY, facts=USUAL)
    sent = {**MADE, "copy.size": "14"}
    refusal = game.ask(Tick, OPERATOR, 0, values=sent)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "gate_doubt_accepted"
    assert "It has 14 bytes, less than a tenth of the last 3 good copies" in refusal.sentence
    game.must(Record, OPERATOR, 0, values=sent)
    assert game.refused(Release, OPERATOR, 0, reason="Fine.") == "wrong_role"
    game.must(Release, DECIDER, 0, reason="The tables were dropped: that is the incident.")
    kinds = game.must(Tick, OPERATOR, 0, values={})
    registered = game.lines[-len(kinds) + kinds.index("copy.registered")]
    assert (
        registered.event.to_data()["accepted"] == "The tables were dropped: that is the incident."
    )
    text = sentence(registered.event, game.state.procedure)
    assert "good all the same: The tables were dropped" in text
    assert safety_copy(game.state, "target") is not None


def test_a_signature_covers_no_other_size() -> None:
    game = guarded(COPY, facts=USUAL)
    game.must(Record, OPERATOR, 0, values={**MADE, "copy.size": "40000"})
    game.must(Release, DECIDER, 0, reason="It is small.")
    code = game.refused(Tick, OPERATOR, 0, values={"copy.size": "14"})
    assert code == "gate_doubt_accepted"


def test_what_a_size_was_compared_with_is_said() -> None:
    def label(game: Game) -> str:
        game.must(Record, OPERATOR, 0, values=MADE)
        (gate,) = [g for g in gates(game.state, 0, game.at) if g.key == "doubt_accepted"]
        assert gate.open
        return gate.label

    assert "nothing to compare with" in label(guarded(COPY))
    assert "compared with the last 3 good copies of other kinds before it" in label(
        guarded(COPY, facts=USUAL)
    )


def test_one_signature_serves_both_steps_that_read_the_chosen_copy() -> None:
    small = with_fields("dump", size="14", earlier_sizes=SIZES)
    protect = "Protect\nprotect: {of: dump, medium: disk, encrypted: 'yes'}"
    game = guarded(protect, "Look\nverify: dump", facts=small)
    both = {"protect.place": "vault-1:/srv", "protect.original": SHA, "protect.duplicate": SHA}
    assert game.refused(Tick, OPERATOR, 0, values=both) == "gate_doubt_accepted"
    assert good_copies(game.state, "dump") == ()
    game.must(Release, DECIDER, 0, reason="The books are new.")
    game.must(Tick, OPERATOR, 0, values=both)
    assert len(good_copies(game.state, "dump")) == 2
    read = {"verify.size": "14", "verify.newest": AS_OF, "verify.live": AS_OF, "verify.how": "cat"}
    assert "copy.verified" in game.must(Tick, OPERATOR, 1, values=read)


def test_a_size_that_only_the_step_reads_is_doubted_there() -> None:
    unknown = with_fields("dump", size="", earlier_sizes=SIZES)
    game = guarded("Look\nverify: dump", facts=unknown)
    read = {"verify.size": "14", "verify.newest": AS_OF, "verify.live": AS_OF, "verify.how": "cat"}
    assert game.refused(Tick, OPERATOR, 0, values=read) == "gate_doubt_accepted"


# Against the register


@pytest.fixture
def ledger(operator: User, at: datetime) -> System:
    return make.system(operator, at)


@pytest.fixture
def target(ledger: System, operator: User, at: datetime) -> Instance:
    return make.instance(ledger, operator, at)


def _playing(at: datetime, people: dict[str, User], target: Instance, dump: Copy) -> Play:
    chosen = {"target": str(target.pk), "dump": str(dump.pk), "vault": "vault-1:/srv/a.dump"}
    return play(text(COPY, front=FRONT), at, people=people, parameters=chosen)


@pytest.fixture
def people(
    operator: User, verifier: User, decider: User, author: User, approver: User
) -> dict[str, User]:
    names = ("operator", "verifier", "decider", "author", "approver")
    return dict(zip(names, (operator, verifier, decider, author, approver), strict=True))


@pytest.mark.django_db
def test_the_reason_is_kept_in_the_register(
    at: datetime, people: Any, target: Instance, ledger: System
) -> None:
    dump = make.copy(ledger, people["operator"], at, good=True)
    game = _playing(at, people, target, dump)
    sent = {**MADE, "copy.size": "14"}
    with pytest.raises(MoveRefused) as caught:
        game.tick(0, **sent)
    assert caught.value.code == "gate_doubt_accepted"
    game.move(Record, step=0, values=sent)
    game.move(Release, "decider", step=0, reason="The tables were dropped.")
    game.tick(0)
    made = Copy.objects.get(name__contains="safety")
    assert (made.state, made.doubt_accepted) == ("good", "The tables were dropped.")
    assert "less than half of the last good copy (.dump) before it" in made.doubt
    assert replay.verify(game.run).faults == ()


def _signed(game: Play, sent: dict[str, str], why: str) -> Copy:
    """A doubted safety copy is kept with the decider's signature, and never refused without one to
    be had."""
    with pytest.raises(MoveRefused) as caught:
        game.tick(0, **sent)
    assert caught.value.code == "gate_doubt_accepted"
    game.move(Record, step=0, values=sent)
    game.move(Release, "decider", step=0, reason=why)
    game.tick(0)
    made = Copy.objects.get(name__contains="safety")
    assert (made.state, made.doubt_accepted) == ("good", why)
    return made


@pytest.mark.django_db
def test_what_became_good_since_the_start_is_compared_with(
    at: datetime, people: Any, target: Instance, ledger: System
) -> None:
    """The run itself makes the first good copy; the register would refuse what nobody can sign."""
    dump = make.copy(ledger, people["operator"], at)
    game = _playing(at, people, target, dump)
    make.copy(ledger, people["operator"], at, name="other.dump", good=True)
    _signed(game, {**MADE, "copy.size": "14"}, "The tables were dropped.")


@pytest.mark.django_db
def test_one_good_copy_more_does_not_undo_a_signature(
    at: datetime, people: Any, target: Instance, ledger: System
) -> None:
    dump = make.copy(ledger, people["operator"], at, good=True)
    game, sent = _playing(at, people, target, dump), {**MADE, "copy.size": "14"}
    game.move(Record, step=0, values=sent)
    game.move(Release, "decider", step=0, reason="The tables were dropped.")
    make.copy(ledger, people["operator"], at, name="other.dump", good=True)
    game.tick(0)
    assert Copy.objects.get(name__contains="safety").state == "good"


@pytest.mark.django_db
def test_the_output_of_a_terminal_is_kept_on_one_line(
    at: datetime, people: Any, target: Instance, ledger: System
) -> None:
    dump = make.copy(ledger, people["operator"], at, good=True)
    game = _playing(at, people, target, dump)
    sent = {**MADE, "copy.size": "14", "copy.read_back": "\x1b[1m12 rows\x1b[0m\nread"}
    game.move(Record, step=0, values=sent)
    game.move(Release, "decider", step=0, reason="Emptied.\x07\nOn purpose.")
    game.tick(0)
    made = Copy.objects.get(name__contains="safety")
    assert (made.verified_how, made.doubt_accepted) == (
        "[1m12 rows [0m read", "Emptied. On purpose.",
    )  # fmt: skip


@pytest.mark.django_db
def test_an_instance_with_a_dot_in_its_name_is_no_kind_of_file(
    at: datetime, people: Any, ledger: System
) -> None:
    named = make.instance(ledger, people["operator"], at, name="ledger.prod")
    dump = make.copy(ledger, people["operator"], at, good=True)
    sent = {**MADE, "copy.size": str(734003200 // 3)}
    made = _signed(_playing(at, people, named, dump), sent, "Half was deleted.")
    assert "less than half" in made.doubt


@pytest.mark.django_db
def test_a_small_copy_that_the_register_accepted_is_duplicated(
    at: datetime, people: Any, target: Instance, ledger: System
) -> None:
    make.copy(ledger, people["operator"], at, good=True, sha256=OTHER)
    small = make.copy(ledger, people["operator"], at, name="b.dump", sha256=SHA, size_bytes=4000)
    copies.verify(small, how="read", accept="Archived last week.", by=people["operator"], at=at)
    chosen = {"target": str(target.pk), "dump": str(small.pk), "vault": "vault-1:/srv/a.dump"}
    protect = "Protect\nprotect: {of: dump, into: <vault>, medium: disk, encrypted: 'yes'}"
    source = text(protect, front=FRONT)
    game = play(source, at, people=people, parameters=chosen)
    game.tick(0, **{"protect.original": SHA, "protect.duplicate": SHA})
    assert Copy.objects.get(name__contains="duplicate").state == "good"


@pytest.mark.django_db
def test_the_register_knows_the_bytes_of_another_night(
    at: datetime, people: Any, target: Instance, ledger: System
) -> None:
    dump = make.copy(ledger, people["operator"], at, good=True)
    make.copy(ledger, people["operator"], at, name="old.dump", sha256=OTHER)
    game = _playing(at, people, target, dump)
    with pytest.raises(MoveRefused) as caught:
        game.tick(0, **{**MADE, "copy.size": "734003200"})
    assert caught.value.code == "same_bytes"
    assert "It has the SHA-256 of old.dump" in caught.value.sentence
    assert not Copy.objects.filter(name__contains="safety").exists()


@pytest.mark.django_db
def test_an_empty_copy_is_not_chosen(
    at: datetime, people: Any, target: Instance, ledger: System
) -> None:
    dump = make.copy(ledger, people["operator"], at, size_bytes=0, sha256="")
    with pytest.raises(Exception, match="0 bytes, so it holds nothing"):
        _playing(at, people, target, dump)
