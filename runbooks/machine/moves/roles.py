"""Moves by which people take the roles of a run, and give them back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from runbooks.enums import RunRole, RunStatus
from runbooks.machine.entries import choice
from runbooks.machine.events.people import RoleReleased, RoleTaken
from runbooks.machine.move import (
    ANYBODY,
    EVERYONE,
    NOT_ENDED,
    Move,
    Request,
    Rule,
)
from runbooks.machine.replacing import is_taken
from runbooks.machine.requests import Outcome, Refusal
from runbooks.machine.state import RunState


@dataclass(frozen=True, kw_only=True)
class TakeRole(Move):
    """Take a role in the run: operator, verifier, decider or observer."""

    kind = "take_role"
    title, button = "Take a role", "Take this role"
    rule = Rule(NOT_ENDED, ANYBODY, moving=False, independent=True)
    first_events = frozenset({"role.taken"})

    role: RunRole = field(metadata=choice(words=RunRole, hidden=True, example="operator"))

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        mine = state.people.get(person)
        if mine is None:
            return None
        return Refusal(
            "role_held",
            f"You are the {mine} of this run; nobody has two roles in one run.",
            "Release that role first.",
        )

    def decide(self, state: RunState, request: Request) -> Outcome:
        if is_taken(state, self.role):
            return Refusal(
                "role_taken",
                f"Somebody is the {self.role} already, or is about to be.",
                "Take another role, or wait until they release it or hand it over. Whoever is gone"
                " can be replaced by two people of the run.",
            )
        return (RoleTaken(role=self.role),)


@dataclass(frozen=True, kw_only=True)
class ReleaseRole(Move):
    """Give your own role back."""

    kind = "release_role"
    title, button = "Give my role back", "Give my role back"
    rule = Rule(NOT_ENDED, EVERYONE, moving=False, independent=True)
    first_events = frozenset({"role.released"})

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        if state.people.get(person) is RunRole.OPERATOR and state.status is not RunStatus.BRIEFING:
            return Refusal(
                "operator_stays",
                "The operator does not just leave a run that is under way.",
                "Hand the run over, or abort it.",
            )
        return None

    def decide(self, state: RunState, request: Request) -> Outcome:
        return (RoleReleased(role=state.people[request.by]),)
