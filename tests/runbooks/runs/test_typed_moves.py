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
def told(operator: User, verifier: User, decider: User, author: User, approver: User) -> Cutover:
    people = (operator, verifier, decider, author, approver)
    at = timezone.now() - timedelta(minutes=1)  # a countersign counts for two
    return cutover({one.username: one for one in people}, at)


@dataclass
class Door:
    """One of the two ways by which the operator's moves come; `said` is the last answer."""

    told: Cutover
    page: Client | None
    said: str = ""

    def send(self, move: type[Move], step: int, **data: Any) -> int:
        """The status of the answer."""
        answer = self._by_page(move, step, data) if self.page else self._by_api(move, step, data)
        self.said = answer.content.decode()
        return int(answer.status_code)

    def _by_page(self, move: type[Move], step: int, data: dict[str, Any]) -> Any:
        assert self.page is not None
        values = {f"value_{name}": text for name, text in data.pop("values", {}).items()}
        sent = {
            "key": uuid4().hex,
            "seen": self.told.state.sequence,
            "step": step,
            **values,
            **data,
        }
        return self.page.post(
            reverse("runbooks:run_move", args=[self.told.run.pk, move.kind]), sent
        )

    def _by_api(self, move: type[Move], step: int, data: dict[str, Any]) -> Any:
        data.pop("password", None)  # a token signs
        return program(self.told.people["operator"], Scope.RUN).post(
            f"/api/v1/runs/{self.told.run.pk}/moves/{move.kind}/",
            {"seen": self.told.state.sequence, "step": step, **data},
            content_type="application/json",
            headers={"Idempotency-Key": uuid4().hex},
        )


@pytest.fixture(params=["page", "api"])
def door(
    request: pytest.FixtureRequest, told: Cutover, signed_in: Callable[[User], Client]
) -> Door:
    page = signed_in(told.people["operator"]) if request.param == "page" else None
    return Door(told, page)


@pytest.mark.parametrize("size", ["700 MiB", "734 MB", "734003200 bytes (700 MiB)", "734,003,200"])
def test_the_size_of_the_copy_at_the_precision_that_was_typed(
    size: str, told: Cutover, door: Door
) -> None:
    told.upto(VERIFY)
    values = {**told.values(VERIFY), "verify.size": size}
    assert door.send(Record, VERIFY, values=values) in OK
    assert told.state.steps[VERIFY].status is StepStatus.STARTED


def test_a_size_that_is_too_rough_or_ambiguous_is_asked_for_again(
    told: Cutover, door: Door
) -> None:
    told.upto(VERIFY)
    for size, why in (("0.7 GB", "too rough"), ("700M", "can mean 700,000,000 bytes (MB)")):
        assert door.send(Record, VERIFY, values={"verify.size": size}) == 422
        assert why in door.said
    assert told.state.steps[VERIFY].values == {}


def test_a_forgotten_value_is_named(told: Cutover, door: Door) -> None:
    first, _ = told.state.facts["target"].identifiers
    assert door.send(Tick, IDENTIFY, values={"identify.first": first}) == 422
    assert "identify.second" in door.said
    assert "Write what you observed." in door.said


def test_the_name_that_is_written_into_may_have_its_host_behind_it(
    told: Cutover, door: Door
) -> None:
    told.upto(DIRECTION)
    host = told.state.facts["target"].fields["host"]
    values = {**told.values(DIRECTION), "direction.into": f"ledger @ {host}"}
    assert door.send(Tick, DIRECTION, values=values) in OK
    assert told.state.steps[DIRECTION].status is StepStatus.DONE


def test_the_name_is_typed_with_its_host_and_with_no_other(told: Cutover, door: Door) -> None:
    host = told.signed().state.facts["target"].fields["host"]
    assert door.send(Unlock, WRITE, name="ledger @ db-other-1", password=PASSWORD) == 409
    assert "You typed ledger @ db-other-1" in door.said
    assert door.send(Unlock, WRITE, name=f"ledger @ {host}", password=PASSWORD) in OK
    assert WRITE in told.state.stated.unlocked


def test_the_name_of_another_host_is_something_different(told: Cutover, door: Door) -> None:
    told.upto(DIRECTION)
    values = {**told.values(DIRECTION), "direction.into": "ledger @ db-other-1"}
    door.send(Tick, DIRECTION, values=values)
    assert told.state.steps[DIRECTION].status is StepStatus.MISMATCH
