"""What is a near miss: what a guard caught, and nothing that is early, mistyped or forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from runbooks.machine.decide import decide
from runbooks.machine.move import Move, Request
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.run import Complete
from runbooks.machine.moves.steps import BeginStep, Record, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.refusals import refused
from runbooks.machine.requests import Malformed, Refusal
from runbooks.machine.state import ParameterFacts
from tests.factories.moves import made
from tests.runbooks.machine.guarded import OTHER, SHA, guarded
from tests.runbooks.machine.table import OPERATOR, VERIFIER, Game

TARGET = {
    "target": ParameterFacts(
        "ledger",
        {"name": "ledger", "host": "db-1"},
        ("7301234567890123456", "b08dfa60"),
        ("database system identifier", "machine id"),
    )
}
IDENTIFY = (
    "Identify\nidentify: target\nrecord:\n"
    "  in_recovery: {type: choice, options: [f, t], equals: f}\n"
)
RIGHT = {
    "identify.first": "7301234567890123456",
    "identify.second": "b08dfa60",
    "in_recovery": "f",
}
DIRECTION = "Say\ndirection: {from: dump, into: target}"
WAY = {"direction.from": "ledger-0606.dump", "direction.into": "ledger"}
PROTECT = "Protect\nprotect: {of: dump, medium: disk, encrypted: 'yes'}"
BOTH = {"protect.place": "vault-1:/srv", "protect.original": SHA, "protect.duplicate": SHA}
COPY = "Copy\ncopy: {of: target, purpose: safety, medium: disk, encrypted: 'yes'}"
MADE = {
    "copy.place": "vault-1:/srv",
    "copy.size": "12 MB",
    "copy.sha256": OTHER,
    "copy.data_as_of": "2026-03-04 03:00 UTC",
    "copy.read_back": "pg_restore --list",
}
FREEZE = "Freeze\nfreeze: target"
WAIT = "Wait\nwait: {expect: restoring, bad: writing backup, cancel: press Ctrl-C}"


def left(game: Game, move: type[Move], step: int | None, **data: Any) -> list[str]:
    """What the events that an attempt leaves say that a guard caught."""
    request = Request(made(move, step, **data), OPERATOR, game.at)
    outcome = decide(game.state, request)
    if isinstance(outcome, Malformed):
        return []
    events = refused(game.state, request, outcome) if isinstance(outcome, Refusal) else outcome
    return [str(e.to_data()["caught"]) for e in events if e.is_near_miss]


@pytest.mark.parametrize(
    ("step", "values", "caught"),
    [
        pytest.param(IDENTIFY, {**RIGHT, "in_recovery": "t"}, "wrong-target", id="a standby"),
        pytest.param(IDENTIFY, {**RIGHT, "identify.first": "8"}, "wrong-target", id="identity"),
        pytest.param(DIRECTION, {**WAY, "direction.from": "ledger"}, "wrong-direction", id="way"),
        pytest.param(PROTECT, {**BOTH, "protect.original": OTHER}, "wrong-copy", id="copy"),
        pytest.param(COPY, {**MADE, "copy.place": "db-1:/srv"}, "wrong-place", id="place"),
    ],
)
def test_what_a_guard_catches_is_one(step: str, values: dict[str, str], caught: str) -> None:
    assert left(guarded(step, facts=TARGET), Tick, 0, values=values) == [caught]


def test_a_bad_sign_in_the_output_is_one_and_a_strange_line_is_none() -> None:
    game = guarded(WAIT)
    game.must(BeginStep, OPERATOR, 0)
    bad = {"wait.first_line": "Writing backup 1 of 9"}
    assert left(game, Record, 0, values=bad) == ["wrong-direction"]
    assert left(game, Record, 0, values={"wait.first_line": "psql (16.2)"}) == []


@pytest.mark.parametrize(
    ("steps", "move", "step", "data"),
    [
        pytest.param((FREEZE, "Next"), Tick, 1, {}, id="an early tick"),
        pytest.param(("Act\ncountersign: before",), Tick, 0, {}, id="a closed gate"),
        pytest.param((FREEZE,), Tick, 0, {"values": {}}, id="a forgotten field"),
        pytest.param((FREEZE,), Tick, 0, {"values": {"freeze.writers": "no"}}, id="unreadable"),
        pytest.param((FREEZE,), Tick, 0, {"values": {"freeze.writers": "3"}}, id="a finding"),
        pytest.param((FREEZE,), Complete, None, {}, id="not finished"),
        pytest.param((FREEZE,), Unlock, 0, {"name": "x"}, id="not this step"),
    ],
)
def test_what_is_early_mistyped_or_forgotten_is_none(
    steps: tuple[str, ...], move: type[Move], step: int | None, data: dict[str, Any]
) -> None:
    assert left(guarded(*steps, facts=TARGET), move, step, **data) == []


def test_a_mistyped_number_at_a_resume_is_none() -> None:
    game = guarded(FREEZE)
    game.must(Hold, VERIFIER)
    assert left(game, Resume, None, read_back="3") == []


def test_the_log_keeps_every_refusal() -> None:
    game = guarded(FREEZE, "Next")
    request = Request(Tick(step=1), OPERATOR, game.at)
    refusal = decide(game.state, request)
    assert isinstance(refusal, Refusal)
    (event,) = refused(game.state, request, refusal)
    assert (event.kind, event.to_data()["code"], event.to_data()["caught"]) == (
        "move.refused",
        "out_of_order",
        "",
    )


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("ledger", True),
        ("ledger @ db-1", True),  # as the head of the page writes it
        ("Ledger  @  DB-1", True),
        ("ledger @ db-2", False),
        ("ledger@db-1", True),
        ("ledger-old", False),
        ("db-1", False),
    ],
)
def test_a_name_may_have_its_host_behind_it_and_no_other(name: str, fits: bool) -> None:
    named = ParameterFacts(
        "ledger", {"name": "ledger", "host": "db-1"}, ("ledger", "7301"), ("name", "id")
    )
    into = guarded(DIRECTION, facts={"target": named})
    sent = {**WAY, "direction.into": name}
    assert (left(into, Tick, 0, values=sent) == []) is fits
    who = guarded("Identify\nidentify: target", facts={"target": named})
    sent = {"identify.first": name, "identify.second": "7301"}
    assert (left(who, Tick, 0, values=sent) == []) is fits
