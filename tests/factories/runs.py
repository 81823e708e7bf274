"""Runs, made and moved with the product's own verbs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.enums import Role
from accounts.models import User
from runbooks.enums import RunKind, RunRole
from runbooks.library import revisions
from runbooks.machine.move import Move
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.steps import Tick
from runbooks.models import Revision, Run
from runbooks.runs import moves, preparation
from runbooks.runs.transaction import MoveAnswer
from tests.factories.library import approve, waiving
from tests.factories.moves import filled
from tests.factories.people import person


def revision(
    source: bytes, *, author: User, approver: User | None, at: datetime, name: str = "Tried"
) -> Revision:
    """The first revision of a runbook, approved when there is an `approver`."""
    saved = revisions.save(
        source=waiving(source) if approver else source, by=author, at=at, name=name
    )
    return approve(saved, by=approver, at=at) if approver else saved


@dataclass
class Play:
    """A run and its people. Each move is one second after the one before it."""

    run: Run
    people: Mapping[str, User]
    at: datetime
    answers: list[MoveAnswer] = field(default_factory=list)

    def move(self, move: type[Move], by: str = "operator", **sent: Any) -> MoveAnswer:
        """One move of the person called `by`. Raises what the verb raises."""
        self.at += timedelta(seconds=1)
        beside = {name: sent.pop(name) for name in ("seen", "key") if name in sent}
        words = filled(move, sent)
        answer = moves.make_sent(self.run.pk, move, words, by=self.people[by], at=self.at, **beside)
        self.answers.append(answer)
        self.run.refresh_from_db()
        return answer

    def tick(self, step: int, **values: str) -> MoveAnswer:
        return self.move(Tick, step=step, values=values)


def cast() -> dict[str, User]:
    """Everybody who plays in runs: use it where the fixtures of the cast are not at hand."""
    roles = {
        "operator": Role.RESPONDER,
        "verifier": Role.RESPONDER,
        "decider": Role.RESPONDER,
        "relief": Role.RESPONDER,
        "author": Role.AUTHOR,
        "approver": Role.APPROVER,
        "viewer": Role.VIEWER,
    }
    return {name: person(name, name[:2], role) for name, role in roles.items()}


def play(
    source: bytes,
    at: datetime,
    *,
    people: Mapping[str, User] | None = None,
    kind: RunKind = RunKind.LIVE,
    started: bool = True,
    parameters: Mapping[str, str] | None = None,
) -> Play:
    """A run of `source` with three people in it, under way unless `started` is False."""
    people = people or cast()
    kept = revision(source, author=people["author"], approver=people["approver"], at=at)
    run = preparation.prepare(
        revision=kept, kind=kind, parameters=parameters or {}, by=people["operator"], at=at
    )
    game = Play(run, people, at)
    for role in (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER):
        game.move(TakeRole, by=role.value, role=role)
    if started:
        game.move(Start, acknowledged=True, conditions=True)
    return game
