"""Moves sent from the page: each leads back to it, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from runbooks.enums import RunRole, RunStatus, StepStatus
from runbooks.forms.by_move import form_of
from runbooks.machine.entries import is_required
from runbooks.machine.move import Move
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.branches import Undo
from runbooks.machine.moves.hand_over import HandOver
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Complete, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Decide, NotApplicable, Record, Tick
from tests.factories.story import Story, story

SignIn = Callable[[User], Client]
JSON = {"Accept": "application/json"}


@pytest.fixture
def game(
    operator: User, verifier: User, decider: User, author: User, approver: User, at: datetime
) -> Story:
    people = (operator, verifier, decider, author, approver)
    return story({person.username: person for person in people}, at)


@pytest.fixture
def send(game: Story, signed_in: SignIn) -> Callable[..., HttpResponse]:
    def send(
        who: str, move: type[Move], *, headers: dict[str, str] | None = None, **data: Any
    ) -> Any:
        fields = {"key": uuid4().hex, "seen": game.state.sequence, **data}
        url = reverse("runbooks:run_move", args=[game.run.pk, move.kind])
        return signed_in(game.people[who]).post(url, fields, headers=headers or {})

    return send


Send = Callable[..., Any]


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.kind)
def test_a_form_asks_for_what_its_move_declares(game: Story, move: type[Move]) -> None:
    """But for what does not apply to this run; and for the values and the answers of the step."""
    form = form_of(move)(move=move, state=game.state, step=0, person=game.people["operator"].pk)
    about_all = {"key", "seen", "step", "password"} | ({"file"} if move.takes_file else set())
    asked = {name for name in form.fields if not name.startswith("value_")}
    assert asked - about_all <= set(move.entries())
    needed = {field.name for field in fields(move) if is_required(field)} - {"answer"}
    assert needed & set(move.entries()) <= set(form.fields)


def test_a_run_from_the_briefing_to_the_end(game: Story, send: Send) -> None:
    for role in ("operator", "verifier", "decider"):
        assert send(role, TakeRole, role=role).status_code == 303
    assert game.state.people[game.people["verifier"].pk] is RunRole.VERIFIER
    steps: list[tuple[str, type[Move], dict[str, Any]]] = [
        ("operator", Start, {"acknowledged": "on", "conditions": "on"}),
        ("operator", Tick, {"step": 0, "value_entries": "48211"}),
        ("verifier", Countersign, {"step": 0, "value_entries": "48211", "comment": ""}),
        ("operator", Tick, {"step": 1}),
        ("operator", Tick, {"step": 2}),
        ("operator", BeginStep, {"step": 3}),
        ("verifier", Countersign, {"step": 3}),
        ("operator", Tick, {"step": 3}),
        ("operator", NotApplicable, {"step": 4, "reason": "Nobody is affected."}),
        ("operator", Note, {"text": "All is well."}),
        ("operator", Complete, {"summary": "Renamed."}),
    ]
    for who, move, data in steps:
        response = send(who, move, **data)
        assert response.status_code == 303, (move, response.content.decode()[:3000])
        assert response["Location"] == f"/runs/{game.run.pk}/#now"
    assert game.state.status is RunStatus.COMPLETED


def test_a_refusal_stands_in_the_page_with_its_remedy(game: Story, send: Send) -> None:
    game.start()
    response = send("verifier", Tick, step=0, value_entries="7")
    html = response.content.decode()
    assert response.status_code == 409
    assert 'role="alert"' in html
    assert "This is for the operator; you are the verifier." in html
    assert "Ask the operator to do it from their own screen." in html


def test_what_was_typed_and_could_not_be_read_stays(game: Story, send: Send) -> None:
    game.start()
    response = send("operator", Tick, step=0, value_entries="a lot")
    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="a lot"' in html
    assert "Write a number, such as 0, 12.5 or 1 234 567." in html
    assert 'aria-invalid="true"' in html
    assert game.state.steps[0].status is StepStatus.OPEN


def test_a_refused_form_comes_back_with_a_new_key(game: Story, send: Send) -> None:
    game.start()
    response = send("operator", Undo, step=0, reason="Wrong one", key="once")
    assert response.status_code == 409
    assert 'value="once"' not in response.content.decode()


def test_a_script_is_answered_in_json(game: Story, send: Send) -> None:
    game.start()
    good = send("operator", Note, headers=JSON, text="Seen.")
    assert good.json() == {"ok": True, "sequence": game.state.sequence, "replayed": False}
    bad = send("operator", Note, headers=JSON, text="")
    assert bad.status_code == 422
    assert bad.json()["errors"] == {"text": "Write the note."}
    refused = send("verifier", Tick, headers=JSON, step=0, value_entries="1")
    assert refused.status_code == 409
    assert refused.json()["code"] == "wrong_role"
    assert refused.json()["sequence"] == game.state.sequence


def test_the_same_key_again_is_one_move(game: Story, send: Send) -> None:
    game.start()
    first = send("operator", Note, headers=JSON, text="Once.", key="same")
    again = send("operator", Note, headers=JSON, text="Once.", key="same")
    assert again.json() == {**first.json(), "replayed": True}
    assert game.run.events.filter(kind="note.added").count() == 1


@pytest.mark.parametrize("step", ["0", "999", ""])
def test_an_answer_where_nothing_is_decided_is_refused(game: Story, send: Send, step: str) -> None:
    game.start()
    sent = {"step": step, "answer": "left", "reason": "As agreed.", "value_entries": "5"}
    response = send("operator", Decide, headers=JSON, **sent)
    assert response.status_code == 409
    assert response.json()["code"] == ("no_decision" if step == "0" else "no_such_step")


def test_a_stale_screen_is_told_so(game: Story, send: Send) -> None:
    seen = game.start().state.sequence
    game.do(Record, "operator", step=0, values={"entries": "5"})
    response = send("operator", Tick, headers=JSON, step=0, value_entries="6", seen=seen)
    assert response.status_code == 409
    assert response.json()["code"] == "stale"


def test_a_sender_must_say_what_it_has_seen(game: Story, send: Send) -> None:
    game.start()
    assert send("operator", Tick, step=0, value_entries="6", seen="").status_code == 422


def test_a_hand_over_is_offered_and_taken_back(game: Story, send: Send) -> None:
    game.start()
    words = {"position": "Step 1", "running": "nothing", "next_step": "1", "worries": "nothing"}
    to = game.people["verifier"].pk
    assert send("operator", HandOver, to=to, **words).status_code == 303
    assert game.state.hand_over_to == to
    mine = game.people["operator"].pk
    assert send("operator", HandOver, to=mine).status_code == 303
    assert game.state.hand_over_to is None


def test_there_is_no_move_of_another_name(game: Story, signed_in: SignIn, operator: User) -> None:
    client = signed_in(operator)
    assert client.post(f"/runs/{10**30}/tick/", {"key": "k", "seen": 0}).status_code == 404
    for name in ("retry", "prepare"):
        assert client.post(f"/runs/{game.run.pk}/{name}/").status_code == 404
    assert client.get(f"/runs/{game.run.pk}/tick/").status_code == 405


def test_a_tick_is_seven_statements(game: Story, signed_in: SignIn, operator: User) -> None:
    """Session; person with their rights; the run, with what was answered to the key; the events;
    the steps; the run; the digest of what was sent. PostgreSQL takes the last four, and the
    announcement, in one message. However long the runbook, however long the log."""
    game.start()
    url = reverse("runbooks:run_move", args=[game.run.pk, Tick.kind])
    browser = signed_in(operator)
    data = {"key": uuid4().hex, "seen": game.state.sequence, "step": 0, "value_entries": "48211"}
    with CaptureQueriesContext(connection) as asked:
        assert browser.post(url, data).status_code == 303
    framing = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    expected = 4 if connection.vendor == "postgresql" else 7
    assert len([q for q in asked if not q["sql"].startswith(framing)]) == expected


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_note_of_megabytes_is_refused_and_said_to_be_so(
    game: Story, send: Send, accept: str
) -> None:
    """The answer is marked as one of this run, or the page would not know whether it was saved."""
    before = game.state.sequence
    answer = send("operator", Note, text="a" * 3_000_000, headers={"Accept": accept})
    assert answer.status_code == 413
    assert answer["X-Countersign-Run"] == str(game.run.pk)
    assert answer["X-Countersign-Person"] == str(game.people["operator"].pk)
    assert "What was sent is too big. Nothing was saved." in answer.text
    if accept == "application/json":
        assert answer.json()["code"] == "too_big"
    assert game.state.sequence == before


@pytest.mark.parametrize("reason", ["x" * 10_000, "\0", "Stop."])
def test_nothing_that_is_sent_with_stop_keeps_it(game: Story, send: Send, reason: str) -> None:
    game.start()
    response = send("operator", Hold, headers=JSON, reason=reason)
    assert response.status_code == 200
    assert response.json()["ok"]
