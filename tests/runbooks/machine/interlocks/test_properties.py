"""A restore with every guard, and deletions, played by people who do the right thing, or anything
else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbooks.enums import RunKind, RunStatus, StepStatus
from runbooks.machine import interlocks
from runbooks.machine.events.gates import GateOverridden, StepReleased
from runbooks.machine.gates import gates, overridden
from runbooks.machine.interlocks.after import missing
from runbooks.machine.move import Move
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.branches import Diagnose, Reopen, Undo
from runbooks.machine.moves.hold import Resume
from runbooks.machine.moves.log import Attach, LateEntry, Note, StrikeOut
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck, Unlock
from runbooks.machine.reducers import apply, genesis
from runbooks.machine.state import ParameterFacts, RunState, current
from runbooks.procedure.guards.acts import TeamCheck
from runbooks.procedure.guards.demand import Act
from runbooks.procedure.irreversible import act_key, acts
from tests.factories.moves import fitting
from tests.runbooks.machine.guarded import FACTS, FRONT, OTHER, SHA
from tests.runbooks.machine.table import (
    DECIDER,
    OBSERVER,
    OPERATOR,
    RELIEF,
    ROLES,
    VERIFIER,
    Game,
    prepared,
)
from tests.runbooks.texts import procedure, text

TEXT = text(
    "Identify\nidentify: target",
    "Mark\nmark: target",
    "Freeze\nfreeze: target",
    "Copy\ncopy: {of: target, purpose: safety, encrypted: 'yes'}",
    "Protect\nprotect: dump",
    "Open\nverify: dump",
    "Direction\ndirection: {from: dump, into: target}",
    "Team check\nteam_check: {fresh_for: 10m}",
    "Write\noverwrite: {target: target, from: dump}\nwait: {expect: restoring, bad: writing}"
    "\nundo: back",
    "Switch on\nrearm: [jobs, alerts, replication, sessions, sequences]",
    "Copy anew\ncopy: {of: target, purpose: backup, encrypted: 'yes'}",
    "Put away\nquarantine: target",
    "Compare\ncompare: dump\ncountersign: after",
    "Thaw\nthaw: target",
    "# Back {#back .aside}",
    "Go back",
    front=FRONT + "\noperation: restore",
)
#: A deletion with and without a step that copies what is deleted.
DELETIONS = {
    name: text(
        "Identify\nidentify: target",
        "Freeze\nfreeze: target",
        *copies,
        "Team check\nteam_check: {fresh_for: 10m}",
        "Delete\ndestroy: {target: target}\nundo: back",
        "Tell the team",
        "# Back {#back .aside}",
        "Bring it back\nthaw: target",
        front=FRONT + "\noperation: delete",
    )
    for name, copies in (
        ("copied", ("Copy\ncopy: {of: target, purpose: safety, encrypted: 'yes'}",)),
        ("nothing to keep", ()),
    )
}
TEXTS = {"restore": TEXT, **DELETIONS}
TARGET = ParameterFacts("ledger", {"host": "db-1", "rpo": "3600"}, ("7301442", "primary"),
               ("machine id", "role it reports"))  # fmt: skip
PEOPLE = (OPERATOR, VERIFIER, DECIDER, OBSERVER, RELIEF)
NOW = "2026-03-04 03:00 UTC"
RIGHT = {
    "identify.first": "7301442", "identify.second": "primary", "mark.read_back": "run-7-0a",
    "freeze.writers": "0", "copy.place": "vault:/srv/%s", "copy.medium": "disk",
    "copy.encrypted": "yes", "copy.size": "9", "copy.sha256": f"{OTHER[:-2]}%s",
    "copy.data_as_of": NOW, "copy.read_back": "restored", "protect.place": "vault:/d",
    "protect.medium": "disk", "protect.encrypted": "yes", "protect.original": SHA,
    "protect.duplicate": SHA,
    "verify.size": "4096", "verify.newest": NOW, "verify.live": NOW, "verify.how": "listed",
    "direction.from": "ledger-0606.dump", "direction.into": "ledger",
    "wait.first_line": "restoring", "quarantine.place": "vault:/q", "quarantine.medium": "disk",
    "quarantine.delete_not_before": "2027-01-01 00:00 UTC", "compare.newest": NOW,
}  # fmt: skip


def begin(source: bytes = TEXT) -> Game:
    given = {**FACTS, "target": TARGET}
    line = prepared(given, kind=RunKind.LIVE, token="run-7-0a")
    game = Game(genesis(7, procedure(source), line), [line])
    for person, role in ROLES.items():
        game.must(TakeRole, person, role=role.value)
    game.must(Start, OPERATOR, acknowledged=True, conditions=True)
    return game


def values(state: RunState, index: int) -> dict[str, str]:
    """What somebody who looks writes at a step."""
    return {
        spec.name: RIGHT.get(spec.name, "on again").replace("%s", f"{index:02}")
        for spec in interlocks.asks(state, index)
    }


def right(game: Game) -> None:
    """The next thing that belongs to be done, by whom it belongs to."""
    state, now = game.state, current(game.state)
    if state.status is RunStatus.ON_HOLD:
        done = [s for s in state.steps if s.status is StepStatus.DONE]
        last = max(done, key=lambda s: s.touched).index if done else None
        read_back = "none" if last is None else state.step(last).number
        for person in (OPERATOR, DECIDER):
            game.ask(Resume, person, read_back=read_back)
    elif now is None:
        game.ask(Complete, OPERATOR, summary="")
    elif state.steps[now].status is StepStatus.MISMATCH:
        game.ask(Diagnose, OPERATOR, now, finding="It was typed wrong.")
    elif state.steps[now].status is StepStatus.DIAGNOSED:
        game.ask(Reopen, OPERATOR, now)
    elif state.steps[now].status is StepStatus.AWAITING:
        game.ask(Countersign, VERIFIER, now, values=values(state, now))
    else:
        act(game, now)


def act(game: Game, now: int) -> None:
    guard = game.state.step(now).guard
    if (TeamCheck, Act) in guard:
        for person in (OPERATOR, VERIFIER, DECIDER):
            game.ask(ConfirmTeamCheck, person, now)
    if act_key(guard) and now not in game.state.stated.unlocked:
        game.ask(BeginStep, OPERATOR, now)
        if interlocks.signature(game.state, now, game.at):
            game.ask(Release, DECIDER, now, reason="It holds nothing.")
        game.ask(Countersign, VERIFIER, now)
        game.ask(Unlock, OPERATOR, now, name="ledger")
        check_unlocked(game)
    game.ask(Tick, OPERATOR, now, values=values(game.state, now))


def check_unlocked(game: Game) -> None:
    """What was laid open was laid open with every gate open."""
    for index, then in game.state.stated.unlocked.items():
        if game.state.steps[index].status is StepStatus.STARTED and then == game.at:
            assert [g.key for g in gates(game.state, index, then) if not g.open] == []


ANY = st.tuples(
    st.sampled_from([m for m in MOVES if m not in {Attach, StrikeOut, LateEntry, Note, Start}]),
    st.sampled_from(PEOPLE),
    st.sampled_from(["typed", "wrong", "bad"]),
)  # fmt: skip
TURN = st.one_of(st.none(), st.none(), st.none(), ANY, st.integers(1, 900))


def anything(game: Game, move: type[Move], by: int, how: str) -> None:
    now = current(game.state)
    (written,) = acts(game.state.procedure)
    index = written.index if move is Undo else now
    sent = values(game.state, now) if now is not None else {}
    if how != "typed":
        sent = {**sent, **dict.fromkeys(list(sent)[:1], "x")}
        sent |= {"wait.first_line": "Writing backup"} if how == "bad" else {}
    data: dict[str, Any] = {
        "values": sent, "reason": "r", "observed": "o", "finding": "f", "name": "ledger",
        "role": ("verifier", "decider", "observer")[by % 3], "read_back": "none", "to": RELIEF,
        "position": "p", "running": "-", "next_step": "n", "worries": "-", "identifier": "7301442",
        "gate": ("countersigned", "team_check", "safety_copy")[by % 3], "hours_awake": 3,
        "holds": False, "answer": "", "deviation": "",
    }  # fmt: skip
    if move is not Abort:
        game.ask(move, by, index, **fitting(move, data))
    check_unlocked(game)


@pytest.mark.parametrize("name", TEXTS)
@settings(max_examples=60, deadline=None)
@given(turns=st.lists(TURN, min_size=20, max_size=60))
def test_whatever_people_do(name: str, turns: list[Any]) -> None:
    game = begin(TEXTS[name])
    for turn in turns:
        if turn is None:
            right(game)
        elif isinstance(turn, int):
            game.wait(turn)
        else:
            anything(game, *turn)
        game.at += timedelta(seconds=1)
        check(game)
        check_deleted(game)
    first, *rest = game.lines
    replayed = reduce(apply, rest, genesis(7, game.state.procedure, first))
    assert replayed == game.state


def check(game: Game) -> None:
    state = game.state
    for step in (*state.steps, *state.past):
        signed = step.countersigned_by
        assert signed is None or signed not in {step.started_by, step.done_by}
    for index in state.stated.unlocked:
        assert state.steps[index].started_at is not None
    if state.status is RunStatus.COMPLETED:
        assert state.kind is RunKind.LIVE
        assert missing(state) == () or overridden(state, None, "after")


def check_deleted(game: Game) -> None:
    """Whatever was deleted had its name typed, and a copy, the decider's word, or an override."""
    kinds = [line.kind for line in game.lines]
    for number, line in enumerate(game.lines):
        if line.kind != "instance.deleted":
            continue
        before = game.lines[:number]
        assert "step.unlocked" in kinds[:number]
        events = [earlier.event for earlier in before]
        releases = [event for event in events if isinstance(event, StepReleased)]
        signed = [event for event in releases if event.loss_until_is == "nothing to keep"]
        passed = [event.gate for event in events if isinstance(event, GateOverridden)]
        copied = any(line.kind == "copy.registered" for line in before)
        assert signed or copied or "safety_copy" in passed
        assert all(
            game.state.procedure.steps[release.step].guard.hold is None for release in signed
        )


@pytest.mark.parametrize("name", TEXTS)
def test_who_does_everything_right_meets_no_refusal(name: str) -> None:
    game = begin(TEXTS[name])
    for _ in range(40):
        before = len(game.lines)
        if game.state.status is RunStatus.COMPLETED:
            break
        right(game)
        assert len(game.lines) > before, game.status()
        game.wait(20)
    assert game.state.status is RunStatus.COMPLETED
    assert game.state.past == ()
    check(replace(game))
