"""The table of statuses, square, and the order of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from incidents import lifecycle
from incidents.enums import Moment, Status

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)

#: Row: from. Column: to, as open contained restored closed. + allowed, r with a reason, - not.
SQUARE = {
    Status.OPEN: "-+++",
    Status.CONTAINED: "r-++",
    Status.RESTORED: "rr-+",
    Status.CLOSED: "r---",
}


@pytest.mark.parametrize(("old", "new"), list(product(Status, Status)))
def test_square(old: Status, new: Status) -> None:
    step = lifecycle.step(old, new)
    mark = "-" if step is None else "r" if step.reason else "+"
    assert mark == SQUARE[old][list(Status).index(new)]
    assert (new in lifecycle.following(old)) == (mark != "-")


@pytest.mark.parametrize("status", Status)
def test_only_a_closed_incident_takes_no_changes(status: Status) -> None:
    assert lifecycle.takes_changes(status) is (status is not Status.CLOSED)


@pytest.mark.parametrize(("earlier", "later"), lifecycle.ORDER)
def test_pairs_stand_in_order(earlier: Moment, later: Moment) -> None:
    wrong = {earlier: NOON, later: NOON - timedelta(microseconds=1)}
    assert lifecycle.misplaced(earlier, wrong) == (earlier, later)
    assert lifecycle.misplaced(later, wrong) == (earlier, later)
    assert lifecycle.misplaced(later, {earlier: NOON, later: NOON}) is None


def test_a_recovery_point_may_lie_before_everything() -> None:
    clock = dict.fromkeys(Moment, NOON) | {Moment.RECOVERY_POINT: NOON - timedelta(days=61)}
    assert lifecycle.misplaced(Moment.RECOVERY_POINT, clock) is None
