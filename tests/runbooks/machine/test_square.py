"""Every move × state of the run × state of the step × role, with the verdict written out.

A verdict is one letter. The columns of a step's move are the states of the step, in the order of
`STEPS`; those of a run's move the states of the run, in the order of `RUNS`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from runbooks.enums import Move, RunKind, RunRole, RunStatus, StepStatus
from runbooks.machine.decide import decide
from runbooks.machine.requests import Refusal, Request
from runbooks.machine.state import RunState, StepState
from tests.runbooks.machine.table import (
    DECIDER,
    OBSERVER,
    OPERATOR,
    ROLES,
    START,
    STRANGER,
    VERIFIER,
    fresh,
)
from tests.runbooks.texts import procedure, text

LETTERS = {
    "c": "copies_not_asked",
    "+": "accepted",
    "b": "not_started",
    "u": "running",
    "h": "held",
    "e": "run_ended",
    "n": "not_in_run",
    "r": "wrong_role",
    "o": "out_of_order",
    "s": "wrong_step_state",
    "w": "own_step",
    "d": "not_due",
    "t": "operator_stays",
    "m": "role_held",
    "y": "not_offered_to_you",
    "a": "not_asked",
    "i": "own_role",  # its other verdicts: tests/runbooks/machine/test_replacing.py
    "p": "no_replacement",
    "k": "not_your_entry",
    "v": "no_overwrite",  # its other verdicts: tests/runbooks/machine/interlocks/test_overwrite.py
}
#                     Locked Open Started Awaiting Done Not-applicable Mismatch Diagnosed Struck
STEPS = [
    StepStatus.LOCKED,
    StepStatus.OPEN,
    StepStatus.STARTED,
    StepStatus.AWAITING,
    StepStatus.DONE,
    StepStatus.NOT_APPLICABLE,
    StepStatus.MISMATCH,
    StepStatus.DIAGNOSED,
    StepStatus.STRUCK,
]
RUNS = list(RunStatus)  # Briefing Running Held Completed Aborted
PEOPLE = {"op": OPERATOR, "vf": VERIFIER, "dc": DECIDER, "ob": OBSERVER, "no": STRANGER}
OTHERS = {"vf": "rrrrrrrrr", "dc": "rrrrrrrrr", "ob": "rrrrrrrrr", "no": "nnnnnnnnn"}

#: (move, guard of the step, what is sent) → role → a letter for each state of the step.
STEP_MOVES: list[tuple[Move, str, dict[str, Any], dict[str, str]]] = [
    # fmt: off
    (Move.BEGIN_STEP, "", {}, {"op": "o+sssssss", **OTHERS}),
    (Move.TICK, "", {}, {"op": "o++ssssss", **OTHERS}),
    (Move.TICK, "role: verifier", {}, {**OTHERS, "op": "rrrrrrrrr", "vf": "o++ssssss"}),
    (Move.TICK, "role: decider", {}, {**OTHERS, "op": "rrrrrrrrr", "dc": "o++ssssss"}),
    (
        Move.RECORD,
        "record: {n: {type: number}}",
        {"values": {"n": "1"}},
        {"op": "o++ssssss", **OTHERS},
    ),
    (Move.NOT_APPLICABLE, "optional: true", {"reason": "none"}, {"op": "o++ssssss", **OTHERS}),
    (
        Move.DECIDE,
        "decide: {question: Q, options: {yes: '', no: ''}}",
        {"answer": "yes", "reason": "so"},
        {"op": "o++ssssss", **OTHERS},
    ),
    (
        Move.COUNTERSIGN,
        "countersign: after",
        {},
        {
            "op": "oswwsssss",
            "vf": "osd+sssss",
            "dc": "osrrsssss",
            "ob": "rrrrrrrrr",
            "no": "nnnnnnnnn",
        },
    ),
    (
        Move.COUNTERSIGN,
        "countersign: before",
        {},
        {
            "op": "oswwsssss",
            "vf": "os+dsssss",
            "dc": "osrrsssss",
            "ob": "rrrrrrrrr",
            "no": "nnnnnnnnn",
        },
    ),
    (
        Move.OBJECT,
        "countersign: after",
        {"reason": "no"},
        {
            "op": "oswwsssss",
            "vf": "osd+sssss",
            "dc": "osrrsssss",
            "ob": "rrrrrrrrr",
            "no": "nnnnnnnnn",
        },
    ),
    (
        Move.OBJECT,
        "countersign: before",
        {"reason": "no"},
        {
            "op": "oswwsssss",
            "vf": "os+dsssss",
            "dc": "osrrsssss",
            "ob": "rrrrrrrrr",
            "no": "nnnnnnnnn",
        },
    ),
    (Move.REPORT_MISMATCH, "", {"observed": "x"}, {**OTHERS, "op": "o+++sssss", "vf": "o+++sssss"}),
    (Move.DIAGNOSE, "", {"finding": "x"}, {**OTHERS, "op": "oSSSss+Ss".lower(), "vf": "osssss+ss"}),
    (Move.REOPEN, "", {}, {"op": "ossssss+s", **OTHERS}),
    (Move.UNDO, "undo: back", {"reason": "x"}, {"op": "ssss+ssss", **OTHERS}),
    (
        Move.CONFIRM_TEAM_CHECK,
        "team_check: {fresh_for: 10m}",
        {},
        {
            "op": "o++ssssss",
            "vf": "o++ssssss",
            "dc": "o++ssssss",
            "ob": "rrrrrrrrr",
            "no": "nnnnnnnnn",
        },
    ),
    (Move.UNLOCK, "", {"name": "x"}, {"op": "osvssssss", **OTHERS}),
    (
        Move.ASK_OVERRIDE,
        "hold: decider",
        {"gate": "released", "reason": "x"},
        {**OTHERS, "op": "o+++sssss", "dc": "o+++sssss"},
    ),
    (
        Move.OVERRIDE,
        "hold: decider",
        {"gate": "released"},
        {**OTHERS, "op": "oaaasssss", "dc": "oaaasssss"},
    ),
    (
        Move.WITHDRAW_OVERRIDE,
        "hold: decider",
        {"gate": "released"},
        {**OTHERS, "op": "oaaasssss", "dc": "oaaasssss"},
    ),
    (
        Move.RELEASE,
        "hold: decider",
        {"reason": "x"},
        {
            "op": "orrssssss",
            "vf": "orrssssss",
            "dc": "o++ssssss",
            "ob": "orrssssss",
            "no": "nnnnnnnnn",
        },
    ),
    # fmt: on
]
#: (move, what is sent) → role → a letter for each state of the run.
RUN_MOVES: list[tuple[Move, dict[str, Any], dict[str, str]]] = [
    # fmt: off
    (
        Move.TAKE_ROLE,
        {"role": "observer"},
        {"op": "mmmee", "vf": "mmmee", "dc": "mmmee", "ob": "mmmee", "no": "+++ee"},
    ),
    (
        Move.RELEASE_ROLE,
        {},
        {"op": "+ttee", "vf": "+++ee", "dc": "+++ee", "ob": "+++ee", "no": "nnnee"},
    ),
    (
        Move.START,
        {"acknowledged": True},
        {"op": "+uhee", "vf": "ruhee", "dc": "ruhee", "ob": "ruhee", "no": "nuhee"},
    ),
    (Move.HOLD, {}, {"op": "b+hee", "vf": "b+hee", "dc": "b+hee", "ob": "b+hee", "no": "bnhee"}),
    (
        Move.RESUME,
        {"read_back": "2"},
        {"op": "bu+ee", "vf": "bu+ee", "dc": "bu+ee", "ob": "buree", "no": "bunee"},
    ),
    (
        Move.HAND_OVER,
        {"to": 9, "position": "x", "running": "x", "next_step": "x", "worries": "x"},
        {"op": "b++ee", "vf": "brree", "dc": "brree", "ob": "brree", "no": "bnnee"},
    ),
    (
        Move.ACCEPT_HAND_OVER,
        {"read_back": "2"},
        {"op": "yyyee", "vf": "yyyee", "dc": "yyyee", "ob": "yyyee", "no": "+++ee"},
    ),
    (
        Move.PROPOSE_REPLACEMENT,
        {"role": "operator", "to": 9, "reason": "x"},
        {"op": "iiiee", "vf": "+++ee", "dc": "+++ee", "ob": "+++ee", "no": "nnnee"},
    ),
    (
        Move.CONFIRM_REPLACEMENT,
        {},
        {"op": "pppee", "vf": "pppee", "dc": "pppee", "ob": "pppee", "no": "pppee"},
    ),
    (
        Move.WITHDRAW_REPLACEMENT,
        {},
        {"op": "pppee", "vf": "pppee", "dc": "pppee", "ob": "pppee", "no": "nnnee"},
    ),
    (
        Move.STATE_FITNESS,
        {"hours_awake": "17"},
        {"op": "+++ee", "vf": "+++ee", "dc": "+++ee", "ob": "+++ee", "no": "nnnee"},
    ),
    (
        Move.ASK_COPIES,
        {},
        {"op": "+++ee", "vf": "+++ee", "dc": "+++ee", "ob": "rrree", "no": "nnnee"},
    ),
    (
        Move.ANSWER_COPIES,
        {"holds": False},
        {"op": "cccee", "vf": "cccee", "dc": "cccee", "ob": "cccee", "no": "cccee"},
    ),
    (
        Move.NOTE,
        {"text": "x"},
        {"op": "+++++", "vf": "+++++", "dc": "+++++", "ob": "+++++", "no": "nnnnn"},
    ),
    (
        Move.ATTACH,
        {"name": "a.txt", "sha256": "0" * 64, "size": 1},
        {"op": "+++++", "vf": "+++++", "dc": "+++++", "ob": "+++++", "no": "nnnnn"},
    ),
    (
        Move.STRIKE_OUT,
        {"sequence": 1, "reason": "x"},  # a line of the operator's
        {"op": "+++++", "vf": "kkkkk", "dc": "+++++", "ob": "kkkkk", "no": "nnnnn"},
    ),
    (
        Move.LATE_ENTRY,
        {"text": "x", "performed_at": START},
        {"op": "b++++", "vf": "b++++", "dc": "b++++", "ob": "brrrr", "no": "bnnnn"},
    ),
    (
        Move.ABORT,
        {"reason": "x"},
        {"op": "+++ee", "vf": "rrree", "dc": "+++ee", "ob": "rrree", "no": "nnnee"},
    ),
    (
        Move.COMPLETE,
        {},
        {"op": "b+hee", "vf": "brhee", "dc": "brhee", "ob": "brhee", "no": "bnhee"},
    ),
    # fmt: on
]


def named(value: object) -> str:
    return value if isinstance(value, str) else ""


def test_the_square_leaves_no_move_out() -> None:
    told = {row[0] for row in STEP_MOVES} | {row[0] for row in RUN_MOVES}
    assert told == set(Move) - {Move.PREPARE}
    assert set("".join(LETTERS)) == set(LETTERS)


@cache
def blank(guard: str) -> RunState:
    step = f"Act\n{guard}" if guard else "Act"
    after = f"Next\n{guard}" if guard.startswith("role") else "Next"
    _, state = fresh(procedure(text(step, after, "# Back {.aside}", "Undo")))
    noted = replace(state.stated, entries={1: OPERATOR})
    return replace(state, people=ROLES, kind=RunKind.LIVE, stated=noted)


def with_run(state: RunState, status: RunStatus) -> RunState:
    held = {"held_at": START, "held_by": OPERATOR} if status is RunStatus.HELD else {}
    return replace(state, status=status, **held)  # type: ignore[arg-type]


def with_step(state: RunState, status: StepStatus) -> tuple[RunState, int]:
    """The state in which one step has this status, and the step: the second one when locked, for
    only a step that comes later is locked in a run under way."""
    first = StepState(0, status=StepStatus.OPEN if status is StepStatus.LOCKED else status)
    if status in {StepStatus.STARTED, StepStatus.AWAITING}:
        first = replace(first, started_at=START, started_by=OPERATOR)
    if status is StepStatus.AWAITING:
        first = replace(first, done_at=START, done_by=OPERATOR)
    steps = (first, *state.steps[1:])
    return replace(state, steps=steps), int(status is StepStatus.LOCKED)


def verdict(state: RunState, move: Move, by: int, step: int | None, data: dict[str, Any]) -> str:
    outcome = decide(state, Request(move, by, START + timedelta(seconds=30), step, data=data))
    code = outcome.code if isinstance(outcome, Refusal) else "accepted"
    assert isinstance(outcome, Refusal | tuple), outcome
    return next(letter for letter, name in LETTERS.items() if name == code)


@pytest.mark.parametrize(("move", "guard", "data", "expected"), STEP_MOVES, ids=named)
def test_moves_on_a_step(
    move: Move, guard: str, data: dict[str, Any], expected: dict[str, str]
) -> None:
    found = {}
    for who, person in PEOPLE.items():
        states = [with_step(with_run(blank(guard), RunStatus.RUNNING), status) for status in STEPS]
        found[who] = "".join(verdict(state, move, person, step, data) for state, step in states)
    assert found == {who: expected[who] for who in PEOPLE}


@pytest.mark.parametrize("status", [status for status in RUNS if status is not RunStatus.RUNNING])
@pytest.mark.parametrize(("move", "guard", "data", "expected"), STEP_MOVES, ids=named)
def test_no_step_moves_unless_the_run_does(
    move: Move, guard: str, data: dict[str, Any], expected: dict[str, str], status: RunStatus
) -> None:
    letter = {"briefing": "b", "held": "h", "completed": "e", "aborted": "e"}[status]
    for person in PEOPLE.values():
        states = [with_step(with_run(blank(guard), status), each) for each in STEPS]
        found = "".join(verdict(state, move, person, step, data) for state, step in states)
        assert found == letter * len(STEPS)


@pytest.mark.parametrize(("move", "data", "expected"), RUN_MOVES, ids=named)
def test_moves_on_the_run(move: Move, data: dict[str, Any], expected: dict[str, str]) -> None:
    done = tuple(
        StepState(i, status=StepStatus.DONE, touched=i + 1)
        for i, step in enumerate(blank("").steps[:2])
    )
    base = replace(blank(""), steps=(*done, blank("").steps[2]))
    if move is Move.ACCEPT_HAND_OVER:
        base = replace(base, hand_over_by=OPERATOR, hand_over_to=STRANGER)
    found = {
        who: "".join(verdict(with_run(base, s), move, person, None, data) for s in RUNS)
        for who, person in PEOPLE.items()
    }
    assert found == expected


def test_a_pending_hand_over_stops_what_moves() -> None:
    pending = {"hand_over_by": OPERATOR, "hand_over_to": STRANGER}
    still = set()
    for move, guard, data, _ in STEP_MOVES:
        for status in STEPS:
            state, step = with_step(with_run(blank(guard), RunStatus.RUNNING), status)
            for person in PEOPLE.values():
                request = Request(move, person, START, step, data=data)
                outcome = decide(replace(state, **pending), request)  # type: ignore[arg-type]
                assert isinstance(outcome, Refusal)
                assert outcome.code == "hand_over_pending"
    for move, data, _ in RUN_MOVES:
        state = replace(with_run(blank(""), RunStatus.RUNNING), **pending)  # type: ignore[arg-type]
        codes = [decide(state, Request(move, p, START, data=data)) for p in PEOPLE.values()]
        if not all(isinstance(c, Refusal) and c.code == "hand_over_pending" for c in codes):
            still.add(move)
    assert still == {
        Move.TAKE_ROLE,
        Move.RELEASE_ROLE,
        Move.START,  # refused for another reason: the run is under way
        Move.HOLD,
        Move.RESUME,  # likewise
        Move.HAND_OVER,
        Move.ACCEPT_HAND_OVER,
        Move.PROPOSE_REPLACEMENT,
        Move.CONFIRM_REPLACEMENT,
        Move.WITHDRAW_REPLACEMENT,
        Move.NOTE,
        Move.ATTACH,
        Move.STRIKE_OUT,
        Move.LATE_ENTRY,
        Move.STATE_FITNESS,
        Move.ASK_COPIES,
        Move.ANSWER_COPIES,
        Move.ABORT,
    }


def test_a_role_that_one_person_holds_is_refused_to_the_next() -> None:
    state = blank("")
    for role in RunRole:
        outcome = decide(state, Request(Move.TAKE_ROLE, STRANGER, START, data={"role": role.value}))
        single = role in {RunRole.OPERATOR, RunRole.DECIDER}
        assert (outcome.code if isinstance(outcome, Refusal) else "") == (
            "role_taken" if single else ""
        )
