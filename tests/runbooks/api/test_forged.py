"""JSON that nobody should send: each is told what is wrong with it, and none is a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runbooks.api.moves import serializer_of
from runbooks.machine.move import Move
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.log import Attach
from tests.factories.api import Programs

WRONG: tuple[Any, ...] = ([], {"a": []}, 10**40, 1.5, "\0", "\ud800")
BODIES = {move: serializer_of(move) for move in MOVES}
JSON_MOVES = [move for move in BODIES if move is not Attach]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"seen"', 422),
        (b"3", 422),
        (b'{"seen": NaN}', 400),
        (b'{"seen": Infinity}', 400),
        (b'{"seen": 1e400}', 422),
        (b'{"seen": ' + b"9" * 5000 + b"}", 400),
        (b'{"seen": ' + b"9" * 4000 + b"}", 422),
        (b'{"seen": -1}', 422),
        (b'{"seen": 1.5}', 422),
        (b'{"seen": true}', 422),
        (b'{"seen": [1]}', 422),
        (b'{"seen": {"a": 1}}', 422),
        (b'{"seen": null}', 422),
        (b'{"seen": 1, "text": ["a"]}', 422),
        (b'{"seen": 1, "text": 5}', 422),
        (b'{"seen": 1, "text": true}', 422),
        (b'{"seen": 1, "text": {"a": "b"}}', 422),
        (b'{"seen": 1, "text": "a\\u0000b"}', 422),
        (b'{"seen": 1, "text": "a\\ud800b"}', 422),
        (b'{"seen": 1, "text": "a", "\\ud800": 1}', 422),
        (b'{"seen": 1, "text": "a", "\\u0000": 1}', 422),
        (b'{"seen": 1, "text": "a", "step": 1e30}', 422),
        (b'{"seen": 1, "text": "a", "step": 1000000}', 422),
        (b'{"seen": 1, "text": "a", "by": 1}', 422),
        (b'{"seen": 1, "text": "a", "at": "2020-01-01T00:00:00Z"}', 422),
        (b'{"seen": 1, "text": "a", "key": "b"}', 422),
        (b'{"seen": 1, "text": "a", "store": "b"}', 422),
        (b'{"seen": 1, "text": "' + b"a" * 4001 + b'"}', 422),
        (b"[" * 100_000, 400),
        (b'{"seen":' * 50_000, 400),
        (b'{"a": "\xff"}', 400),
        (b'{"text": "' + b"a" * 3_000_000 + b'"}', 413),
    ],
)
def test_a_note_that_cannot_be_read(programs: Programs, body: bytes, status: int) -> None:
    before = programs.run.start().state.sequence
    answer = programs.raw("operator", "note", body)
    assert answer.status_code == status, answer.content[:300]
    assert {"code", "sentence", "remedy"} <= set(answer.json())
    assert programs.run.state.sequence == before


@pytest.mark.parametrize(
    "values",
    [
        [], "48211", 48211, None, True, {"entries": 48211}, {"entries": ["48211"]},
        {"entries": None}, {"entries": {"a": "b"}}, {"entries": "4\0"}, {"entries": "4\ud800"},
        {"entries\0": "4"}, {"\ud800": "4"}, {"": "4"}, {"x" * 81: "4"},
    ],
)  # fmt: skip
def test_values_that_cannot_be_read(programs: Programs, values: Any) -> None:
    before = programs.run.start().state
    answer = programs.raw(
        "operator", "tick", json.dumps({"seen": 7, "step": 0, "values": values}).encode()
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert programs.run.state == before


@pytest.mark.parametrize("move", JSON_MOVES)
def test_each_field_of_each_move_refuses_each_wrong_type(
    programs: Programs, move: type[Move]
) -> None:
    """A list, an object, a number beyond every column, a text that no database keeps."""
    before = programs.run.start().state.sequence
    for name in BODIES[move]().fields:
        for wrong in WRONG:
            body = {"seen": before, "step": 0, name: wrong}
            known = {key: value for key, value in body.items() if key in BODIES[move]().fields}
            answer = programs.raw("operator", move.kind, json.dumps(known).encode())
            assert answer.status_code == 422, (name, wrong, answer.content)
    assert programs.run.state.sequence == before


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    sorted({str(name) for kind in BODIES.values() for name in kind().fields} | {"by", "at", ""})
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    move=st.sampled_from(JSON_MOVES),
    body=st.dictionaries(names, anything, max_size=5),
    who=st.sampled_from(["operator", "verifier", "viewer"]),
)
def test_no_body_is_a_fault_of_ours(
    programs: Programs, move: type[Move], body: dict[str, Any], who: str
) -> None:
    answer = programs.raw(who, move.kind, json.dumps(body).encode())
    assert answer.status_code in {200, 400, 403, 409, 422, 429}, answer.content


def test_the_body_must_be_called_json(programs: Programs) -> None:
    programs.run.start()
    url, key = programs.url("moves/hold/"), {"Idempotency-Key": "k"}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = programs.client("operator").post(url, b"seen=7", content_type=kind, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (415, "media_type")
