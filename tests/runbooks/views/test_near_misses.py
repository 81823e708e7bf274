"""The page of near misses, what the log of a run shows of them, and the API of both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from runbooks.machine.moves.run import Abort
from tests.factories.missed import missed, overridden, refused
from tests.factories.story import Story, story
from tests.factories.tokens import program

SignIn = Callable[[User], Client]
PAGE = "/near-misses/"
API = "/api/v1/near-misses/"


@pytest.fixture
def game(operator: User, verifier: User, decider: User, author: User, approver: User) -> Story:
    """A run with three refusals, a mismatch and an override, an hour ago."""
    people = (operator, verifier, decider, author, approver)
    ago = datetime.now(UTC) - timedelta(hours=1)
    played = story({person.username: person for person in people}, ago).start()
    missed(played.run, operator, played.at)
    return played


def html(client: Client, query: str = "", page: str = PAGE) -> str:
    answer = client.get(f"{page}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_the_first_one_the_page_says_so(signed_in: SignIn, viewer: User) -> None:
    assert "No near misses yet" in html(signed_in(viewer))


def test_each_is_told_and_all_are_counted(game: Story, signed_in: SignIn, viewer: User) -> None:
    page = html(signed_in(viewer))
    assert "<b>4</b> near misses, 1 of them a mismatch" in page
    assert page.count('class="near-miss"') == 4
    assert "WRONG TARGET" in page
    assert "This is not the target." in page
    assert "Read the identifiers again." in page
    assert "Guard: stopped writers · tried: tick · step 1, Read the newest entry" in page
    assert f'href="/runs/{game.run.pk}/log/?near-misses=1#line-' in page
    assert "By guard (n = 4)" in page
    assert "on a plane" not in page  # an override is no near miss
    assert "on a plane" in html(signed_in(viewer), "?what=override")


def test_nobody_is_named(game: Story, signed_in: SignIn, viewer: User) -> None:
    page = html(signed_in(viewer)).split("<main", 1)[1]
    counted = program(viewer).get(f"{API}tallies/").content.decode()
    listed = program(viewer).get(API).content.decode()
    for person in game.people.values():
        for text in (page, counted, listed):
            assert person.name not in text
            assert person.username not in text


def test_filters_stay_on_every_link(game: Story, signed_in: SignIn, viewer: User) -> None:
    by, at = game.people["operator"], game.at + timedelta(minutes=1)
    for number in range(50):
        refused(game.run, "identify", by=by, at=at + timedelta(seconds=number))
    client = signed_in(viewer)
    page = html(client, "?guard=identify&period=week")
    assert page.count('class="near-miss"') == 50
    assert '<option value="identify" selected>' in page
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "guard=identify" in older
    assert "period=week" in older
    rest = html(client, older)
    assert rest.count('class="near-miss"') == 2
    assert 'href="?guard=identify&amp;period=week"' in rest


@pytest.mark.parametrize(
    "query",
    ["?guard=nobody", "?run=x", "?before=1", "?period=day&kind=x", "?what=refused", "?runbook=%00"],
)
def test_what_nobody_offers_narrows_nothing(
    game: Story, signed_in: SignIn, viewer: User, query: str
) -> None:
    assert "<b>4</b> near misses" in html(signed_in(viewer), query)


def test_nothing_fits(game: Story, signed_in: SignIn, viewer: User) -> None:
    assert "No near miss fits" in html(signed_in(viewer), "?kind=drill")
    assert "None fits" in html(signed_in(viewer), "?guard=mark")


def test_the_number_of_queries_stands(game: Story, signed_in: SignIn, viewer: User) -> None:
    client = signed_in(viewer)

    def queries() -> int:
        html(client)  # the state of the run that differs is built once, and remembered
        with CaptureQueriesContext(connection) as caught:
            html(client)
        return len(caught)

    before = queries()
    for number in range(20):
        refused(game.run, "mark", by=game.people["operator"], at=game.at, step=number % 4)
    assert queries() == before


def test_the_log_of_a_run_shows_them_alone(game: Story, signed_in: SignIn, viewer: User) -> None:
    overridden(game.run, "hold", by=game.people["operator"], at=game.at)
    log, client = f"/runs/{game.run.pk}/log/", signed_in(viewer)
    whole, alone = html(client, page=log), html(client, "?near-misses=1", page=log)
    assert "4 near misses" in whole
    assert whole.count('class="refused"') == 5  # one was too early
    assert alone.count('class="refused"') == whole.count(">near miss<") == 4
    assert alone.count('id="line-') == 4
    other = story(game.people, game.at, revision=game.run.revision)
    empty = html(client, "?near-misses=1", page=f"/runs/{other.run.pk}/log/")
    assert "This run has no near misses" in empty


def test_by_api(game: Story, viewer: User) -> None:
    door = program(viewer)
    page = door.get(f"{API}?limit=3").json()
    assert [row["what"] for row in page["results"]] == ["mismatch", "refusal", "refusal"]
    newest = page["results"][0]
    assert (newest["guard"], newest["caught"], newest["step"]) == ("identify", "wrong target", 0)
    assert len(door.get(page["next"]).json()["results"]) == 1
    counted = door.get(f"{API}tallies/?kind=live").json()
    assert (counted["n"], counted["mismatches"], counted["overrides"]) == (4, 1, 1)
    first = counted["guards"][0]
    assert (first["key"], first["n"]) == ("identify", 2)
    assert first["url"] == f"{API}?kind=live&guard=identify"
    assert len(door.get(first["url"]).json()["results"]) == 2
    until = game.at.isoformat().replace("+00:00", "Z")
    assert door.get(f"{API}?until={until}").json()["results"] == []


@pytest.mark.parametrize("query", ["cursor=7", "what=refused", "since=yesterday", "person=1"])
def test_what_the_api_cannot_read(game: Story, viewer: User, query: str) -> None:
    assert program(viewer).get(f"{API}?{query}").status_code == 422


def test_a_run_tells_them_when_it_ends(game: Story, signed_in: SignIn, viewer: User) -> None:
    page, client = f"/runs/{game.run.pk}/", signed_in(viewer)
    assert "It had" not in html(client, page=page)
    game.do(Abort, "operator", reason="Enough for today.")
    text = html(client, page=page)
    assert "It had <a" in text
    assert '?near-misses=1">4 near misses</a>' in text
