"""The replacement of somebody who is gone, while a second person has to confirm it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from runbooks.enums import RunRole
from runbooks.machine.move import Allowed
from runbooks.machine.moves.replacement import ConfirmReplacement, WithdrawReplacement
from runbooks.machine.replacing import proposed as replacement
from runbooks.screen.context import PageContext
from runbooks.screen.panels import Panel, make_panel


@dataclass(frozen=True)
class Replacing:
    """What is proposed, in words; `who` confirms it. `confirm` and `withdraw` are there for those
    who may; `mine`: it is the reader who is to be replaced."""

    title: str
    reason: str
    who: str
    mine: bool
    confirm: Panel | None
    withdraw: Panel | None


def replacing(page: PageContext) -> Replacing | None:
    """The proposal as the person of `page` sees it; None where there is none."""
    proposed = replacement(page.state)
    if proposed is None:
        return None
    by, gone = (page.people.get(pk) for pk in (proposed.by, proposed.person))
    confirm = withdraw = None
    if Allowed(ConfirmReplacement) in page.controls:
        confirm = make_panel(page, ConfirmReplacement)
        if proposed.role is RunRole.DECIDER:
            confirm = replace(confirm, verb="Take the role of decider")
    mine = proposed.person == page.person
    if Allowed(WithdrawReplacement) in page.controls:
        withdraw = make_panel(page, WithdrawReplacement)
        if mine:
            withdraw = replace(withdraw, verb="Object: I am here")
    return Replacing(
        title=f"{by.name if by else 'Somebody'} proposes {proposed.name} as {proposed.role} instead"
        f" of {gone.name if gone else 'who is gone'}",
        reason=proposed.reason,
        who=_who(page, proposed.role, proposed.by, proposed.name),
        mine=mine,
        confirm=confirm,
        withdraw=withdraw,
    )


def _who(page: PageContext, role: RunRole, by: int, name: str) -> str:
    """Who has to confirm."""
    if role is RunRole.DECIDER:
        return f"{name} confirms it."
    if page.state.people.get(by) is RunRole.DECIDER:
        return "A second person of the run confirms it; then the new operator takes over."
    return "The decider confirms it; then the new operator takes over."
