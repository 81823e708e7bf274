"""The failure of the last attempt and the lock, as pages and the API show them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from runbooks.enums import RunKind, RunRole
from runbooks.library import waivers
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Abort, Start
from runbooks.models import Run
from runbooks.runs import preparation
from tests.factories.runs import Play, cast, play
from tests.factories.tokens import program
from tests.runbooks import texts

SignIn = Callable[[User], Client]
WHY = "Both windows carried <the same> title."
BOOK = "/runbooks/tried/"


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return cast()


@pytest.fixture
def failed(people: dict[str, User], at: datetime) -> Play:
    """A live run that went wrong at its second step."""
    game = play(texts.PLAIN, at, people=people)
    game.tick(0)
    game.move(Abort, reason=WHY, deviation="wrong-direction")
    return game


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def tells(html: str, run: Run) -> bool:
    """Whether a page says of `run` that it went wrong, at which step, and why."""
    return all(
        words in html
        for words in (
            f'href="/runs/{run.pk}/"',
            "wrong direction",
            "It failed at step 2, Read the newest row, because:",
            "Both windows carried &lt;the same&gt; title.",
        )
    )


def test_the_next_start_shows_it(failed: Play, signed_in: SignIn) -> None:
    html = page(signed_in(failed.people["operator"]), f"{BOOK}1/start/")
    assert "The last attempt failed here" in html
    assert "locked for live use" in html
    assert tells(html, failed.run)


def test_a_live_start_is_refused_with_what_was_typed(failed: Play, signed_in: SignIn) -> None:
    client = signed_in(failed.people["operator"])
    sent = {"kind": "live", "title": "Once more", "key": "k-1"}
    response = client.post(f"{BOOK}1/start/", sent)
    html = response.content.decode()
    assert (response.status_code, Run.objects.count()) == (409, 1)
    assert 'data-code="locked"' in html
    assert 'value="Once more"' in html
    assert client.post(f"{BOOK}1/start/", {**sent, "kind": "drill"}).status_code == 303


def test_the_runbooks_page_shows_the_lock_and_the_waiver_to_those_who_may(
    failed: Play, signed_in: SignIn
) -> None:
    html = page(signed_in(failed.people["operator"]), BOOK)
    assert "Locked for live use" in html
    assert tells(html, failed.run)
    assert "Start live" not in html
    assert "Drill</a>" in html
    assert "/1/waive/" not in html
    html = page(signed_in(failed.people["approver"]), BOOK)
    assert f'action="{BOOK}1/waive/"' in html
    assert f'<input type="hidden" name="run" value="{failed.run.pk}"' in html


def test_a_waiver_lets_it_go_on_and_stays_readable(failed: Play, signed_in: SignIn) -> None:
    client = signed_in(failed.people["approver"])
    sent = {"run": failed.run.pk, "reason": "The windows are labelled."}
    response = client.post(f"{BOOK}1/waive/", sent)
    assert (response.status_code, response["Location"]) == (303, BOOK)
    html = page(client, BOOK)
    assert "Locked for live use" not in html
    assert "Waived failures" in html
    html = page(signed_in(failed.people["operator"]), f"{BOOK}1/start/")
    assert tells(html, failed.run)
    assert "“The windows are labelled.”" in html
    assert "locked for live use" not in html
    again = client.post(f"{BOOK}1/waive/", sent)
    assert 'data-code="waived_already"' in again.content.decode()


def test_what_was_typed_into_the_waiver_comes_back(failed: Play, signed_in: SignIn) -> None:
    client = signed_in(failed.people["approver"])
    response = client.post(f"{BOOK}1/waive/", {"run": failed.run.pk, "reason": "x" * 1001})
    html = response.content.decode()
    assert response.status_code == 422
    assert "x" * 1001 in html
    assert 'class="error"' in html


def test_the_run_itself_says_what_went_wrong(failed: Play, signed_in: SignIn) -> None:
    html = page(signed_in(failed.people["operator"]), f"/runs/{failed.run.pk}/")
    assert "It went wrong: wrong direction." in html
    assert "went wrong: wrong direction, at step 2, Read the newest row" in html


def test_its_operator_is_told_why_there_is_no_form(
    people: dict[str, User], at: datetime, signed_in: SignIn
) -> None:
    people["approver"].groups.add(*people["operator"].groups.all())
    text = play(texts.PLAIN, at, people=people, started=False).run.revision
    run = preparation.prepare(
        revision=text, kind=RunKind.LIVE, parameters={}, by=people["approver"], at=at
    )
    mine = Play(run, {**people, "operator": people["approver"]}, at)
    mine.move(TakeRole, role=RunRole.OPERATOR)
    mine.move(Abort, reason="It was not my night.", deviation="wrong-target")
    html = page(signed_in(people["approver"]), BOOK)
    assert "Nobody clears their own failure" in html
    assert "/1/waive/" not in html


def test_the_brief_of_a_prepared_run_shows_it_and_offers_no_start(
    people: dict[str, User], at: datetime, signed_in: SignIn
) -> None:
    waiting = play(texts.PLAIN, at, people=people, started=False)
    client = signed_in(people["operator"])
    path = f"/runs/{waiting.run.pk}/"
    assert "The last attempt" not in page(client, path)
    assert 'action="/runs/' + f'{waiting.run.pk}/start/"' in page(client, path)
    other = Play(
        preparation.prepare(
            revision=waiting.run.revision, kind=RunKind.LIVE, parameters={},
            by=people["operator"], at=at,
        ),
        people,
        at,
    )  # fmt: skip
    other.move(TakeRole, role=RunRole.OPERATOR)
    other.move(Abort, reason=WHY, deviation="wrong-target")
    html = page(client, path)
    assert "The last attempt failed here" in html
    assert "cannot be started while revision 1 is locked" in html
    assert f"/runs/{waiting.run.pk}/start/" not in html
    waivers.waive(
        other.run.revision, run=other.run.pk, reason="so", by=people["approver"], at=other.at
    )
    waiting.move(Start, acknowledged=True, conditions=True)
    assert "The last attempt" not in page(client, path)
    waiting.move(Hold)
    assert "The last attempt failed here" in page(client, path)


def test_programs_are_told_the_same(failed: Play) -> None:
    door = program(failed.people["operator"])
    drill = door.post(
        "/api/v1/runs/",
        {"runbook": "tried", "revision": 1, "kind": "drill"},
        content_type="application/json",
        headers={"Idempotency-Key": "one"},
    ).json()
    last = drill["brief"]["last_failure"]
    assert (last["run"], last["deviation"], last["because"]) == (
        failed.run.pk, "wrong-direction", WHY,
    )  # fmt: skip
    assert (last["step"], last["waived_by"]) == ("2, Read the newest row", None)
    assert drill["brief"]["lock"] is None  # a drill is never locked
    lock = door.get("/api/v1/runbooks/tried/").json()["revision"]["lock"]
    assert lock == last
    waivers.waive(
        failed.run.revision, run=failed.run.pk, reason="so", by=failed.people["approver"],
        at=failed.at,
    )  # fmt: skip
    assert door.get("/api/v1/runbooks/tried/").json()["revision"]["lock"] is None
    brief = door.get(f"/api/v1/runs/{drill['id']}/").json()["brief"]
    assert brief["last_failure"]["waived_because"] == "so"


def test_a_program_may_not_start_it_live(failed: Play) -> None:
    response = program(failed.people["operator"]).post(
        "/api/v1/runs/",
        {"runbook": "tried", "revision": 1, "kind": "live"},
        content_type="application/json",
        headers={"Idempotency-Key": "one"},
    )
    assert (response.status_code, response.json()["code"]) == (409, "locked")


def test_the_form_that_ends_a_run_asks_what_went_wrong(
    people: dict[str, User], at: datetime, signed_in: SignIn
) -> None:
    game = play(texts.ABORT, at, people=people)
    client = signed_in(people["operator"])
    assert "Nothing of the kind" in page(client, f"/runs/{game.run.pk}/")
    game.tick(0)
    game.move(Abort, reason="so", deviation="wrong-copy")
    html = page(client, f"/runs/{game.run.pk}/")
    assert "Nothing of the kind" not in html
    kept = re.search(r"<input[^>]*abort-run-deviation_2[^>]*>", html)
    assert kept
    assert 'value="wrong-copy"' in kept[0]
    assert "checked" in kept[0]
