"""The page of all known copies, and the question to everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.enums import Scope
from accounts.models import User
from notices.models import Notice
from runbooks.machine.moves.run import Complete
from runbooks.machine.moves.steps import Tick
from runbooks.runs import replay
from tests.factories import inventory as make
from tests.factories.runs import Play, play
from tests.factories.tokens import program
from tests.runbooks.texts import text

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def people(
    operator: User, verifier: User, decider: User, author: User, approver: User
) -> dict[str, User]:
    return {
        "operator": operator,
        "verifier": verifier,
        "decider": decider,
        "author": author,
        "approver": approver,
    }


@pytest.fixture
def game(people: dict[str, User], at: datetime) -> Play:
    system = make.system(people["operator"], at)
    make.copy(system, people["operator"], at, good=True)
    return play(text("Look", "Tell", front="system: ledger"), at, people=people)


def sent(game: Play, **data: Any) -> dict[str, Any]:
    return {"seen": game.run.sequence, "key": "one", **data}


def test_every_copy_is_listed_with_age_place_holder_and_state(
    game: Play, viewer: User, signed_in: SignIn
) -> None:
    page = signed_in(viewer).get(f"/runs/{game.run.pk}/copies/").text
    for word in ("ledger-0606.dump", "backup-1:/srv/backup", "LAST GOOD COPY", "old", "good"):
        assert word in page
    assert page.index("ledger-0606.dump") < page.index("Nobody has asked the team")
    assert "Ask: does anyone" not in page
    assert "Register a copy" not in page


def test_everybody_is_asked_in_the_product_and_answers_on_the_page(
    game: Play, operator: User, verifier: User, viewer: User, signed_in: SignIn
) -> None:
    page = f"/runs/{game.run.pk}/copies/"
    asking = signed_in(operator).post(f"{page}?move=ask_copies", sent(game, text="Of today?"))
    assert (asking.status_code, asking.headers["Location"]) == (303, page)
    notices = Notice.objects.filter(key__startswith="copies-asked:")
    assert set(notices.values_list("person", flat=True)) >= {viewer.pk, verifier.pk}
    assert not notices.filter(person=operator).exists()
    assert set(notices.values_list("url", flat=True)) == {page}
    browser = signed_in(viewer)
    assert "Does anyone hold a copy?" in browser.get("/notices/").text
    called = browser.get(page).text  # who is called here need not scroll past every copy
    assert called.index("Does anyone hold a newer one?") < called.index("ledger-0606.dump")
    empty = browser.post(page, sent(game, key="empty", holds="yes", text=""))
    assert empty.status_code == 422
    assert "Say which" in empty.text
    unsaid = browser.post(page, sent(game, key="unsaid", text="My stick"))
    assert unsaid.status_code == 422
    assert "Say whether you hold one." in unsaid.text
    by_program = f"/api/v1/runs/{game.run.pk}/moves/answer_copies/"
    for data in ({}, {"holds": "perhaps"}):
        refused = program(viewer, Scope.RUN).post(
            by_program,
            {"seen": game.run.sequence, **data},
            content_type="application/json",
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert refused.status_code == 422
        assert list(refused.json()["errors"]) == ["holds"]
    answer = sent(game, key="two", holds="yes", text="<b>My stick</b>")
    assert browser.post(page, answer).status_code == 303
    shown = browser.get(page).text
    assert "&lt;b&gt;My stick&lt;/b&gt;" in shown
    assert "holds one" in shown
    assert "My stick" in browser.get(f"/runs/{game.run.pk}/").text
    game.run.refresh_from_db()
    assert replay.verify(game.run).faults == ()


def test_what_may_not_be_asked_or_answered_comes_back_with_what_was_typed(
    game: Play, viewer: User, signed_in: SignIn
) -> None:
    browser = signed_in(viewer)
    page = f"/runs/{game.run.pk}/copies/"
    assert browser.post(f"{page}?move=ask_copies", sent(game, text="Mine?")).status_code == 409
    early = browser.post(page, sent(game, key="two", holds="no"))
    assert early.status_code == 409
    assert "Nobody has asked the team for copies" in early.text


def test_a_run_without_a_system_says_so(
    people: dict[str, User], at: datetime, signed_in: SignIn
) -> None:
    alone = play(text("Look"), at, people=people)
    browser = signed_in(people["operator"])
    page = f"/runs/{alone.run.pk}/copies/"
    assert "names no system" in browser.get(page).text
    alone.move(Tick, step=0, values={})
    alone.move(Complete, summary="")
    assert "Nobody has asked the team" not in browser.get(page).text
    assert browser.get("/runs/999/copies/").status_code == 404
