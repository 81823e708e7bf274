"""Moves that replace somebody who is gone: proposed by one person, confirmed by a second one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime

from accounts.enums import Right
from runbooks.enums import RunRole
from runbooks.machine.entries import choice, somebody, text
from runbooks.machine.events.people import (
    ReplacementConfirmed,
    ReplacementProposed,
    ReplacementWithdrawn,
)
from runbooks.machine.move import ANYBODY, EVERYONE, NOT_ENDED, Move, Request, Rule, prose
from runbooks.machine.moves.hold import READ_BACK, read_back
from runbooks.machine.replacing import (
    REPLACEABLE,
    gone,
    may_confirm,
    may_not_propose,
    may_withdraw,
    proposed,
    replaceable,
)
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState, place


@dataclass(frozen=True, kw_only=True)
class ProposeReplacement(Move):
    """Propose that the person `to` takes the role of operator or decider from somebody who is gone.
    A second person confirms it."""

    kind = "propose_replacement"
    title, button = "Replace somebody who is gone", "Propose the replacement"
    rule = Rule(NOT_ENDED, EVERYONE, moving=False)
    first_events = frozenset({"replacement.proposed"})
    looked_up = frozenset({"to_name"})
    needs = (Right.DECIDE, Right.OPERATE)

    role: RunRole = field(
        metadata=choice(
            "Whose role",
            words=RunRole,
            empty="Choose the role that is to be given to somebody else.",
            described="`operator` or `decider`.",
            example="operator",
        )
    )
    to: int = field(
        metadata=somebody(
            "Who takes it",
            empty="Choose the person who takes it.",
            described="Account id of the person.",
            example=7,
        )
    )
    reason: str = field(
        metadata=text(
            "Why",
            empty="Say why: where the person is, and how they were called.",
            help="Who is replaced reads this on their page and can object until it is confirmed.",
            example="Called three times, no answer.",
        )
    )
    to_name: str = ""

    @classmethod
    def has_choice(cls, state: RunState, person: int, index: int | None, at: datetime) -> bool:
        return bool(replaceable(state, person))

    def decide(self, state: RunState, request: Request) -> Outcome:
        role, to = self.role, self.to
        if role not in REPLACEABLE:
            return Malformed({"role": "Choose the operator or the decider."})
        refusal = may_not_propose(state, request.by, role)
        if refusal:
            return refusal
        person, errors = gone(state, role), {}
        assert person is not None  # noqa: S101 - nobody is proposed for a role that is free
        if to == person:
            errors["to"] = "Choose somebody else: this is who is to be replaced."
        elif role is RunRole.DECIDER and (
            to == request.by or state.people.get(to) is RunRole.OPERATOR
        ):
            errors["to"] = "Choose a third person: not yourself, and not the operator."
        reason = prose(self.reason)
        if not reason:
            errors["reason"] = "Say why: where the person is, and how they were called."
        if errors:
            return Malformed(errors)
        return (
            ReplacementProposed(
                role=role, person=person, to=to, to_name=self.to_name, reason=reason
            ),
        )


@dataclass(frozen=True, kw_only=True)
class ConfirmReplacement(Move):
    """Confirm a proposed replacement as the second person. A new operator then takes over as from a
    hand-over. A new decider confirms their own replacement, with the read-back."""

    kind = "confirm_replacement"
    title, button = "Confirm the replacement", "Confirm the replacement"
    rule = Rule(NOT_ENDED, ANYBODY, moving=False)
    first_events = frozenset({"replacement.confirmed"})
    looked_up = frozenset({"may_decide"})
    needs = (Right.DECIDE, Right.OPERATE)

    read_back: str = field(default="", metadata=READ_BACK)
    may_decide: bool = False

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        return may_confirm(state, person)

    def decide(self, state: RunState, request: Request) -> Outcome:
        replacement = proposed(state)
        assert replacement is not None  # noqa: S101 - the precondition lets no other through
        event = ReplacementConfirmed(
            role=replacement.role,
            person=replacement.person,
            to=replacement.to,
            to_name=replacement.name,
        )
        if replacement.role is RunRole.OPERATOR:
            return (event,)
        if not self.may_decide:
            return Refusal(
                "no_right",
                "Your account may not be the decider of a run.",
                "Ask an admin for a role that may, or let somebody propose another person.",
            )
        wrong = read_back(state, self.read_back)
        return wrong or (dataclasses.replace(event, read_back=place(state)),)


@dataclass(frozen=True, kw_only=True)
class WithdrawReplacement(Move):
    """Withdraw a proposed replacement, or object to being replaced. A `reason` is welcome."""

    kind = "withdraw_replacement"
    title, button = "Withdraw the replacement", "Withdraw the replacement"
    rule = Rule(NOT_ENDED, EVERYONE, moving=False)
    first_events = frozenset({"replacement.withdrawn"})

    reason: str = field(default="", metadata=text("Why", example="I am here."))

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        return may_withdraw(state, person)

    def decide(self, state: RunState, request: Request) -> Outcome:
        replacement = proposed(state)
        assert replacement is not None  # noqa: S101 - the precondition lets no other through
        event = ReplacementWithdrawn(
            role=replacement.role,
            objects=request.by == replacement.person,
            reason=self.reason.strip(),
        )
        return (event,)
