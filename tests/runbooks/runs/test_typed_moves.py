"""Sizes, names and days as people type them in a run, on its page and by the API alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Scope
from accounts.models import User
from runbooks.enums import StepStatus
from runbooks.machine.move import Move
from runbooks.machine.moves.steps import Record, Tick
from runbooks.machine.moves.unlock import Unlock
from tests.factories.cutover import DIRECTION, IDENTIFY, VERIFY, WRITE, Cutover, cutover
from tests.factories.people import PASSWORD
from tests.factories.tokens import program

OK = {200, 303}


@pytest.fixture
def game(operator: User, verifier: User, decider: User, author: User, approver: User) -> Cutover:
    people = (operator, verifier, decider, author, approver)
    at = timezone.now() - timedelta(minutes=1)  # a countersign counts for two
    return cutover({person.username: person for person in people}, at)


@dataclass
class Door:
    """One of the two ways by which the operator's moves come; `last_answer` came back last."""

    game: Cutover
    page: Client | None
    last_answer: str = ""

    def send(self, move: type[Move], step: int, **data: Any) -> int:
        """The status of the answer."""
        answer = self._by_page(move, step, data) if self.page else self._by_api(move, step, data)
        self.last_answer = answer.content.decode()
        return int(answer.status_code)

    def _by_page(self, move: type[Move], step: int, data: dict[str, Any]) -> Any:
        assert self.page is not None
        values = {f"value_{name}": text for name, text in data.pop("values", {}).items()}
        sent = {
            "key": uuid4().hex,
            "seen": self.game.state.sequence,
            "step": step,
            **values,
            **data,
        }
        return self.page.post(
            reverse("runbooks:run_move", args=[self.game.run.pk, move.kind]), sent
        )

    def _by_api(self, move: type[Move], step: int, data: dict[str, Any]) -> Any:
        data.pop("password", None)  # a token signs
        return program(self.game.people["operator"], Scope.RUN).post(
            f"/api/v1/runs/{self.game.run.pk}/moves/{move.kind}/",
            {"seen": self.game.state.sequence, "step": step, **data},
            content_type="application/json",
            headers={"Idempotency-Key": uuid4().hex},
        )


@pytest.fixture(params=["page", "api"])
def door(
    request: pytest.FixtureRequest, game: Cutover, signed_in: Callable[[User], Client]
) -> Door:
    page = signed_in(game.people["operator"]) if request.param == "page" else None
    return Door(game, page)


@pytest.mark.parametrize("size", ["700 MiB", "734 MB", "734003200 bytes (700 MiB)", "734,003,200"])
def test_the_size_of_the_copy_at_the_precision_that_was_typed(
    size: str, game: Cutover, door: Door
) -> None:
    game.upto(VERIFY)
    values = {**game.values(VERIFY), "verify.size": size}
    assert door.send(Record, VERIFY, values=values) in OK
    assert game.state.steps[VERIFY].status is StepStatus.STARTED


def test_a_size_that_is_too_rough_or_ambiguous_is_asked_for_again(
    game: Cutover, door: Door
) -> None:
    game.upto(VERIFY)
    for size, why in (("0.7 GB", "too rough"), ("700M", "can mean 700,000,000 bytes (MB)")):
        assert door.send(Record, VERIFY, values={"verify.size": size}) == 422
        assert why in door.last_answer
    assert game.state.steps[VERIFY].values == {}


def test_a_forgotten_value_is_named(game: Cutover, door: Door) -> None:
    first, _ = game.state.facts["target"].identifiers
    assert door.send(Tick, IDENTIFY, values={"identify.first": first}) == 422
    assert "identify.second" in door.last_answer
    assert "Write what you observed." in door.last_answer


def test_the_name_that_is_written_into_may_have_its_host_behind_it(
    game: Cutover, door: Door
) -> None:
    game.upto(DIRECTION)
    host = game.state.facts["target"].fields["host"]
    values = {**game.values(DIRECTION), "direction.into": f"ledger @ {host}"}
    assert door.send(Tick, DIRECTION, values=values) in OK
    assert game.state.steps[DIRECTION].status is StepStatus.DONE


def test_the_name_is_typed_with_its_host_and_with_no_other(game: Cutover, door: Door) -> None:
    host = game.signed().state.facts["target"].fields["host"]
    assert door.send(Unlock, WRITE, name="ledger @ db-other-1", password=PASSWORD) == 409
    assert "You typed ledger @ db-other-1" in door.last_answer
    assert door.send(Unlock, WRITE, name=f"ledger @ {host}", password=PASSWORD) in OK
    assert WRITE in game.state.stated.unlocked


def test_the_name_of_another_host_is_something_different(game: Cutover, door: Door) -> None:
    game.upto(DIRECTION)
    values = {**game.values(DIRECTION), "direction.into": "ledger @ db-other-1"}
    door.send(Tick, DIRECTION, values=values)
    assert game.state.steps[DIRECTION].status is StepStatus.MISMATCH
