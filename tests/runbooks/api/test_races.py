"""Two programs on one step at the same moment, on connections of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Scope
from accounts.models import User
from tests.factories.runs import Play, cast, play
from tests.factories.tokens import token
from tests.runbooks import texts
from tests.runbooks.live.live_world import World, open_world
from tests.runbooks.runs.test_races import together, verdict

pytestmark = pytest.mark.processes
_titles = count()


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("races")) as opened:
        yield opened


@pytest.fixture(scope="module")
def people(world: World) -> dict[str, User]:
    return cast()


@pytest.fixture(scope="module")
def keys(people: dict[str, User]) -> dict[str, str]:
    """The text of a token of each."""
    return {
        name: token(person, Scope.RUN).text for name, person in people.items() if name != "author"
    }


@pytest.fixture
def game(people: dict[str, User]) -> Play:
    title = f"title: Raced {next(_titles)}".encode()
    return play(texts.PLAIN.replace(b"title: Tried", title), datetime.now(UTC), people=people)


def sent(game: Play, text: str, move: str, key: str, **data: Any) -> Any:
    """What the move is answered: status and body."""
    answer = Client(headers={"authorization": f"Bearer {text}"}).post(
        f"/api/v1/runs/{game.run.pk}/moves/{move}/",
        {"seen": game.run.sequence, **data},
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )
    return answer.status_code, answer.json()


def test_two_ticks_of_one_step_are_one(game: Play, keys: dict[str, str]) -> None:
    operator = keys["operator"]
    for step in range(3):
        answers = together(
            lambda step=step: sent(game, operator, "tick", f"left-{step}", step=step),  # type: ignore[misc]
            lambda step=step: sent(game, operator, "tick", f"right-{step}", step=step),  # type: ignore[misc]
        )
        assert sorted(status for status, _ in answers) == [200, 409]
        (refused,) = [body for status, body in answers if status == 409]
        (made,) = [body for status, body in answers if status == 200]
        assert refused["code"] == "stale"
        assert refused["state"]["sequence"] == made["sequence"]
        assert refused["state"]["steps"][step]["status"] == "done"
        game.run.refresh_from_db()
    assert verdict(game)[0]
    assert game.run.events.filter(kind="step.ticked").count() == 3


def test_one_key_at_the_same_moment_gives_one_answer(game: Play, keys: dict[str, str]) -> None:
    def tick() -> Any:
        return sent(game, keys["operator"], "tick", "same", step=0)

    answers = together(tick, tick, tick)
    assert [status for status, _ in answers] == [200] * 3
    assert sorted(body["replayed"] for _, body in answers) == [False, True, True]
    assert len({body["sequence"] for _, body in answers}) == 1
    verdict(game)


def test_a_tick_against_a_stop(game: Play, keys: dict[str, str]) -> None:
    tick, stop = together(
        lambda: sent(game, keys["operator"], "tick", "tick", step=0),
        lambda: sent(game, keys["verifier"], "hold", "stop"),
    )
    assert stop[0] == 200
    assert tick[0] == 200 or tick[1]["code"] == "stale"
    verdict(game)


def test_one_role_for_two(game: Play, keys: dict[str, str]) -> None:
    assert sent(game, keys["decider"], "release_role", "free")[0] == 200
    answers = together(
        lambda: sent(game, keys["decider"], "take_role", "one", role="decider"),
        lambda: sent(game, keys["relief"], "take_role", "two", role="decider"),
    )
    assert sorted(status for status, _ in answers) == [200, 409]
    assert [body["code"] for status, body in answers if status == 409] == ["role_taken"]
    verdict(game)
