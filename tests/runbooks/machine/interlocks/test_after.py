"""What a live run owes after it has overwritten something, and the guards with which it is paid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runbooks.enums import Rearmed
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.steps import StepBegun, StepTicked
from runbooks.machine.gates import gates
from runbooks.machine.interlocks.after import missing
from runbooks.machine.moves.run import Abort, Complete
from runbooks.machine.moves.steps import Tick
from runbooks.machine.reducers import apply
from runbooks.machine.requests import Malformed
from tests.runbooks.machine.guarded import OTHER, guarded
from tests.runbooks.machine.table import OPERATOR, START, Game

ACT = "Swap\noverwrite: {target: target, from: dump}"
VERIFY = "Verify\nverify: dump"
COMPARE = "Compare\ncompare: dump"
REARM = f"Rearm\nrearm: [{', '.join(Rearmed)}]"
BACKUP = "Backup\ncopy: {of: target, purpose: backup, into: v:/s, medium: disk, encrypted: 'yes'}"
QUARANTINE = "Put away\nquarantine: target"
READ = {
    "verify.size": "4096",
    "verify.newest": "2026-03-04T03:00:00.25Z",
    "verify.live": "2026-03-04 03:00 UTC",
    "verify.how": "pg_restore --list",
}
SAME = {"compare.newest": "2026-03-04 03:00 UTC"}
ON = {f"rearm.{what}": "on again" for what in Rearmed}
MADE = {
    "copy.size": "12 MB",
    "copy.sha256": OTHER,
    "copy.data_as_of": "2026-03-04 03:00 UTC",
    "copy.read_back": "listed",
}
AWAY = {
    "quarantine.place": "db-1: ledger_old",
    "quarantine.medium": "live database",
    "quarantine.delete_not_before": "2026-04-04 00:00 UTC",
}
ALL = (VERIFY, ACT, COMPARE, REARM, BACKUP, QUARANTINE)
SAID = (READ, None, SAME, ON, MADE, AWAY)


def overwrite(game: Game, index: int) -> None:
    """Let the act be done, whatever guards it: this is about what comes after it."""
    for event in (StepBegun(step=index), StepTicked(step=index, awaits=False)):
        line = LogLine(game.state.sequence + 1, game.at, OPERATOR, event)
        game.lines.append(line)
        game.state = apply(game.state, line)


def play(*items: str, live: bool = True) -> Game:
    """A run of `items` of `ALL` to its end."""
    game = guarded(*items, live=live)
    for index, item in enumerate(items):
        values = SAID[ALL.index(item)]
        if values is None:
            overwrite(game, index)
        else:
            game.must(Tick, OPERATOR, index, values=values)
    return game


def test_a_live_run_that_paid_everything_is_completed() -> None:
    game = play(*ALL)
    assert missing(game.state) == ()
    assert game.must(Complete, OPERATOR) == ("run.completed",)


@pytest.mark.parametrize(
    ("without", "owed"),
    [
        (REARM, "re-arm (jobs, alerts, replication, sessions, sequences)"),
        (BACKUP, "a new backup copy of ledger"),
        (QUARANTINE, "quarantine of what was replaced on ledger"),
        (COMPARE, "comparison of the restored data with ledger-0606.dump"),
    ],
)
def test_a_live_run_is_not_completed_without(without: str, owed: str) -> None:
    items = [item for item in ALL if item != without]
    game = play(*items)
    assert owed in "".join(missing(game.state))
    assert game.refused(Complete, OPERATOR) == "after"
    assert game.must(Abort, OPERATOR, reason="it lacks steps") == ("run.aborted",)
    assert play(*items, live=False).must(Complete, OPERATOR) == ("run.completed",)


def test_what_was_done_before_the_act_does_not_count() -> None:
    game = play(VERIFY, REARM, BACKUP, QUARANTINE, COMPARE, ACT)
    assert [item.split(" ")[0] for item in missing(game.state)] == ["re-arm", "a", "quarantine"]


def test_each_that_is_not_named_stays_owed() -> None:
    game = guarded(VERIFY, ACT, "Rearm\nrearm: [jobs, alerts]", live=True)
    game.must(Tick, OPERATOR, 0, values=READ)
    overwrite(game, 1)
    game.must(Tick, OPERATOR, 2, values=ON)
    assert missing(game.state)[0] == "re-arm (replication, sessions, sequences)"


def test_a_run_that_overwrote_nothing_owes_nothing() -> None:
    assert missing(play(VERIFY).state) == ()


def test_rearm_asks_for_each_by_name() -> None:
    game = guarded("Rearm\nrearm: [jobs, sequences]")
    outcome = game.ask(Tick, OPERATOR, 0, values={"rearm.jobs": "on again"})
    assert isinstance(outcome, Malformed)
    assert list(outcome.errors) == ["value_rearm.sequences"]
    values = {"rearm.jobs": "on again", "rearm.sequences": "not used here"}
    assert "rearm.stated" in game.must(Tick, OPERATOR, 0, values=values)
    assert game.lines[-2].event.to_data()["what"] == {
        "jobs": "on again",
        "sequences": "not used here",
    }


def test_what_was_replaced_is_kept_until_a_day_to_come() -> None:
    game = guarded(QUARANTINE)
    past = {**AWAY, "quarantine.delete_not_before": START.isoformat()}
    assert game.must(Tick, OPERATOR, 0, values=past) == ("step.mismatched",)
    again = guarded(QUARANTINE)
    again.must(Tick, OPERATOR, 0, values=AWAY)
    (kept,) = again.state.stated.copies
    assert (kept.purpose, kept.of, kept.verified_at) == ("quarantine", "target", None)


def test_nothing_is_compared_with_a_copy_that_was_not_verified() -> None:
    game = guarded(COMPARE, VERIFY)
    (gate,) = gates(game.state, 0, game.at)
    assert (gate.key, gate.open, gate.guard) == ("verified", False, "compare")
    assert game.refused(Tick, OPERATOR, 0, values=SAME) == "gate_verified"


@pytest.mark.parametrize("seconds", [-86400 * 61, -1, 2])
def test_other_data_than_the_copy_promised_is_a_deviation(seconds: int) -> None:
    game = guarded(VERIFY, COMPARE)
    game.must(Tick, OPERATOR, 0, values=READ)
    promised = datetime(2026, 3, 4, 3, 0, 0, 250_000, tzinfo=UTC)
    newest = (promised + timedelta(seconds=seconds)).isoformat()
    values = {"compare.newest": newest}
    assert game.must(Tick, OPERATOR, 1, values=values)[0] == "step.mismatched"
    assert [deviation.kind for deviation in game.state.stated.deviations] == ["wrong-copy"]
