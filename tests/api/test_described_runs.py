"""What the API of runbooks and runs answers is what its document says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS

from accounts.models import User
from config.api import document
from runbooks.api import examples
from runbooks.api.moves import example_of, serializer_of
from runbooks.machine.move import Move
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.hold import Hold
from tests.factories.api import Programs
from tests.factories.described import check
from tests.factories.story import story


@pytest.fixture
def programs(
    operator: User, verifier: User, decider: User, author: User, approver: User, at: datetime
) -> Programs:
    people = {person.username: person for person in (operator, verifier, decider, author, approver)}
    return Programs(story(people, at), people)


def answers(programs: Programs) -> Iterator[tuple[Any, str]]:
    for who in ("operator", "verifier", "approver"):
        yield programs.now(who), "RunNow"
    get = programs.client("operator").get
    yield get("/api/v1/runs/").json(), "RunLinePage"
    yield get("/api/v1/runbooks/").json(), "RunbookLinePage"
    yield get("/api/v1/runbooks/restore-the-books/").json(), "RunbookWhole"
    yield get("/api/v1/runbooks/restore-the-books/revisions/").json(), "RevisionLinePage"
    yield get("/api/v1/runbooks/restore-the-books/revisions/1/").json(), "RevisionWhole"
    yield get("/api/v1/runbooks/restore-the-books/revisions/1..1/").json(), "Difference"
    for query in ("", "?exact=1"):
        yield programs.get("operator", f"events/{query}").json(), "EventLinePage"
    yield programs.get("operator", "export/").json(), "Export"
    yield programs.get("operator", "verification/").json(), "RunVerification"
    yield programs.get("operator", "evidence/").json(), "EvidenceLinePage"
    yield programs.send("verifier", "tick", step=0).json(), "Problem"
    yield programs.send("verifier", "tick").json(), "Problem"


def test_every_answer_is_as_the_document_says(programs: Programs) -> None:
    for value, name in answers(programs):
        check(value, name)
    programs.run.start().measured()
    for value, name in answers(programs):
        check(value, name)
    check(programs.send("operator", "note", text="Seen.").json(), "MoveDone")
    programs.run.do(Hold, "verifier")
    check(programs.now("operator"), "RunNow")


@pytest.mark.parametrize(
    "move", [move for move in MOVES if not move.takes_file], ids=lambda move: move.kind
)
def test_the_example_of_each_move_can_be_sent(move: type[Move]) -> None:
    reader = serializer_of(move)(data=example_of(move))
    assert reader.is_valid(), reader.errors


def test_the_examples_of_answers() -> None:
    check(examples.RUN, "RunNow")
    check(examples.DONE, "MoveDone")


def test_the_document_is_made_without_a_warning() -> None:
    document.made.cache_clear()
    GENERATOR_STATS.reset()
    made = document.made()
    assert not GENERATOR_STATS, dict(GENERATOR_STATS._warn_cache)
    assert "/live/runs/{id}" in made["paths"]
