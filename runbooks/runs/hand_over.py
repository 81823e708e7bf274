"""The verbs by which a role goes from one person to another. `runbooks.runs.moves` has all
verbs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts import access
from accounts.enums import Right
from accounts.models import User
from lib.refusals import Invalid
from runbooks.enums import Move, RunRole
from runbooks.runs.transaction import RIGHTS, Answer, check_rights, move


def hand_over(run_id: int, *, to: int, by: User, at: datetime | None, **sent: Any) -> Answer:
    """Offer the operator's role to the person `to` (account id), with position, running, next_step
    and worries. The operator's own id withdraws an offer."""
    person = User.objects.filter(pk=to, is_active=True).first()
    if person is None or not access.may(person, Right.OPERATE):
        raise Invalid({"to": "Choose somebody who may operate runs."})
    return move(run_id, Move.HAND_OVER, by=by, at=at, to=person.pk, to_name=str(person), **sent)


def accept_hand_over(run_id: int, *, by: User, at: datetime | None, **sent: Any) -> Answer:
    """Take over as operator: `read_back`, and `identifier` of the target, read anew."""
    check_rights(by, Move.ACCEPT_HAND_OVER)
    return move(run_id, Move.ACCEPT_HAND_OVER, by=by, at=at, **sent)


def propose_replacement(
    run_id: int, *, role: RunRole, to: int, by: User, at: datetime | None, **sent: Any
) -> Answer:
    """Propose that the person `to` (account id) takes the `role` of operator or decider from
    whoever holds it and is gone, with a `reason`. A second person confirms it."""
    check_rights(by, Move.PROPOSE_REPLACEMENT)
    person = User.objects.filter(pk=to, is_active=True).first()
    if person is None or not access.may(person, RIGHTS[role]):
        raise Invalid({"to": f"Choose somebody who may be the {role} of a run."})
    data: dict[str, Any] = {"role": role.value, "to": person.pk, "to_name": str(person), **sent}
    return move(run_id, Move.PROPOSE_REPLACEMENT, by=by, at=at, **data)


def confirm_replacement(run_id: int, *, by: User, at: datetime | None, **sent: Any) -> Answer:
    """Confirm a proposed replacement as the second person: the new operator then takes over as
    from a hand-over. The new decider confirms their own, with the `read_back`."""
    check_rights(by, Move.CONFIRM_REPLACEMENT)
    may = access.may(by, Right.DECIDE)
    return move(run_id, Move.CONFIRM_REPLACEMENT, by=by, at=at, may_decide=may, **sent)
