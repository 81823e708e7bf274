"""The table of statuses, square, and the order of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from incidents import lifecycle
from incidents.enums import (
    Kind,
    LossState,
    Moment,
    Reconciliation,
    SavedBy,
    Status,
    Strength,
)

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


ACTION = lifecycle.ActionFacts(
    title="Bar restores from laptops",
    owned=True,
    dated=True,
    done_when="A test shows it.",
    strength=Strength.STRONGER,
    replaces_luck=True,
)
DONE = lifecycle.ClosingFacts(
    kind=Kind.DATA_LOSS,
    losses=(LossState.AT_FIRST, LossState.GONE),
    reconciliation=Reconciliation.GIVEN_UP,
    notified=1,
    saved_by=SavedBy.LUCK,
    actions=(ACTION,),
    moments=frozenset({Moment.RECOVERY_POINT, Moment.RESTORED}),
)


@pytest.mark.parametrize("status", SavedBy)
@pytest.mark.parametrize("kind", Kind)
def test_an_incident_of_which_all_is_stated_can_be_closed(kind: Kind, status: SavedBy) -> None:
    parts = [gap.part for gap in lifecycle.missing(replace(DONE, kind=kind, saved_by=status))]
    assert parts == (["saved_by"] if status is SavedBy.UNKNOWN else [])


@pytest.mark.parametrize(
    ("facts", "part", "lacks"),
    [
        ({"moments": {Moment.RESTORED}}, "recovery_point", "“recovery point” is not set"),
        ({"moments": {Moment.RECOVERY_POINT}}, "restored", "“restored” is not set"),
        ({"losses": ()}, "losses", "nobody stated what was lost"),
        ({"losses": (LossState.AT_FIRST,)}, "losses", "what became of"),
        ({"reconciliation": Reconciliation.UNDECIDED}, "reconciliation", "nobody decided"),
        ({"notified": 0}, "notified", "who was told"),
        ({"saved_by": SavedBy.UNKNOWN}, "saved_by", "what saved us"),
        ({"actions": ()}, "actions", "luck saved us"),
        ({"actions": (), "saved_by": SavedBy.MIXED}, "actions", "luck saved us"),
        ({"actions": (replace(ACTION, replaces_luck=False),)}, "actions", "luck saved us"),
        ({"actions": (replace(ACTION, strength=Strength.WEAKER),)}, "actions", "luck saved us"),
        ({"actions": (replace(ACTION, owned=False),)}, "actions", "laptops” has no active owner"),
        ({"actions": (replace(ACTION, dated=False),)}, "actions", "has no due date"),
        (
            {"actions": (replace(ACTION, owned=False, done_when=""),)},
            "actions",
            "has no active owner and no definition of done",
        ),
    ],
)
def test_closing_demands(facts: dict[str, Any], part: str, lacks: str) -> None:
    (lacking,) = lifecycle.missing(replace(DONE, **facts))
    assert (lacking.part, lacks in lacking.lacks) == (part, True)
    assert lacking.remedy


def test_of_a_done_action_nobody_has_to_answer_any_more() -> None:
    gone = replace(ACTION, owned=False, settled=True)
    assert lifecycle.missing(replace(DONE, actions=(gone,))) == ()


@pytest.mark.parametrize("kind", [Kind.NEAR_MISS, Kind.GOOD_CATCH])
def test_what_lost_nothing_is_asked_only_what_saved_it(kind: Kind) -> None:
    bare = lifecycle.ClosingFacts(kind, (), Reconciliation.UNDECIDED, 0, SavedBy.UNKNOWN, ())
    assert [gap.part for gap in lifecycle.missing(bare)] == ["saved_by"]
    lost = replace(bare, losses=(LossState.GONE,), saved_by=SavedBy.CONTROL)
    assert [gap.part for gap in lifecycle.missing(lost)] == [
        "recovery_point", "restored", "reconciliation", "notified",
    ]  # fmt: skip


def test_a_loss_of_which_nothing_is_stated_lacks_everything() -> None:
    bare = lifecycle.ClosingFacts(
        Kind.CORRUPTION, (), Reconciliation.UNDECIDED, 0, SavedBy.UNKNOWN, ()
    )
    parts = [gap.part for gap in lifecycle.missing(bare)]
    assert parts == [
        "recovery_point", "restored", "losses", "reconciliation", "notified", "saved_by",
    ]  # fmt: skip
