"""Programs that mean harm or are written badly: tokens of another kind, and keys used twice."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from accounts.enums import Scope
from runbooks.machine.events.kinds import KINDS
from runbooks.machine.moves import MOVES
from tests.factories.api import Programs
from tests.factories.tokens import program


@pytest.mark.parametrize("scope", [Scope.AUTHOR, Scope.ADMIN])
def test_no_move_is_made_with_a_token_for_other_work(programs: Programs, scope: Scope) -> None:
    """To look on and to say STOP a person needs no more than to see the product."""
    programs.run.start()
    before = programs.run.state.sequence
    client = program(programs.people["viewer"], scope)
    moves: list[tuple[str, dict[str, Any]]] = [
        ("take_role", {"role": "observer"}), ("hold", {}), ("note", {"text": "Seen."}),
    ]  # fmt: skip
    for move, data in moves:
        answer = client.post(
            programs.url(f"moves/{move}/"),
            {"seen": before, **data},
            content_type="application/json",
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "token_scope"), move
    assert programs.run.state.sequence == before


def test_a_stop_is_not_swallowed_by_the_key_of_another_move(programs: Programs) -> None:
    programs.run.start()
    assert programs.send("operator", "note", key="same", text="All is well.").status_code == 200
    answer = programs.send("operator", "hold", key="same")
    assert (answer.status_code, answer.json()["code"]) == (409, "key_used")
    assert answer.json()["state"]["status"] == "running"
    assert programs.send("operator", "hold").status_code == 200


def test_a_key_of_somebody_else_answers_nothing(programs: Programs) -> None:
    programs.run.start()
    refused = programs.send("verifier", "tick", key="same", step=0, values={"entries": "7"})
    assert refused.json()["code"] != "key_used"
    for who in ("operator", "viewer"):
        answer = programs.send(who, "tick", key="same", step=0, values={"entries": "7"})
        assert (answer.status_code, answer.json()["code"]) == (409, "key_used")
        assert refused.json()["sentence"] != answer.json()["sentence"]
    again = programs.send("verifier", "tick", key="same", step=0, values={"entries": "7"})
    assert again.json()["code"] == refused.json()["code"]


def test_a_key_of_another_step_ticks_nothing(programs: Programs) -> None:
    programs.run.start().agreed()
    assert programs.send("operator", "tick", key="same", step=1).status_code == 200
    assert programs.send("operator", "tick", key="same", step=2).json()["code"] == "key_used"
    assert programs.send("operator", "tick", key="same", step=1).json()["replayed"] is True


def test_the_first_event_of_every_move_is_known() -> None:
    assert all(move.first_events for move in MOVES)
    assert frozenset[str]().union(*(move.first_events for move in MOVES)) <= set(KINDS)


@pytest.mark.parametrize("more", ["", '; filename="a.txt"'])
def test_a_form_of_a_thousand_parts_is_told_so_in_json(programs: Programs, more: str) -> None:
    part = f'--x\r\nContent-Disposition: form-data; name="a"{more}\r\n\r\n1\r\n'
    answer = programs.client("operator").post(
        programs.url("moves/attach/"),
        part * 1500 + "--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        headers={"Idempotency-Key": "parts"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
