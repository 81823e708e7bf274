"""Ways around the interlocks that somebody tried, with the verbs and the inventory: each stays
closed, and nobody who does it right stands before a door."""

from __future__ import annotations

import pytest

from accounts.models import User
from runbooks import repeats
from runbooks.enums import Move
from tests.factories.cutover import FREEZE, WRITE, cutover
from tests.factories.runs import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    return cast()


def test_a_move_whose_answer_was_lost_is_sent_again(people, at) -> None:
    assert set(repeats.FIRST) == set(Move) - {Move.PREPARE}
    game = cutover(people, at).upto(FREEZE)
    game.move(Move.RECORD, step=FREEZE, values={"freeze.writers": "0"})
    for _ in range(2):
        game.move(Move.TICK, step=FREEZE, values={}, key="tick")
    game.signed()
    for _ in range(2):
        game.move(Move.CONFIRM_TIMEOUT, step=WRITE, key="time-out")
        game.move(Move.UNLOCK, step=WRITE, name="ledger", key="unlock")
    assert [answer.replayed for answer in game.answers[-4:]] == [False, False, True, True]
