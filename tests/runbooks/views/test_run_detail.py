"""The run's pages: what they answer, what they cost, what they never show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from runbooks.machine.moves.log import Attach
from runbooks.machine.moves.run import Abort
from runbooks.machine.moves.second_person import Countersign
from tests.factories.story import SHEET, Story, story

SignIn = Callable[[User], Client]


@pytest.fixture
def game(
    operator: User, verifier: User, decider: User, author: User, approver: User, at: datetime
) -> Story:
    people = (operator, verifier, decider, author, approver)
    return story({person.username: person for person in people}, at)


def page(game: Story, client: Client, name: str = "run_detail", **headers: str) -> str:
    response = client.get(reverse(f"runbooks:{name}", args=[game.run.pk]), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_the_open_step_is_large_and_holds_its_form(
    game: Story, signed_in: SignIn, operator: User
) -> None:
    html = page(game.start(), signed_in(operator))
    assert html.count('id="now"') == 1
    assert 'name="value_entries"' in html
    assert "Tick: Read the newest entry" in html
    assert "Stop, I am not sure" in html


def test_no_page_has_an_inline_style_or_script(
    game: Story, signed_in: SignIn, operator: User
) -> None:
    client = signed_in(operator)
    game.start().agreed()
    for name in ("run_detail", "run_log", "run_print"):
        html = page(game, client, name)
        assert " style=" not in html
        assert "<style" not in html
        assert " on" + "click" not in html
        assert html.count("<script") == html.count("<script type=") == html.count("src=")


def test_the_fragment_is_the_same_without_the_frame(
    game: Story, signed_in: SignIn, operator: User
) -> None:
    html = page(game.start(), signed_in(operator), **{"X-Fragment": "run"})
    assert 'id="head"' in html
    assert 'id="margin"' in html
    assert "masthead" not in html


def test_an_unchanged_page_is_not_sent_again(
    game: Story, signed_in: SignIn, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, url = signed_in(operator), reverse("runbooks:run_detail", args=[game.run.pk])
    monkeypatch.setattr("runbooks.views.run_page.FRESH_SECONDS", 10**9)
    tag = client.get(url)["ETag"]
    unchanged = client.get(url, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged["ETag"]) == (304, tag)
    game.start()
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_the_cost_of_the_page_does_not_grow_with_the_steps(
    game: Story, signed_in: SignIn, operator: User
) -> None:
    client = signed_in(operator)
    long = story(
        game.people, game.at, source=SHEET.replace(b"books", b"shelf") + b"\n- [ ] More" * 60
    )
    counts = []
    for played in (game.start(), long.start()):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(played, client)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 8


def test_the_log_hides_what_is_to_be_measured_blind(
    game: Story, signed_in: SignIn, operator: User, verifier: User
) -> None:
    game.start().measured()
    assert not re.search(r"\b48211\b", page(game, signed_in(verifier), "run_log"))
    assert not re.search(r"\b48211\b", page(game, signed_in(verifier), "run_print"))
    assert "48211" in page(game, signed_in(operator), "run_log")
    # A number could be guessed from a digest, and tried by whoever is to measure it.
    digest = game.run.events.order_by("sequence").last().digest[:12]
    assert digest not in page(game, signed_in(verifier), "run_log")
    assert digest in page(game, signed_in(operator), "run_log")
    export = reverse("runbooks:run_export", args=[game.run.pk])
    assert signed_in(verifier).get(export).status_code == 409
    game.do(Countersign, "verifier", step=0, values={"entries": "48211"})
    told_now = json.loads(signed_in(verifier).get(export).content)
    assert len(told_now["events"]) == told_now["head"]["sequence"]


def test_the_log_can_be_verified_on_its_page(
    game: Story, signed_in: SignIn, operator: User
) -> None:
    game.start().agreed()
    response = signed_in(operator).get(
        reverse("runbooks:run_log", args=[game.run.pk]), {"verify": "1"}
    )
    assert "The log holds" in response.content.decode()


def test_the_list_shows_what_is_under_way_first(
    game: Story, signed_in: SignIn, operator: User
) -> None:
    game.start().do(Abort, "operator", reason="Wrong system.")
    other = story(game.people, game.at, source=SHEET.replace(b"books", b"shelf"))
    html = signed_in(operator).get(reverse("runbooks:run_list")).content.decode()
    assert html.index(f"/runs/{other.run.pk}/") < html.index(f"/runs/{game.run.pk}/")
    held = signed_in(operator).get(reverse("runbooks:run_list"), {"status": "on_hold"})
    assert "No runs here" in held.content.decode()


def test_a_file_is_saved_and_never_shown(game: Story, signed_in: SignIn, operator: User) -> None:
    game.start()
    file = SimpleUploadedFile("seen.txt", b"<script>alert(1)</script>", "text/html")
    game.do(Attach, "operator", file=file)
    evidence = game.run.evidence.get()
    response: Any = signed_in(operator).get(
        reverse("runbooks:evidence_file", args=[game.run.pk, evidence.pk])
    )
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"
    for (
        close
    ) in response._resource_closers:  # what a server does, without ending the test's database
        close()
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert evidence.name in page(game, signed_in(operator))


def test_a_file_of_another_run_is_not_found(game: Story, signed_in: SignIn, operator: User) -> None:
    game.start().do(Attach, "operator", file=SimpleUploadedFile("seen.txt", b"seen", "text/plain"))
    other = story(game.people, game.at, source=SHEET.replace(b"books", b"shelf"))
    address = reverse("runbooks:evidence_file", args=[other.run.pk, game.run.evidence.get().pk])
    assert signed_in(operator).get(address).status_code == 404


def test_an_unknown_run_is_not_found(signed_in: SignIn, operator: User) -> None:
    assert signed_in(operator).get("/runs/999/").status_code == 404
