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
def game(db: None, counters: None) -> Deletion:
    return deletion(cast(), datetime.now(UTC) - timedelta(minutes=1), started=False)


def _unsigned(game: Deletion) -> None:
    """The second person is there, and nobody has said that there is nothing to keep."""
    game.begun().move(Countersign, by="verifier", step=DELETE, values={}, password=PASSWORD)


def _wrong_name(game: Deletion) -> None:
    game.signed()
    with pytest.raises(Refused):
        game.move(Unlock, step=DELETE, name="ledger")


STAGES: dict[str, Callable[[Deletion], object]] = {
    "in the briefing": lambda game: None,
    "in the team check": lambda game: game.upto(TEAM_CHECK),
    "when it is begun": lambda game: game.begun(),
    "before the decider signs": _unsigned,
    "with everything but the typed name": lambda game: game.signed(),
    "after another name": _wrong_name,
    "while the run is held": lambda game: game.unlocked().move(Hold, by="verifier"),
    "when it is done": lambda game: game.deleted(),
}


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_tells_the_command(game: Deletion, signed_in: SignIn, stage: str) -> None:
    if stage != "in the briefing":
        game.move(Start, acknowledged=True, conditions=True)
    STAGES[stage](game)
    assert telling(game, signed_in) == set()


def test_it_is_told_once_the_name_was_typed(game: Deletion, signed_in: SignIn) -> None:
    game.move(Start, acknowledged=True, conditions=True)
    game.unlocked()
    surfaces = telling(game, signed_in)
    assert f"operator /runs/{game.run.pk}/" in surfaces
    assert f"operator /api/v1/runs/{game.run.pk}/" in surfaces
