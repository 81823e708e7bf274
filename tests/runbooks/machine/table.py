"""A run in the machine alone: no database, no people, a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from runbooks.enums import RunKind, RunRole
from runbooks.machine.decide import decide
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.run import NamedRevision, RunPrepared
from runbooks.machine.move import NO_PASSWORD, Move, PasswordCheck, Request
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Start
from runbooks.machine.reducers import apply, genesis
from runbooks.machine.requests import Outcome, Refusal
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.machine.timing import stamped, timed
from runbooks.procedure.model import Procedure
from tests.factories.moves import made
from tests.runbooks.texts import procedure

START = datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)
OPERATOR, VERIFIER, DECIDER, OBSERVER, RELIEF, STRANGER = 1, 2, 3, 4, 5, 6
ROLES = {
    OPERATOR: RunRole.OPERATOR,
    VERIFIER: RunRole.VERIFIER,
    DECIDER: RunRole.DECIDER,
    OBSERVER: RunRole.OBSERVER,
}


REVISION = NamedRevision("Restore", 1, "0" * 64, "0" * 64)


def prepared(
    facts: Mapping[str, ParameterFacts] | None = None,
    *,
    kind: RunKind = RunKind.DRILL,
    token: str = "",
    at: datetime = START,
) -> LogLine:
    """The first line of a run that was prepared with `facts`."""
    event = RunPrepared(
        run_kind=kind, title="Restore", parameters=facts or {}, revision=REVISION, token=token
    )
    return LogLine(1, at, OPERATOR, event)


def fresh(
    read: Procedure, facts: dict[str, ParameterFacts] | None = None
) -> tuple[LogLine, RunState]:
    """The first line of a drill of `read`, and the state after it."""
    line = prepared(facts)
    return line, genesis(1, read, line)


@dataclass
class Game:
    """A run that is played move by move; `lines` is its log."""

    state: RunState
    lines: list[LogLine] = field(default_factory=list)
    at: datetime = START

    @classmethod
    def from_source(cls, source: bytes, *, started: bool = True) -> Game:
        """A run of `source`, with four people in it, under way unless `started` is False."""
        line, state = fresh(procedure(source))
        game = cls(state, [line])
        for person, role in ROLES.items():
            game.must(TakeRole, person, role=role.value)
        if started:
            game.must(Start, OPERATOR, acknowledged=True, conditions=True)
        return game

    def ask(
        self,
        move: type[Move],
        by: int,
        step: int | None = None,
        *,
        seen: int | None = None,
        password: PasswordCheck = NO_PASSWORD,
        **data: Any,
    ) -> Outcome:
        """What the move comes to. An accepted one is played; any other leaves the state alone."""
        sent = made(move, step, **data)
        request = timed(self.state, Request(sent, by, self.at, seen, password))
        outcome = decide(self.state, request)
        if isinstance(outcome, tuple):
            for event in stamped(request, outcome):
                line = LogLine(self.state.sequence + 1, request.at, by, event)
                self.lines.append(line)
                self.state = apply(self.state, line)
        return outcome

    def must(
        self, move: type[Move], by: int, step: int | None = None, **data: Any
    ) -> tuple[str, ...]:
        """Play a move that is accepted; the kinds of its events."""
        outcome = self.ask(move, by, step, **data)
        assert isinstance(outcome, tuple), outcome
        return tuple(event.kind for event in outcome)

    def refused(self, move: type[Move], by: int, step: int | None = None, **data: Any) -> str:
        """The code with which the move is refused; '' when it is not."""
        before = self.state
        outcome = self.ask(move, by, step, **data)
        if not isinstance(outcome, Refusal):
            return ""
        assert self.state == before
        assert outcome.sentence
        assert outcome.remedy
        return outcome.code

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def status(self) -> list[str]:
        """The states of all steps."""
        return [step.status.value for step in self.state.steps]
