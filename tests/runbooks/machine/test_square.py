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

from runbooks.enums import RunKind, RunRole, RunStatus, StepStatus
from runbooks.machine.decide import decide
from runbooks.machine.move import Move, Request
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch, Undo
from runbooks.machine.moves.copies import AnswerCopies, AskCopies
from runbooks.machine.moves.fitness import StateFitness
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.log import Attach, LateEntry, Note, StrikeOut
from runbooks.machine.moves.overrides import AskOverride, UseOverride, WithdrawOverride
from runbooks.machine.moves.replacement import (
    ConfirmReplacement,
    ProposeReplacement,
    WithdrawReplacement,
)
from runbooks.machine.moves.roles import ReleaseRole, TakeRole
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.second_person import Countersign, Object
from runbooks.machine.moves.steps import BeginStep, Decide, NotApplicable, Record, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck, Unlock
from runbooks.machine.requests import Refusal
from runbooks.machine.state import RunState, StepState
from tests.factories.moves import made
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
    "h": "on_hold",
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
STEP_MOVES: list[tuple[type[Move], str, dict[str, Any], dict[str, str]]] = [
    # fmt: off
    (BeginStep, "", {}, {"op": "o+sssssss", **OTHERS}),
    (Tick, "", {}, {"op": "o++ssssss", **OTHERS}),
    (Tick, "role: verifier", {}, {**OTHERS, "op": "rrrrrrrrr", "vf": "o++ssssss"}),
    (Tick, "role: decider", {}, {**OTHERS, "op": "rrrrrrrrr", "dc": "o++ssssss"}),
    (
        Record,
        "record: {n: {type: number}}",
        {"values": {"n": "1"}},
        {"op": "o++ssssss", **OTHERS},
    ),
    (NotApplicable, "optional: true", {"reason": "none"}, {"op": "o++ssssss", **OTHERS}),
    (
        Decide,
        "decide: {question: Q, options: {yes: '', no: ''}}",
        {"answer": "yes", "reason": "so"},
        {"op": "o++ssssss", **OTHERS},
    ),
    (
        Countersign,
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
        Countersign,
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
        Object,
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
        Object,
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
    (ReportMismatch, "", {"observed": "x"}, {**OTHERS, "op": "o+++sssss", "vf": "o+++sssss"}),
    (Diagnose, "", {"finding": "x"}, {**OTHERS, "op": "oSSSss+Ss".lower(), "vf": "osssss+ss"}),
    (Reopen, "", {}, {"op": "ossssss+s", **OTHERS}),
    (Undo, "undo: back", {"reason": "x"}, {"op": "ssss+ssss", **OTHERS}),
    (
        ConfirmTeamCheck,
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
    (Unlock, "", {"name": "x"}, {"op": "osvssssss", **OTHERS}),
    (
        AskOverride,
        "hold: decider",
        {"gate": "released", "reason": "x"},
        {**OTHERS, "op": "o+++sssss", "dc": "o+++sssss"},
    ),
    (
        UseOverride,
        "hold: decider",
        {"gate": "released"},
        {**OTHERS, "op": "oaaasssss", "dc": "oaaasssss"},
    ),
    (
        WithdrawOverride,
        "hold: decider",
        {"gate": "released"},
        {**OTHERS, "op": "oaaasssss", "dc": "oaaasssss"},
    ),
    (
        Release,
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
RUN_MOVES: list[tuple[type[Move], dict[str, Any], dict[str, str]]] = [
    # fmt: off
    (
        TakeRole,
        {"role": "observer"},
        {"op": "mmmee", "vf": "mmmee", "dc": "mmmee", "ob": "mmmee", "no": "+++ee"},
    ),
    (
        ReleaseRole,
        {},
        {"op": "+ttee", "vf": "+++ee", "dc": "+++ee", "ob": "+++ee", "no": "nnnee"},
    ),
    (
        Start,
        {"acknowledged": True},
        {"op": "+uhee", "vf": "ruhee", "dc": "ruhee", "ob": "ruhee", "no": "nuhee"},
    ),
    (Hold, {}, {"op": "b+hee", "vf": "b+hee", "dc": "b+hee", "ob": "b+hee", "no": "bnhee"}),
    (
        Resume,
        {"read_back": "2"},
        {"op": "bu+ee", "vf": "bu+ee", "dc": "bu+ee", "ob": "buree", "no": "bunee"},
    ),
    (
        HandOver,
        {"to": 9, "position": "x", "running": "x", "next_step": "x", "worries": "x"},
        {"op": "b++ee", "vf": "brree", "dc": "brree", "ob": "brree", "no": "bnnee"},
    ),
    (
        AcceptHandOver,
        {"read_back": "2"},
        {"op": "yyyee", "vf": "yyyee", "dc": "yyyee", "ob": "yyyee", "no": "+++ee"},
    ),
    (
        ProposeReplacement,
        {"role": "operator", "to": 9, "reason": "x"},
        {"op": "iiiee", "vf": "+++ee", "dc": "+++ee", "ob": "+++ee", "no": "nnnee"},
    ),
    (
        ConfirmReplacement,
        {},
        {"op": "pppee", "vf": "pppee", "dc": "pppee", "ob": "pppee", "no": "pppee"},
    ),
    (
        WithdrawReplacement,
        {},
        {"op": "pppee", "vf": "pppee", "dc": "pppee", "ob": "pppee", "no": "nnnee"},
    ),
    (
        StateFitness,
        {"hours_awake": 17},
        {"op": "+++ee", "vf": "+++ee", "dc": "+++ee", "ob": "+++ee", "no": "nnnee"},
    ),
    (
        AskCopies,
        {},
        {"op": "+++ee", "vf": "+++ee", "dc": "+++ee", "ob": "rrree", "no": "nnnee"},
    ),
    (
        AnswerCopies,
        {"holds": False},
        {"op": "cccee", "vf": "cccee", "dc": "cccee", "ob": "cccee", "no": "cccee"},
    ),
    (
        Note,
        {"text": "x"},
        {"op": "+++++", "vf": "+++++", "dc": "+++++", "ob": "+++++", "no": "nnnnn"},
    ),
    (
        Attach,
        {"name": "a.txt", "sha256": "0" * 64, "size": 1},
        {"op": "+++++", "vf": "+++++", "dc": "+++++", "ob": "+++++", "no": "nnnnn"},
    ),
    (
        StrikeOut,
        {"sequence": 1, "reason": "x"},  # a line of the operator's
        {"op": "+++++", "vf": "kkkkk", "dc": "+++++", "ob": "kkkkk", "no": "nnnnn"},
    ),
    (
        LateEntry,
        {"text": "x", "performed_at": START},
        {"op": "b++++", "vf": "b++++", "dc": "b++++", "ob": "brrrr", "no": "bnnnn"},
    ),
    (
        Abort,
        {"reason": "x"},
        {"op": "+++ee", "vf": "rrree", "dc": "+++ee", "ob": "rrree", "no": "nnnee"},
    ),
    (
        Complete,
        {},
        {"op": "b+hee", "vf": "brhee", "dc": "brhee", "ob": "brhee", "no": "bnhee"},
    ),
    # fmt: on
]


def named(value: object) -> str:
    return value if isinstance(value, str) else ""


def test_the_square_leaves_no_move_out() -> None:
    tabled = {row[0] for row in STEP_MOVES} | {row[0] for row in RUN_MOVES}
    assert tabled == set(MOVES)
    assert set("".join(LETTERS)) == set(LETTERS)


@cache
def blank(guard: str) -> RunState:
    step = f"Act\n{guard}" if guard else "Act"
    after = f"Next\n{guard}" if guard.startswith("role") else "Next"
    _, state = fresh(procedure(text(step, after, "# Back {.aside}", "Undo")))
    noted = replace(state.stated, entries={1: OPERATOR})
    return replace(state, people=ROLES, kind=RunKind.LIVE, stated=noted)


def with_run(state: RunState, status: RunStatus) -> RunState:
    held = {"held_at": START, "held_by": OPERATOR} if status is RunStatus.ON_HOLD else {}
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


def verdict(
    state: RunState, move: type[Move], by: int, step: int | None, data: dict[str, Any]
) -> str:
    outcome = decide(state, Request(made(move, step, **data), by, START + timedelta(seconds=30)))
    code = outcome.code if isinstance(outcome, Refusal) else "accepted"
    assert isinstance(outcome, Refusal | tuple), outcome
    return next(letter for letter, name in LETTERS.items() if name == code)


@pytest.mark.parametrize(("move", "guard", "data", "expected"), STEP_MOVES, ids=named)
def test_moves_on_a_step(
    move: type[Move], guard: str, data: dict[str, Any], expected: dict[str, str]
) -> None:
    verdicts = {}
    for who, person in PEOPLE.items():
        states = [with_step(with_run(blank(guard), RunStatus.RUNNING), status) for status in STEPS]
        verdicts[who] = "".join(verdict(state, move, person, step, data) for state, step in states)
    assert verdicts == {who: expected[who] for who in PEOPLE}


@pytest.mark.parametrize("status", [status for status in RUNS if status is not RunStatus.RUNNING])
@pytest.mark.parametrize(("move", "guard", "data", "expected"), STEP_MOVES, ids=named)
def test_no_step_moves_unless_the_run_does(
    move: type[Move], guard: str, data: dict[str, Any], expected: dict[str, str], status: RunStatus
) -> None:
    letter = {"briefing": "b", "on_hold": "h", "completed": "e", "aborted": "e"}[status]
    for person in PEOPLE.values():
        states = [with_step(with_run(blank(guard), status), each) for each in STEPS]
        verdicts = "".join(verdict(state, move, person, step, data) for state, step in states)
        assert verdicts == letter * len(STEPS)


@pytest.mark.parametrize(("move", "data", "expected"), RUN_MOVES, ids=named)
def test_moves_on_the_run(move: type[Move], data: dict[str, Any], expected: dict[str, str]) -> None:
    done = tuple(
        StepState(i, status=StepStatus.DONE, touched=i + 1)
        for i, step in enumerate(blank("").steps[:2])
    )
    base = replace(blank(""), steps=(*done, blank("").steps[2]))
    if move is AcceptHandOver:
        base = replace(base, hand_over_by=OPERATOR, hand_over_to=STRANGER)
    verdicts = {
        who: "".join(verdict(with_run(base, s), move, person, None, data) for s in RUNS)
        for who, person in PEOPLE.items()
    }
    assert verdicts == expected


def test_a_pending_hand_over_stops_what_moves() -> None:
    pending = {"hand_over_by": OPERATOR, "hand_over_to": STRANGER}
    still = set()
    for move, guard, data, _ in STEP_MOVES:
        for status in STEPS:
            state, step = with_step(with_run(blank(guard), RunStatus.RUNNING), status)
            for person in PEOPLE.values():
                request = Request(made(move, step, **data), person, START)
                outcome = decide(replace(state, **pending), request)  # type: ignore[arg-type]
                assert isinstance(outcome, Refusal)
                assert outcome.code == "hand_over_pending"
    for move, data, _ in RUN_MOVES:
        state = replace(with_run(blank(""), RunStatus.RUNNING), **pending)  # type: ignore[arg-type]
        codes = [decide(state, Request(made(move, **data), p, START)) for p in PEOPLE.values()]
        if not all(isinstance(c, Refusal) and c.code == "hand_over_pending" for c in codes):
            still.add(move)
    assert still == {
        TakeRole,
        ReleaseRole,
        Start,  # refused for another reason: the run is under way
        Hold,
        Resume,  # likewise
        HandOver,
        AcceptHandOver,
        ProposeReplacement,
        ConfirmReplacement,
        WithdrawReplacement,
        Note,
        Attach,
        StrikeOut,
        LateEntry,
        StateFitness,
        AskCopies,
        AnswerCopies,
        Abort,
    }


def test_a_role_that_one_person_holds_is_refused_to_the_next() -> None:
    state = blank("")
    for role in RunRole:
        outcome = decide(state, Request(TakeRole(role=role), STRANGER, START))
        single = role in {RunRole.OPERATOR, RunRole.DECIDER}
        assert (outcome.code if isinstance(outcome, Refusal) else "") == (
            "role_taken" if single else ""
        )
