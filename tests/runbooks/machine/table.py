"""A run in the machine alone: no database, no people, a clock that is set by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from runbooks.enums import Move, RunRole
from runbooks.machine.decide import decide
from runbooks.machine.fold import apply, genesis
from runbooks.machine.requests import Line, Outcome, Refusal, Request
from runbooks.machine.state import Facts, RunState
from runbooks.machine.timing import stamped, timed
from runbooks.procedure.model import Procedure
from tests.runbooks.texts import procedure

START = datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)
OPERATOR, VERIFIER, DECIDER, OBSERVER, RELIEF, STRANGER = 1, 2, 3, 4, 5, 6
ROLES = {
    OPERATOR: RunRole.OPERATOR,
    VERIFIER: RunRole.VERIFIER,
    DECIDER: RunRole.DECIDER,
    OBSERVER: RunRole.OBSERVER,
}


def fresh(read: Procedure, facts: dict[str, Facts] | None = None) -> tuple[Line, RunState]:
    """The first line of a drill of `read`, and the state after it."""
    parameters = {
        name: {
            "value": fact.value,
            "fields": dict(fact.fields),
            "identifiers": list(fact.identifiers),
            "kinds": list(fact.kinds),
        }
        for name, fact in (facts or {}).items()
    }
    line = Line(1, "run.prepared", START, OPERATOR, {"kind": "drill", "parameters": parameters})
    return line, genesis(1, read, line)


@dataclass
class Game:
    """A run that is played move by move; `lines` is its log."""

    state: RunState
    lines: list[Line] = field(default_factory=list)
    at: datetime = START

    @classmethod
    def of(cls, source: bytes, *, started: bool = True) -> Game:
        """A run of `source`, with four people in it, under way unless `started` is False."""
        line, state = fresh(procedure(source))
        game = cls(state, [line])
        for person, role in ROLES.items():
            game.must(Move.TAKE_ROLE, person, role=role.value)
        if started:
            game.must(Move.START, OPERATOR, acknowledged=True, conditions=True)
        return game

    def ask(
        self, move: Move, by: int, step: int | None = None, *, seen: int | None = None, **data: Any
    ) -> Outcome:
        """What the move comes to. An accepted one is played; any other leaves the state alone."""
        request = timed(self.state, Request(move, by, self.at, step, seen, data))
        outcome = decide(self.state, request)
        if isinstance(outcome, tuple):
            for event in stamped(request, outcome):
                line = Line(self.state.sequence + 1, event.kind, request.at, by, event.data)
                self.lines.append(line)
                self.state = apply(self.state, line)
        return outcome

    def must(self, move: Move, by: int, step: int | None = None, **data: Any) -> tuple[str, ...]:
        """Play a move that is accepted; the kinds of its events."""
        outcome = self.ask(move, by, step, **data)
        assert isinstance(outcome, tuple), outcome
        return tuple(event.kind for event in outcome)

    def refused(self, move: Move, by: int, step: int | None = None, **data: Any) -> str:
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
