"""What every round is played on: the people, and a runbook of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from accounts.models import User
from runbooks import runs
from runbooks.enums import RunKind, RunRole
from runbooks.models import Revision
from tests.factories.runs import cast, revision
from tests.runbooks import texts


@dataclass(frozen=True)
class Stage:
    """People by name, and revisions by the name of their text."""

    people: Mapping[str, User]
    revisions: Mapping[str, Revision]

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
        return cls(people, revisions)

    def begin(self, name: str) -> int:
        """A live run of the text `name`, under way; its number."""
        by, at = self.people["operator"], datetime.now(UTC)
        run = runs.prepare(
            revision=self.revisions[name], kind=RunKind.LIVE, parameters={}, by=by, at=at
        )
        for role in (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER):
            runs.take_role(run.pk, role=role, by=self.people[role.value], at=at)
        runs.start(run.pk, by=by, at=at, acknowledged=True, conditions=True)
        return run.pk
