"""What the pages and the API show of overrides, and of a second person without a device."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from runbooks.machine.moves.overrides import AskOverride, UseOverride
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep
from runbooks.models import Review
from tests.factories.clock import stop
from tests.factories.people import PASSWORD
from tests.factories.runs import Play, play
from tests.factories.tokens import program
from tests.runbooks import texts

BEFORE = texts.text("Rename it\ncountersign: before", "Tell")
REASON = "The decider is on a plane."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> list[datetime]:
    """The clock of the pages: the last one of the list."""
    moments = [at]
    stop(monkeypatch, moments)
    return moments


@pytest.fixture
def run(db: None, at: datetime) -> Play:
    game = play(texts.HOLD, at)
    game.move(AskOverride, step=0, gate="released", reason=REASON)
    return game


def page(run: Play, who: str = "operator") -> str:
    client = Client()
    client.force_login(run.people[who])
    return client.get(f"/runs/{run.run.pk}/").content.decode()


def button(html: str, move: str) -> str:
    match = re.search(rf'<form[^>]*data-move="{move}".*?<button[^>]*>', html, re.DOTALL)
    assert match is not None
    return match[0]


def test_the_wait_is_written_out_and_the_button_is_shut(run: Play, clock: list[datetime]) -> None:
    clock.append(run.at + timedelta(seconds=119))
    html = page(run)
    ends = run.at + timedelta(seconds=120)
    assert f"not before {ends:%H:%M:%S} UTC" in html
    assert " disabled" in button(html, "override")
    clock.append(ends)
    assert " disabled" not in button(page(run), "override")
    clock.append(run.at + timedelta(minutes=16))
    html = page(run)
    assert 'data-move="override"' not in html
    assert 'data-move="ask_override"' in html


def test_others_see_it_and_cannot_use_it(run: Play, clock: list[datetime]) -> None:
    clock.append(run.at)
    decider, verifier = page(run, "decider"), page(run, "verifier")
    assert REASON in decider
    assert REASON in verifier
    assert 'data-move="override"' not in decider + verifier
    assert 'data-move="withdraw_override"' in decider
    assert 'data-move="withdraw_override"' not in verifier


def test_the_mark_is_everywhere(run: Play, clock: list[datetime]) -> None:
    run.at += timedelta(minutes=2)
    clock.append(run.at)
    assert "OVERRIDDEN" not in page(run)
    run.move(UseOverride, step=0, gate="released")
    operator = run.people["operator"]
    client, api = Client(), program(operator)
    client.force_login(operator)
    html = page(run)
    assert '<span class="tag overridden">OVERRIDDEN</span>' in html
    assert "it was overridden, with a reason" in html
    assert "OVERRIDDEN" in client.get("/runs/").content.decode()
    assert "OVERRODE" in client.get(f"/runs/{run.run.pk}/log/").content.decode()
    body = api.get(f"/api/v1/runs/{run.run.pk}/").json()
    assert body["overridden"] == 1
    assert [(g["key"], g["open"], g["overridden"]) for g in body["gates"]] == [
        ("released", True, True)
    ]
    (override,) = body["overrides"]
    assert (override["gate"], override["reason"], override["by"]["name"]) == (
        "released",
        REASON,
        "Operator",
    )
    assert override["used_at"] is not None


def test_the_pages_of_reviews(run: Play, clock: list[datetime]) -> None:
    run.at += timedelta(minutes=2)
    run.move(UseOverride, step=0, gate="released")
    review = Review.objects.get()
    client = Client()
    client.force_login(run.people["operator"])
    assert REASON in client.get("/reviews/").content.decode()
    own = client.get(f"/reviews/{review.pk}/").content.decode()
    assert "You overrode this gate yourself" in own
    assert client.post(f"/reviews/{review.pk}/close/", {"finding": "x"}).status_code == 403
    client.force_login(run.people["approver"])
    empty = client.post(f"/reviews/{review.pk}/close/", {"finding": " "})
    assert empty.status_code == 422
    assert client.post(f"/reviews/{review.pk}/close/", {"finding": "Right."}).status_code == 303
    assert "Right." in client.get(f"/reviews/{review.pk}/").content.decode()
    api = program(run.people["approver"])
    assert api.get("/api/v1/reviews/").json() == {"items": []}
    again = api.post(
        f"/api/v1/reviews/{review.pk}/close/", {"finding": "x"}, content_type="application/json"
    )
    assert again.json()["code"] == "reviewed_already"
    assert api.post("/api/v1/reviews/999/close/", {}, "application/json").status_code == 404


def test_the_operators_screen_offers_it_while_the_verifier_is_awaited(
    db: None, at: datetime, settings: Any
) -> None:
    settings.SIGN_AGAIN = "all"
    run = play(BEFORE, at)
    offer = "The verifier is here without a device"
    assert offer not in page(run)
    run.move(BeginStep, step=0)
    html, theirs = page(run), page(run, "verifier")
    assert offer in html
    assert 'type="password"' in html
    assert offer not in theirs
    assert "Your password, again" in theirs
    run.move(Countersign, by="verifier", step=0, password=PASSWORD)
    run.at = timezone.now()
    run.move(Countersign, by="verifier", step=0, password=PASSWORD)
    assert offer not in page(run)


def test_by_api_the_second_person_signs_on_the_operators_program(db: None, at: datetime) -> None:
    run = play(BEFORE, at)
    run.move(BeginStep, step=0)
    sent = {"seen": run.run.sequence, "step": 0, "signer": "verifier", "password": PASSWORD}
    path = f"/api/v1/runs/{run.run.pk}/moves/countersign/"
    answer = program(run.people["operator"]).post(
        path, sent, "application/json", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, answer.json()["events"]) == (200, ["step.countersigned"])
    assert PASSWORD not in answer.content.decode()
    assert "on the screen of Operator" in page(run)


def test_the_next_one_is_asked_for_with_what_was_overridden_before_ones_eyes(
    db: None, at: datetime, clock: list[datetime]
) -> None:
    run = play(texts.text("Say it\nhold: decider\ncountersign: before", "Tell"), at)
    run.move(BeginStep, step=0)
    run.move(AskOverride, step=0, gate="released", reason=REASON)
    clock.append(run.at)
    assert 'data-move="ask_override"' not in page(run)
    run.at += timedelta(minutes=2)
    run.move(UseOverride, step=0, gate="released")
    clock.append(run.at)
    html = page(run)
    passed = "1 condition overridden so far: Released by the decider (step 1)."
    assert f"{passed} I need one more." in html
    client = Client()
    client.force_login(run.people["operator"])
    gate = {"seen": run.run.sequence, "step": 0, "gate": "countersigned"}
    sent = {**gate, "key": "k1", "reason": "x"}
    address = f"/runs/{run.run.pk}/ask_override/"
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert "confirm that you need one more" in refused.content.decode()
    assert client.post(address, {**sent, "key": "k2", "again": "on"}).status_code == 303
    run.run.refresh_from_db()
    clock.append(run.at + timedelta(seconds=1))

    def by_program(move: str, **sent: Any) -> Any:
        body = {**gate, "seen": run.run.sequence + 9, **sent}
        headers = {"Idempotency-Key": f"{move}-{len(sent)}"}
        address = f"/api/v1/runs/{run.run.pk}/moves/{move}/"
        client = program(run.people["operator"])
        return client.post(address, body, content_type="application/json", headers=headers)

    assert by_program("withdraw_override").status_code == 200
    answer = by_program("ask_override", reason="x")
    assert (answer.status_code, passed in answer.json()["errors"]["again"]) == (422, True)
    assert by_program("ask_override", reason="x", again=True).status_code == 200
