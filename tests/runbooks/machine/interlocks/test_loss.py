"""What is lost with a copy, and up to when: the one yardstick, with the numbers of the story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runbooks.machine.events.event import LogLine
from runbooks.machine.events.kinds import from_data
from runbooks.machine.gates import gates
from runbooks.machine.interlocks.loss import (
    GROWS_FOR,
    Basis,
    LastWrite,
    Loss,
    LossVerdict,
    as_found,
    covers,
    last_write,
    last_write_in,
    loss_with,
)
from runbooks.machine.moves.run import Complete
from runbooks.machine.moves.steps import Decide, Record, Release, Tick
from runbooks.machine.reducers import apply
from runbooks.machine.statements import Signed
from runbooks.screen.brief import brief
from runbooks.screen.losses import consequences, judged, lost_if_right
from tests.runbooks.machine.guarded import guarded, with_fields
from tests.runbooks.machine.table import DECIDER, OPERATOR, Game

STOPPED = datetime(2026, 11, 22, 0, 31, tzinfo=UTC)
NOTICED, NOW = STOPPED - timedelta(minutes=40), STOPPED + timedelta(hours=1)
NEWEST, HOUR = STOPPED - timedelta(hours=6), timedelta(hours=1)


def lost(newest: datetime | None, until: LastWrite, rpo: timedelta | None = HOUR) -> Loss:
    return Loss(newest, until, rpo)


def test_the_story() -> None:
    loss = lost(NEWEST, last_write(stopped=STOPPED, noticed=NOTICED, now=NOW))
    assert (loss.span, loss.state) == (timedelta(hours=6), LossVerdict.BEYOND)
    assert loss.text() == (
        "writes after 2026-11-21 18:31 UTC are lost, about 6 h, up to 2026-11-22 00:31 UTC,"
        " when the writers stopped"
    )
    assert loss.verdict == "RPO 1 h: NOT MET"


@pytest.mark.parametrize(
    ("known", "at", "basis"),
    [
        ({"stopped": STOPPED, "noticed": NOTICED, "now": NOW}, STOPPED, Basis.STOPPED),
        ({"noticed": NOTICED, "now": NOW}, NOTICED, Basis.NOTICED),
        ({"now": NOW}, NOW, Basis.NOW),
        ({}, None, Basis.UNKNOWN),
    ],
)
def test_what_the_last_good_write_is_known_by(
    known: dict[str, datetime], at: datetime | None, basis: Basis
) -> None:
    assert last_write(**known) == LastWrite(at, basis)


@pytest.mark.parametrize(
    ("newest", "until", "rpo", "state", "wanted"),
    [
        (STOPPED + HOUR, STOPPED, HOUR, LossVerdict.WITHIN, "nothing is lost of what was written"),
        (STOPPED - HOUR, STOPPED, HOUR, LossVerdict.WITHIN, "about 60 min"),
        (STOPPED - HOUR, STOPPED, None, LossVerdict.UNKNOWN, "about 60 min"),
        (NEWEST, None, HOUR, LossVerdict.UNKNOWN, "nobody knows when the last good write was"),
        (None, STOPPED, HOUR, LossVerdict.UNKNOWN, "nobody has read the newest record"),
    ],
)
def test_within_beyond_or_unknown(
    newest: datetime | None,
    until: datetime | None,
    rpo: timedelta | None,
    state: LossVerdict,
    wanted: str,
) -> None:
    loss = lost(newest, last_write(stopped=until), rpo)
    assert loss.state is state
    assert wanted in loss.text()
    none = "no RPO is set" if loss.span else ""
    met = "RPO 1 h: met" if state is LossVerdict.WITHIN else ""
    assert loss.verdict == (none if rpo is None else met)


def test_the_tighter_of_two_promises_counts() -> None:
    until = last_write(stopped=STOPPED)
    loss = Loss(STOPPED - timedelta(minutes=30), until, HOUR, timedelta(minutes=5))
    assert loss.verdict == "At most, by this runbook, 5 min: NOT MET"


def test_a_signature_covers_its_own_loss_and_the_minutes_until_the_writers_stop() -> None:
    def signed(until: datetime, basis: Basis) -> Signed:
        return Signed(0, 1, NEWEST, until, basis.value, "", DECIDER)

    stopped = lost(NEWEST, last_write(stopped=STOPPED))
    assert covers(signed(STOPPED, Basis.STOPPED), stopped)
    assert covers(signed(STOPPED - GROWS_FOR, Basis.NOW), stopped)
    assert not covers(signed(NOTICED, Basis.NOW), stopped)
    assert not covers(signed(STOPPED - GROWS_FOR, Basis.STOPPED), stopped)
    assert not covers(signed(NOTICED, Basis.NOTICED), stopped)
    older = lost(NEWEST - timedelta(seconds=1), last_write(stopped=STOPPED))
    assert not covers(signed(STOPPED, Basis.STOPPED), older)


def test_what_nobody_knew_is_signed_for_as_such() -> None:
    unknown = Signed(0, 1, NEWEST, None, Basis.UNKNOWN.value, "", DECIDER)
    assert covers(unknown, lost(NEWEST, LastWrite(None, Basis.UNKNOWN)))
    assert not covers(unknown, lost(NEWEST, last_write(stopped=STOPPED)))
    known = Signed(0, 1, NEWEST, STOPPED, Basis.STOPPED.value, "", DECIDER)
    assert not covers(known, lost(NEWEST, LastWrite(None, Basis.UNKNOWN)))
    assert not covers(known, lost(None, last_write(stopped=STOPPED)))


RESTORE = (
    "Freeze\nfreeze: target",
    "Read\nrecord: {newest_found: {type: datetime}}",
    "Verify\nverify: {of: dump, live: newest_found}",
    "Decide\nrole: decider\ndecide: {question: Good enough?, options: {yes: '', no: ''}}",
    "Say\ndirection: {from: dump, into: target}",
    "Thaw\nthaw: target",
)


def ago(game: Game, **span: int) -> str:
    return f"{game.at - timedelta(**span):%Y-%m-%d %H:%M:%S} UTC"


def night(**fields: str) -> Game:
    """The night of the story, up to the decision: the data as found are 61 days old, the chosen
    copy 6 h."""
    game = guarded(*RESTORE, facts=with_fields("dump", **fields) if fields else None)
    read = {
        "verify.newest": ago(game, hours=6),
        "verify.size": "4096",
        "verify.how": "pg_restore --list",
    }
    values = {"newest_found": ago(game, days=61)}
    game.must(Tick, OPERATOR, 0, values={"freeze.writers": "0"})
    game.must(Tick, OPERATOR, 1, values=values)
    game.must(Record, OPERATOR, 2, values=read)
    return game


def test_the_decider_signs_for_six_hours_on_the_night_of_the_story() -> None:
    game = night()
    assert game.refused(Tick, OPERATOR, 2, values={}) == "gate_loss_signed"
    (gate,) = [gate for gate in gates(game.state, 2, game.at) if gate.key == "loss_signed"]
    assert "writes of about 6 h are lost" in gate.label
    assert "when the writers stopped; RPO 1 h: NOT MET)" in gate.label
    game.must(Release, DECIDER, 2, reason="It is the best there is.")
    assert "writes of about 6 h are lost" in str(game.lines[-1].event.to_data()["loss"])
    game.wait(7200)
    game.must(Tick, OPERATOR, 2, values={})
    assert "writes after" in next(
        str(line.event.to_data()["loss"]) for line in game.lines if line.kind == "copy.verified"
    )


def test_every_screen_says_the_same_with_what_was_found_beside_it() -> None:
    game = night()
    game.must(Release, DECIDER, 2, reason="It is the best there is.")
    game.must(Tick, OPERATOR, 2, values={})
    state, at = game.state, game.at
    sentence = lost_if_right(state, "dump", at)
    assert "are lost, about 6 h, up to" in sentence
    assert sentence.endswith("RPO 1 h: NOT MET, signed by the decider")
    judgements = {term: words for term, words, _ in judged(state, state.step(3), at)}
    assert judgements["If it is restored"] == sentence
    assert judgements["As found"].endswith("61 days old")
    assert brief(state, at).loss == sentence
    assert brief(state, at).over
    assert judged(state, state.step(1), at) == ()
    assert {t: w for t, w, _ in consequences(state, state.step(4), at)}["As found"]


def test_the_inventory_is_asked_where_the_run_has_not_read_the_copy() -> None:
    game = guarded(*RESTORE, facts=with_fields("dump", data_as_of="2026-03-03T21:00:00+00:00"))
    assert loss_with(game.state, "dump", game.at).until.basis is Basis.NOW
    assert "no stop of the writers is known" in lost_if_right(game.state, "dump", game.at)
    assert lost_if_right(game.state, "vault", game.at) == ""
    assert as_found(game.state) is None


def test_writers_that_go_on_write_until_now() -> None:
    game = night()
    stopped = game.state.stated.stopped["target"]
    assert last_write_in(game.state, game.at) == LastWrite(stopped, Basis.STOPPED)
    game.must(Release, DECIDER, 2, reason="r")
    game.must(Tick, OPERATOR, 2, values={})
    game.must(Decide, DECIDER, 3, answer="yes", reason="r")
    values = {"direction.from": "ledger-0606.dump", "direction.into": "ledger"}
    game.must(Tick, OPERATOR, 4, values=values)
    game.must(Tick, OPERATOR, 5, values={})
    assert last_write_in(game.state, game.at) == LastWrite(game.at, Basis.NOW)
    game.must(Complete, OPERATOR)
    assert last_write_in(game.state, game.at) == LastWrite(None, Basis.UNKNOWN)


def with_times(game: Game, **data: Any) -> Game:
    """The incident that the run answers tells it something."""
    known = {"incident": 1, "title": "Gone", "noticed": "", "writes_stopped": "", "closed": False}
    event = from_data("incident.updated", {**known, **data})
    line = LogLine(game.state.sequence + 1, game.at, OPERATOR, event)
    game.state = apply(game.state, line)
    return game


@pytest.mark.parametrize(
    ("data", "known"),
    [
        ({"noticed": NOTICED.isoformat()}, LastWrite(NOTICED, Basis.NOTICED)),
        (
            {"noticed": NOTICED.isoformat(), "writes_stopped": STOPPED.isoformat()},
            LastWrite(STOPPED, Basis.STOPPED),
        ),
        ({"closed": True}, LastWrite(None, Basis.UNKNOWN)),
    ],
)
def test_the_incident_says_what_the_run_has_not_stopped_itself(
    data: dict[str, Any], known: LastWrite
) -> None:
    game = with_times(guarded(*RESTORE), **data)
    assert last_write_in(game.state, game.at) == known
    game.must(Tick, OPERATOR, 0, values={"freeze.writers": "0"})
    assert last_write_in(game.state, game.at).basis is Basis.STOPPED
    assert last_write_in(game.state, game.at).at != STOPPED
