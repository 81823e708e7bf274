"""Moves that replace somebody who is gone: proposed by one person, confirmed by a second one."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.enums import Right
from runbooks.enums import RunRole
from runbooks.machine.entries import choice, line, somebody, text
from runbooks.machine.move import ANYBODY, EVERYONE, NOT_ENDED, Move, Rule


@dataclass(frozen=True, kw_only=True)
class ProposeReplacement(Move):
    """Propose that the person `to` takes the role of operator or decider from somebody who is gone.
    A second person confirms it."""

    kind = "propose_replacement"
    title, button = "Replace somebody who is gone", "Propose the replacement"
    rule = Rule(NOT_ENDED, EVERYONE, moving=False)
    first_events = frozenset({"replacement.proposed"})
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


@dataclass(frozen=True, kw_only=True)
class ConfirmReplacement(Move):
    """Confirm a proposed replacement as the second person. A new operator then takes over as from a
    hand-over. A new decider confirms their own replacement, with the read-back."""

    kind = "confirm_replacement"
    title, button = "Confirm the replacement", "Confirm the replacement"
    rule = Rule(NOT_ENDED, ANYBODY, moving=False)
    first_events = frozenset({"replacement.confirmed"})
    needs = (Right.DECIDE, Right.OPERATE)

    read_back: str = field(
        default="",
        metadata=line(
            "Number of the step that was finished last",
            help="Read the form from the top to the last slash. Write “none” if there is none.",
            empty="Write the number of the step that was finished last.",
            max_length=40,
        ),
    )
    may_decide: bool = False


@dataclass(frozen=True, kw_only=True)
class WithdrawReplacement(Move):
    """Withdraw a proposed replacement, or object to being replaced. A `reason` is welcome."""

    kind = "withdraw_replacement"
    title, button = "Withdraw the replacement", "Withdraw the replacement"
    rule = Rule(NOT_ENDED, EVERYONE, moving=False)
    first_events = frozenset({"replacement.withdrawn"})

    reason: str = field(default="", metadata=text("Why", example="I am here."))
