"""Who may do what, outside of a run. `check` raises with a reason; `may` is its shadow."""

from __future__ import annotations

from accounts.enums import RIGHT_LABELS, Right
from accounts.models import User
from accounts.refusals import Refused


def check(person: User, right: Right) -> None:
    """Raise `Refused` (403) unless `person` is enabled and holds `right`."""
    if not person.is_active or not person.has_perm(right.value):
        raise Refused(
            "no_right",
            f"Your account may not {RIGHT_LABELS[right]}.",
            "Ask an admin for a role that may, or ask somebody who has it.",
            status=403,
        )


def may(person: User, right: Right) -> bool:
    """Whether `check` would let `person` through: decides which buttons are drawn."""
    try:
        check(person, right)
    except Refused:
        return False
    return True
