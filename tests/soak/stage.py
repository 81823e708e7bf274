"""What every round is played on: the people, and a runbook of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

from accounts.enums import Role
from accounts.models import User
from runbooks.enums import RunKind, RunRole
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Start
from runbooks.models import Revision
from runbooks.runs import moves, preparation
from tests.factories.cutover import DIRECTION, TEAM_CHECK, WRITE, Cutover, cutover
from tests.factories.people import person
from tests.factories.runs import cast, revision
from tests.runbooks import texts


@dataclass(frozen=True)
class Stage:
    """People by name, and revisions by the name of their text."""

    people: Mapping[str, User]
    revisions: Mapping[str, Revision]
    keeper: User

    @classmethod
    def build(cls) -> Stage:
        people, at = cast(), datetime.now(UTC)
        revisions = {
            name: revision(
                source.replace(b"title: Tried", f"title: Tried {name}".encode()),
                author=people["author"],
                approver=people["approver"],
                at=at,
            )
            for name, source in texts.ALL.items()
        }
        return cls(people, revisions, person("keeper", "kp", *Role))

    def begin(self, dice: Random) -> int:
        """A live run, under way; its number. Every third is one of a text with every interlock."""
        if dice.random() < 1 / 3:
            return self._guarded(dice)
        return self._small(dice.choice(sorted(self.revisions)))

    def _guarded(self, dice: Random) -> int:
        """Near the step that overwrites: those who press anything would hardly get there."""
        system = f"books of {uuid4().hex}"
        run = cutover(self.people, datetime.now(UTC), system=system, keeper=self.keeper)
        reached: tuple[Callable[[], Cutover], ...] = (
            lambda: run.upto(DIRECTION),
            lambda: run.upto(TEAM_CHECK),
            lambda: run.upto(WRITE),
            run.signed,
            run.unlocked,
        )
        return dice.choice(reached)().run.pk

    def _small(self, name: str) -> int:
        by, at = self.people["operator"], datetime.now(UTC)
        run = preparation.prepare(
            revision=self.revisions[name], kind=RunKind.LIVE, parameters={}, by=by, at=at
        )
        for role in (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER):
            moves.make_move(run.pk, TakeRole(role=role), by=self.people[role.value], at=at)
        moves.make_move(run.pk, Start(acknowledged=True, conditions=True), by=by, at=at)
        return run.pk
