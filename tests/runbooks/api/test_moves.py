"""Moves by API: the same verbs, refusals that carry the present state, and no move made twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Scope
from runbooks.enums import RunStatus, StepStatus
from runbooks.machine.move import Move
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Complete, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, NotApplicable, Record, Tick
from tests.factories.api import Programs
from tests.factories.story import Story
from tests.factories.tokens import program

Send = Callable[..., Any]


@pytest.fixture
def game(programs: Programs) -> Story:
    return programs.run


@pytest.fixture
def send(programs: Programs) -> Send:
    return programs.send


def test_a_run_from_the_briefing_to_the_end(game: Story, send: Send) -> None:
    steps: list[tuple[str, type[Move], dict[str, Any]]] = [
        ("operator", TakeRole, {"role": "operator"}),
        ("verifier", TakeRole, {"role": "verifier"}),
        ("decider", TakeRole, {"role": "decider"}),
        ("operator", Start, {"acknowledged": True, "conditions": True}),
        ("operator", Tick, {"step": 0, "values": {"entries": "48211"}}),
        ("verifier", Countersign, {"step": 0, "values": {"entries": "48211"}}),
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
        answer = send(who, move, **data)
        assert answer.status_code == 200, (move, answer.content)
        assert answer.json()["sequence"] == game.state.sequence
        assert answer.json()["events"]
        assert answer.json()["replayed"] is False
    assert game.state.status is RunStatus.COMPLETED


def test_a_client_that_only_follows_allowed_moves_reaches_the_end(
    game: Story, programs: Programs
) -> None:
    """Nothing but what the answers say: addresses, steps, the values that are wanted."""
    game.start()
    forward = ("countersign", "tick", "complete")
    for _ in range(20):
        for who in ("operator", "verifier"):
            run = programs.now(who)
            may = {allowed["move"]: allowed for allowed in run["allowed_moves"]}
            due = next((may[name] for name in forward if name in may), None)
            if any(not gate["open"] and gate["key"] == "begun" for gate in run["gates"]):
                due = may.get("begin_step")
            if due is None:
                continue
            body = {"seen": run["sequence"]}
            if due["step"] is not None:
                body["step"] = due["step"]
                step = next(row for row in run["steps"] if row["index"] == due["step"])
                if due["move"] in {"tick", "countersign"}:
                    body["values"] = {value["name"]: "48211" for value in step["wanted"]}
            answer = programs.client(who).post(
                due["url"],
                body,
                content_type="application/json",
                headers={"Idempotency-Key": f'"{uuid4()}"'},
            )
            assert answer.status_code in {200, 409}, answer.content
    assert game.state.status is RunStatus.COMPLETED


def test_a_refusal_carries_the_present_state(game: Story, send: Send) -> None:
    game.start()
    answer = send("verifier", Tick, step=0, values={"entries": "7"})
    body = answer.json()
    assert answer.status_code == 409
    assert body["code"] == "wrong_role"
    assert body["sentence"] == "This is for the operator; you are the verifier."
    assert body["remedy"] == "Ask the operator to do it from their own screen."
    assert body["sequence"] == body["state"]["sequence"] == game.state.sequence
    assert body["state"]["role"] == "verifier"
    assert body["state"]["current"] == 0
    assert {
        name: allowed[name]
        for allowed in body["state"]["allowed_moves"]
        if allowed["move"] == "hold"
        for name in ("move", "step")
    } == {"move": "hold", "step": None}
    last = game.run.events.order_by("sequence").last()
    assert last.kind == "move.refused"


def test_a_stale_sender_learns_what_is_true_now_and_nothing_is_logged(
    game: Story, send: Send
) -> None:
    seen = game.start().state.sequence
    game.do(Record, "operator", step=0, values={"entries": "5"})
    before = game.state.sequence
    answer = send("operator", Tick, step=0, values={"entries": "6"}, seen=seen)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    assert answer.json()["state"]["steps"][0]["values"] == {"entries": "5"}
    assert game.state.sequence == before


def test_the_wrong_order_is_refused(game: Story, send: Send) -> None:
    game.start()
    answer = send("operator", Tick, step=3)
    assert (answer.status_code, answer.json()["code"]) == (409, "out_of_order")


def test_a_closed_gate_is_named(game: Story, send: Send) -> None:
    game.start().agreed()
    for step in (1, 2):
        game.do(Tick, "operator", step=step)
    game.do(BeginStep, "operator", step=3)
    answer = send("operator", Tick, step=3)
    assert (answer.status_code, answer.json()["code"]) == (409, "gate_countersigned")
    gates = {gate["key"]: gate["open"] for gate in answer.json()["state"]["gates"]}
    assert gates == {"begun": True, "countersigned": False}


@pytest.mark.parametrize("quoted", ["{}", '"{}"'])
def test_the_same_key_again_is_the_same_move(game: Story, send: Send, quoted: str) -> None:
    game.start()
    key = quoted.format("once-only")
    first = send("operator", Note, key=key, text="Once.").json()
    again = send("operator", Note, key=key, text="Once.").json()
    assert again == {**first, "replayed": True}
    assert game.run.events.filter(kind="note.added").count() == 1


def test_a_refused_key_is_refused_again_and_logged_once(game: Story, send: Send) -> None:
    game.start()
    for _ in range(2):
        answer = send("verifier", Tick, key="same", step=0, values={"entries": "7"})
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_role")
    assert game.run.events.filter(kind="move.refused").count() == 1


@pytest.mark.parametrize(
    ("key", "code"),
    [("", "key_missing"), ('""', "key_missing"), ("two words", "key_unusable"),
     ("x" * 65, "key_unusable"), ("schlüssel", "key_unusable")],
)  # fmt: skip
def test_a_move_needs_a_key(game: Story, send: Send, key: str, code: str) -> None:
    before = game.start().state
    answer = send("operator", Note, key=key, text="Seen.")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert game.state == before


def test_a_sender_must_say_what_it_has_seen(game: Story, send: Send) -> None:
    before = game.start().state
    answer = send("operator", Hold, seen=...)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert set(answer.json()["errors"]) == {"seen"}
    assert game.state == before


def test_a_value_that_cannot_be_read_is_named_as_it_was_sent(game: Story, send: Send) -> None:
    game.start()
    answer = send("operator", Tick, step=0, values={"entries": "a lot"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        "values.entries": "“a lot” is not a number. Write a number, such as 0, 12.5 or 1 234 567."
    }
    assert game.state.steps[0].status is StepStatus.OPEN


def test_an_unknown_field_is_refused(game: Story, send: Send) -> None:
    game.start()
    answer = send("operator", Hold, reasons="?")
    assert answer.status_code == 422
    assert "reasons" in answer.json()["errors"]


def test_a_file_is_sent_as_a_form(game: Story, programs: Programs) -> None:
    game.start()
    url = f"/api/v1/runs/{game.run.pk}/moves/attach/"
    listing = SimpleUploadedFile("listing.txt", b"48211 entries")

    def attach(**data: Any) -> Any:
        listing.seek(0)
        body = {"seen": game.state.sequence, "file": listing, **data}
        return programs.client("operator").post(url, body, headers={"Idempotency-Key": uuid4().hex})

    assert attach(step="0").status_code == 200
    files = (
        programs.client("operator").get(f"/api/v1/runs/{game.run.pk}/evidence/").json()["results"]
    )
    assert [(file["name"], file["size"], file["step"]) for file in files] == [
        ("listing.txt", 13, 0)
    ]
    answer: Any = programs.client("operator").get(files[0]["url"])
    assert b"".join(answer.streaming_content) == b"48211 entries"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"] == 'attachment; filename="listing.txt"'
    assert attach(step="x").status_code == 422
    assert attach(file="no file").status_code == 422
    json = programs.client("operator").post(url, {}, content_type="application/json")
    assert json.status_code in {400, 415}


def test_there_is_no_move_of_another_name(game: Story, send: Send) -> None:
    for name in ("retry", "prepare"):
        assert send("operator", name).status_code == 404
    answer = send("operator", Tick, step=0)
    assert answer.status_code == 409


def test_no_such_run(game: Story, programs: Programs) -> None:
    for number in (game.run.pk + 1, 2**63, 10**300):
        for move, data in (("hold", {"seen": 1}), ("note", {"seen": 1, "text": "x"})):
            answer = programs.client("operator").post(
                f"/api/v1/runs/{number}/moves/{move}/",
                data,
                content_type="application/json",
                headers={"Idempotency-Key": "k"},
            )
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_reading_token_cannot_tick(game: Story) -> None:
    game.start()
    for scopes, code in (((Scope.READ,), "token_scope"), ((Scope.AUTHOR,), "token_scope")):
        answer = program(game.people["operator"], *scopes).post(
            f"/api/v1/runs/{game.run.pk}/moves/tick/",
            {"seen": game.state.sequence, "step": 0, "values": {"entries": "1"}},
            content_type="application/json",
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert game.state.steps[0].status is StepStatus.OPEN


def test_a_tick_reads_nothing_before_the_verb(game: Story, programs: Programs) -> None:
    """The token with its owner, the owner's rights (2), and what the verb asks."""
    game.start()
    client, seen = programs.client("operator"), game.state.sequence
    client.get("/api/v1/me/")
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(
            f"/api/v1/runs/{game.run.pk}/moves/tick/",
            {"seen": seen, "step": 0, "values": {"entries": "48211"}},
            content_type="application/json",
            headers={"Idempotency-Key": uuid4().hex},
        )
    assert answer.status_code == 200
    framing = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT pg_notify")
    counted = [q["sql"] for q in asked if not q["sql"].startswith(framing)]
    assert len(counted) <= 8, counted
