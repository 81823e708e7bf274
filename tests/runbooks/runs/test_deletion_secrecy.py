"""The command of a step that deletes is sent to nobody while one of its conditions is not met."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from lib.refusals import Refused
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.unlock import Unlock
from tests.factories.deletion import DELETE, TEAM_CHECK, Deletion, deletion
from tests.factories.people import PASSWORD
from tests.factories.runs import cast
from tests.runbooks.screen.test_secrecy import telling

SignIn = Callable[[User], Client]


@pytest.fixture
def told(db: None, counters: None) -> Deletion:
    return deletion(cast(), datetime.now(UTC) - timedelta(minutes=1), started=False)


def _unsigned(told: Deletion) -> None:
    """The second person is there, and nobody has said that there is nothing to keep."""
    told.begun().move(Countersign, by="verifier", step=DELETE, values={}, password=PASSWORD)


def _wrong_name(told: Deletion) -> None:
    told.signed()
    with pytest.raises(Refused):
        told.move(Unlock, step=DELETE, name="ledger")


STAGES: dict[str, Callable[[Deletion], object]] = {
    "in the briefing": lambda told: None,
    "in the team check": lambda told: told.upto(TEAM_CHECK),
    "when it is begun": lambda told: told.begun(),
    "before the decider signs": _unsigned,
    "with everything but the typed name": lambda told: told.signed(),
    "after another name": _wrong_name,
    "while the run is held": lambda told: told.unlocked().move(Hold, by="verifier"),
    "when it is done": lambda told: told.deleted(),
}


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_tells_the_command(told: Deletion, signed_in: SignIn, stage: str) -> None:
    if stage != "in the briefing":
        told.move(Start, acknowledged=True, conditions=True)
    STAGES[stage](told)
    assert telling(told, signed_in) == set()


def test_it_is_told_once_the_name_was_typed(told: Deletion, signed_in: SignIn) -> None:
    told.move(Start, acknowledged=True, conditions=True)
    told.unlocked()
    found = telling(told, signed_in)
    assert f"operator /runs/{told.run.pk}/" in found
    assert f"operator /api/v1/runs/{told.run.pk}/" in found
