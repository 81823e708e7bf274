"""What is allowed is accepted, and nothing else is: whoever obeys `allowed`, and sends what the
product asks for, meets no refusal and leaves no near miss."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbooks.enums import RunRole, RunStatus, ValueType
from runbooks.machine import interlocks
from runbooks.machine.decide import allowed, decide, open_roles
from runbooks.machine.move import Allowed, Move, Request
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.branches import ReportMismatch
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.log import not_struck
from runbooks.machine.moves.overrides import AskOverride, UseOverride
from runbooks.machine.moves.replacement import ProposeReplacement
from runbooks.machine.moves.roles import ReleaseRole
from runbooks.machine.moves.run import Abort, Complete
from runbooks.machine.moves.second_person import Countersign, Object
from runbooks.machine.moves.steps import BeginStep, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck, Unlock
from runbooks.machine.overriding import askable, pending, usable
from runbooks.machine.replacing import replaceable
from runbooks.machine.state import Outside, current, place, replace
from tests.factories.moves import fitting, made
from tests.runbooks.machine.interlocks.test_properties import RIGHT, begin
from tests.runbooks.machine.interlocks.test_properties import TEXTS as GUARDED
from tests.runbooks.machine.table import (
    DECIDER,
    OBSERVER,
    OPERATOR,
    RELIEF,
    STRANGER,
    VERIFIER,
    Game,
)
from tests.runbooks.texts import ALL, AT_ONCE, TEAM_CHECK

PEOPLE = (OPERATOR, VERIFIER, DECIDER, OBSERVER, RELIEF, STRANGER)
#: Of these a run that gets somewhere has few.
RARE = frozenset({Abort, Hold, ReleaseRole, ReportMismatch, Object})
TEXTS = {**ALL, "team check": TEAM_CHECK, "at once": AT_ONCE}
DEFAULT = {True: "on again", False: "0"}
TURNS = st.lists(st.tuples(st.integers(0, 9999), st.sampled_from(PEOPLE)), max_size=40)


def typed(game: Game, by: int, move: type[Move], step: int | None) -> dict[str, Any]:
    """What somebody sends who looked: whatever is asked for, as it should be."""
    state = game.state
    guard = state.step(step).guard if step is not None and step < len(state.steps) else None
    asked = interlocks.asks(state, step) if guard and step is not None else ()
    values = {
        spec.name: RIGHT.get(spec.name, DEFAULT[spec.name.startswith("rearm.")]).replace(
            "%s", f"{step:02}"
        )
        for spec in asked
        if spec.type is not ValueType.FILE
    }
    answers = [answer for answer, _ in guard.decide.options] if guard and guard.decide else ["x"]
    proposes = move is ProposeReplacement
    roles = replaceable(state, by) if proposes else open_roles(state, by, game.at)
    roles = roles or tuple(RunRole)
    mine = [n for n in state.stated.entries if not_struck(state, by, n) is None]
    sent = {
        "role": roles[0].value,
        "acknowledged": True,
        "conditions": True,
        "values": values,
        "answer": answers[state.sequence % len(answers)],
        "read_back": place(state),
        "identifier": "7301442",
        "to": successor(game, by, roles[0]) if proposes else RELIEF if by != RELIEF else OPERATOR,
        "to_name": "Relief",
        "may_decide": True,
        "performed_at": game.at,
        "sha256": "0" * 64,
        "size": 1,
        "sequence": mine[0] if mine else 1,
        "gate": gate(game, by, move, step),
        "again": True,
        "hours_awake": 3,
        "holds": False,
        "name": "ledger",
        "access": "read",
        **dict.fromkeys(("reason", "observed", "finding", "text", "position"), "so"),
        **dict.fromkeys(("running", "next_step", "worries"), "nothing"),
    }
    return fitting(move, sent)


def successor(game: Game, by: int, role: RunRole) -> int:
    """Somebody who may be proposed for `role` by the person `by`."""
    state = game.state
    kept = {by, state.occupant(role), state.occupant(RunRole.OPERATOR), state.hand_over_by}
    return next(person for person in (RELIEF, STRANGER, VERIFIER) if person not in kept)


def gate(game: Game, by: int, move: type[Move], step: int | None) -> str:
    """A gate that can be named in the move, if there is one."""
    if step is not None and step >= len(game.state.steps):
        return ""
    if move is AskOverride:
        return next((g.key for g in askable(game.state, step, game.at)), "")
    usables = usable(game.state, by, step, game.at) if move is UseOverride else ()
    return next((o.gate for o in (*usables, *pending(game.state, step))), "")


def check(game: Game, by: int) -> None:
    """Of everything that `by` could send, what is allowed is accepted, and nothing else."""
    state = game.state
    may = set(allowed(state, by, game.at))
    for move in MOVES:
        rule = move.rule
        steps: list[int | None] = [None] if rule.steps is None or rule.or_run else []
        steps += range(len(state.steps)) if rule.steps else ()
        for step in steps:
            data = typed(game, by, move, step)
            outcome = decide(state, Request(made(move, step, **data), by, game.at))
            accepted = isinstance(outcome, tuple)
            assert accepted == (Allowed(move, step) in may), (move, step, by, outcome)


def play(game: Game, turns: list[tuple[int, int]]) -> None:
    for number, person in turns:
        gone = game.state.outside.gone
        if number % 29 == 0:  # an account is disabled, or enabled again
            gone = gone ^ {(VERIFIER, DECIDER)[number % 2]}
            game.state = replace(game.state, outside=Outside(gone))
        if person not in gone:
            check(game, person)
        game.wait((5, 20, 130, 900)[number % 4 if number % 5 == 0 else 0])
        obey(game, number)
        assert not any(line.kind == "move.refused" for line in game.lines)


def obey(game: Game, number: int) -> None:
    """Somebody makes one of the moves that they are told are allowed."""
    here = [person for person in PEOPLE if person not in game.state.outside.gone]
    offers = [(p, choice) for p in here for choice in allowed(game.state, p, game.at)]
    if number % 11:
        offers = [pair for pair in offers if pair[1].move not in RARE] or offers
    now = current(game.state)
    if number % 3:
        offers = [pair for pair in offers if now is not None and pair[1].step == now] or offers
    person, choice = offers[number % len(offers)]
    data = typed(game, person, choice.move, choice.step)
    outcome = game.ask(choice.move, person, choice.step, **data)
    assert isinstance(outcome, tuple), (choice, person, outcome)


@pytest.mark.parametrize("name", sorted(TEXTS))
@settings(max_examples=15, deadline=None)
@given(started=st.booleans(), turns=TURNS)
def test_a_small_run(name: str, started: bool, turns: list[tuple[int, int]]) -> None:
    play(Game.from_source(TEXTS[name], started=started), turns)


@pytest.mark.parametrize("name", GUARDED)
@settings(max_examples=25, deadline=None)
@given(turns=TURNS)
def test_a_run_with_every_guard(name: str, turns: list[tuple[int, int]]) -> None:
    play(begin(GUARDED[name]), turns)


@pytest.mark.parametrize("name", GUARDED)
def test_it_is_played_to_its_end_by_what_is_allowed(name: str) -> None:
    game = begin(GUARDED[name])
    wanted = (
        Release, Complete, Countersign, ConfirmTeamCheck, Unlock,
        BeginStep, Tick,
    )  # fmt: skip
    for _ in range(60):
        if game.state.status is RunStatus.COMPLETED:
            return
        check(game, OPERATOR)
        offers = [(p, choice) for p in PEOPLE for choice in allowed(game.state, p, game.at)]
        person, choice = min(
            (pair for pair in offers if pair[1].move in wanted),
            key=lambda pair: wanted.index(pair[1].move),
        )
        game.must(choice.move, person, choice.step, **typed(game, person, choice.move, choice.step))
        game.wait(5)
    raise AssertionError(game.status())
