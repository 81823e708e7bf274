"""The night of the story through the API: what is lost, who signs for it, what is only told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.enums import Scope
from accounts.models import User
from inventory.models import Copy
from runbooks.machine.moves.steps import Record
from runbooks.models import Event
from tests.factories.cutover import READ, VERIFY, Cutover, cutover
from tests.factories.tokens import program


@pytest.fixture
def night(operator: User, verifier: User, decider: User, author: User, approver: User) -> Cutover:
    """The data as found are 61 days old, the chosen copy 6 h; the copy was read, not ticked."""
    people = {p.username: p for p in (operator, verifier, decider, author, approver)}
    played = cutover(people, timezone.now() - timedelta(minutes=30)).upto(READ)
    newest_found = (played.at - timedelta(days=61)).isoformat()
    played.tick(READ, newest_found=newest_found)
    played.upto(VERIFY)
    Copy.objects.update(taken_at=played.at - timedelta(hours=6))
    newest = (played.at - timedelta(hours=6, minutes=5)).isoformat()
    values = {**played.values(VERIFY), "verify.newest": newest}
    played.move(Record, step=VERIFY, values=values)
    return played


def run(played: Cutover, who: str) -> dict[str, Any]:
    answer = program(played.people[who]).get(f"/api/v1/runs/{played.run.pk}/")
    assert answer.status_code == 200
    return dict(answer.json())


def send(played: Cutover, who: str, move: str, **data: Any) -> Any:
    address = f"/api/v1/runs/{played.run.pk}/moves/{move}/"
    return program(played.people[who], Scope.RUN).post(
        address,
        {"seen": played.state.sequence, **data},
        content_type="application/json",
        headers={"Idempotency-Key": uuid4().hex},
    )


def test_the_decider_signs_for_the_six_hours(night: Cutover) -> None:
    answer = send(night, "operator", "tick", step=VERIFY, values={})
    assert (answer.status_code, answer.json()["code"]) == (409, "gate_loss_signed")
    body = run(night, "decider")
    (gate,) = [gate for gate in body["gates"] if gate["key"] == "loss_signed"]
    assert (gate["open"], "about 6 h" in gate["label"]) == (False, True)
    assert ("release", VERIFY) in {(m["move"], m["step"]) for m in body["allowed_moves"]}
    assert send(night, "decider", "release", step=VERIFY, reason="No other.").status_code == 200
    signed = Event.objects.get(run=night.run, kind="step.released")
    assert '"loss_until_is":"writers stopped"' in signed.text
    assert send(night, "operator", "tick", step=VERIFY, values={}).status_code == 200
    body = run(night, "verifier")
    loss = body["loss"]
    assert 6 * 3600 <= loss["seconds"] <= 6 * 3600 + 600
    assert (loss["state"], loss["until_is"], loss["most_seconds"]) == (
        "beyond",
        "writers stopped",
        3600,
    )
    assert "RPO 1 h: NOT MET" in loss["sentence"]
    assert loss["as_found"] is not None


def test_a_question_that_nobody_was_asked_is_no_open_gate(night: Cutover) -> None:
    body = run(night, "operator")
    assert "copies_asked" not in {gate["key"] for gate in body["gates"]}
    (remark,) = body["remarks"]
    assert (remark["key"], remark["open"]) == ("copies_asked", False)
    assert "nobody was asked" in remark["label"]
