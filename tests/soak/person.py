"""A person at the keyboard who presses anything: mostly what brings the run on, often nonsense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from demo.day.crew import Crew
from demo.day.interface import Verbs
from lib.refusals import Invalid, Refused
from runbooks.enums import RunRole, ValueType
from runbooks.machine import interlocks
from runbooks.machine.decide import allowed, open_roles
from runbooks.machine.gates import gates
from runbooks.machine.move import Move
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.branches import Diagnose, ReportMismatch, Undo
from runbooks.machine.moves.copies import AnswerCopies, AskCopies
from runbooks.machine.moves.fitness import StateFitness
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.log import Attach, LateEntry, Note, StrikeOut
from runbooks.machine.moves.overrides import AskOverride, UseOverride, WithdrawOverride
from runbooks.machine.moves.replacement import ConfirmReplacement, ProposeReplacement
from runbooks.machine.moves.roles import ReleaseRole, TakeRole
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.second_person import Countersign, Object
from runbooks.machine.moves.steps import Decide, NotApplicable, Record, Release, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.state import RunState, current, place
from runbooks.runs import moves, persistence
from runbooks.runs.transaction import MoveAnswer
from tests.factories.people import PASSWORD

_READING = frozenset({Record, Tick, Countersign, Decide})
_OVERRIDING = frozenset({AskOverride, UseOverride, WithdrawOverride})
_SIGNED = frozenset({Countersign, Unlock, UseOverride})


@dataclass(frozen=True)
class Press:
    """One move as it was sent. Sent again, it must not count twice: `key` tells it."""

    run: int
    move: type[Move]
    by: str
    at: datetime
    seen: int
    key: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Heard:
    """What the sender was told: `code` of a refusal, "invalid", or '' for an accepted move, of
    which `sequence` is the head of the log and `kind` the first event."""

    key: str
    code: str
    sequence: int = 0
    kind: str = ""


def choose(run: int, people: Mapping[str, User], dice: Random, key: str) -> Press:
    """The next thing that somebody presses, after a look at the run, under a `key` of its own."""
    state = persistence.load(run)[1]
    name = dice.choice(["operator", "operator", "verifier", "decider", *people])
    offered = allowed(state, people[name].pk, datetime.now(UTC))
    if offered and dice.random() < 0.8:
        pick = dice.choice(offered)
        if pick.move in {Abort, Hold, ReleaseRole} and dice.random() < 0.8:
            pick = dice.choice(offered)  # else hardly any run would get anywhere
        move, step = pick.move, pick.step
    else:
        move = dice.choice(MOVES)
        step = dice.choice([current(state), dice.randrange(len(state.steps) + 1)])
    late = dice.random() < 0.1
    return Press(
        run=run,
        move=move,
        by=name,
        # A clock that is corrected now and then, and once in a while jumps.
        at=datetime.now(UTC) + timedelta(seconds=dice.choice([0] * 30 + [-0.5] * 9 + [-3600])),
        seen=max(0, state.sequence - 2) if late else state.sequence,
        key=key,
        data=_typed(state, move, step, people, dice),
    )


def send(press: Press, people: Mapping[str, User]) -> Heard:
    """Make the move with the product's own verb; what it answered."""
    data: dict[str, Any] = dict(press.data)
    if press.move is Attach:
        data["file"] = SimpleUploadedFile("listing.txt", b"what was seen\n")
    by = people[press.by]
    try:
        answer: MoveAnswer = moves.make_sent(
            press.run, press.move, data, by=by, at=press.at, seen=press.seen, key=press.key
        )
    except Invalid:
        return Heard(press.key, "invalid")
    except Refused as refused:
        return Heard(press.key, refused.code)
    return Heard(press.key, "", answer.sequence, answer.events[0])


def _typed(
    state: RunState, move: type[Move], step: int | None, people: Mapping[str, User], dice: Random
) -> dict[str, Any]:
    """What the person types into the form of the move; it fits three times out of four."""
    good = dice.random() < 0.75
    index = step if step is not None and step < len(state.steps) else None
    about = {"step": step} if move.rule.steps is not None else {}
    roles = open_roles(state, 0, datetime.now(UTC)) if good else tuple(RunRole)
    texts = dict.fromkeys(("position", "running", "next_step", "worries"), "x" if good else "")
    typed: dict[type[Move], dict[str, Any]] = {
        TakeRole: {"role": dice.choice(roles or tuple(RunRole))},
        Start: {"acknowledged": good, "conditions": True},
        Decide: {"answer": _answer(state, index, dice), "reason": "so"},
        Diagnose: {"finding": "found" if good else "", "lead": dice.random() < 0.5},
        ReportMismatch: {"observed": "odd"},
        Resume: {"read_back": place(state) if good else "1"},
        AcceptHandOver: {"read_back": place(state) if good else "1"},
        HandOver: {"to": people[dice.choice(["relief", "verifier", "operator"])].pk, **texts},
        ProposeReplacement: {
            "role": dice.choice([RunRole.OPERATOR, RunRole.DECIDER]),
            "to": people[dice.choice(["relief", "verifier", "decider"])].pk,
            "reason": "no answer" if good else "",
        },
        ConfirmReplacement: {"read_back": place(state) if good else "1"},
        Note: {"text": "seen", **({"step": index} if good else {})},
        Attach: {"step": index, "value": _file(state, index)},
        LateEntry: {"performed_at": datetime.now(UTC), "text": "done earlier"},
        StrikeOut: {"sequence": dice.randint(1, state.sequence), "reason": "wrong"},
        Unlock: {"name": "ledger" if good else "staging"},
        StateFitness: {"hours_awake": 19, "alone": good, "local_time": "03:12"},
        AskCopies: {"text": "Look on your sticks."},
        AnswerCopies: {"holds": dice.random() < 0.5, "text": "on a stick" if good else ""},
        Complete: {"summary": "over"},
    }
    reasoned = {AskOverride, Object, NotApplicable, Undo, Release, Abort}
    reason = {"reason": "so"} if move in reasoned else {}
    signature = {"password": PASSWORD} if move in _SIGNED and good else {}
    values = {"values": _values(state, index, good)} if move in _READING else {}
    gate = {"gate": _gate(state, index, dice)} if move in _OVERRIDING else {}
    return {**about, **typed.get(move, {}), **reason, **signature, **values, **gate}


def _gate(state: RunState, index: int | None, dice: Random) -> str:
    """A gate to pass without its condition."""
    open_gates = gates(state, index, datetime.now(UTC)) if index is not None else ()
    closed = [gate.key for gate in open_gates if not gate.open]
    return dice.choice([*closed, "safety_copy"])


def _values(state: RunState, index: int | None, good: bool) -> dict[str, str]:
    if index is None:
        return {}
    if good:
        return Crew(Verbs(datetime.now(UTC)), state.number).values(index)
    asked = interlocks.asks(state, index)
    return {spec.name: "7" for spec in asked if spec.type is not ValueType.FILE}


def _answer(state: RunState, index: int | None, dice: Random) -> str:
    decision = state.step(index).guard.decide if index is not None else None
    return dice.choice([answer for answer, _ in decision.options]) if decision else "x"


def _file(state: RunState, index: int | None) -> str:
    if index is None:
        return ""
    wanted = [s.name for s in state.step(index).guard.record if s.type is ValueType.FILE]
    return wanted[0] if wanted else ""
