"""Who measures again has the command to measure with; a command that is locked stays locked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from accounts.models import User
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Tick
from tests.factories.people import PASSWORD
from tests.factories.runs import Play, cast, play
from tests.factories.tokens import program

SignIn = Callable[[User], Client]
MEASURE, LOOK, ACT = "count-entries --of books", "look-at-it --twice", "put-in-place --now"
INLINE, RAW = "dropdb books-of-old", "rm -rf /srv/books-of-old"
TEXT = f"""---
title: Measure again
purpose: p
worst_case: w
abort_rule: a
---

- [ ] Count the entries

  ```sh
  {MEASURE}
  ```

  ```guard
  record:
    entries: {{type: number, label: Entries}}
  countersign: after
  ```

- [ ] Look at it

  ```sh
  {LOOK}
  ```

  ```guard
  role: verifier
  ```

- [ ] Put it in place

  This does what `{INLINE}` does, with `put-in-place`.

  ```sh
  {ACT}
  ```

  <pre>{RAW}</pre>

  ```guard
  countersign: before
  ```
"""
EVERYBODY = ("operator", "verifier", "decider", "relief", "viewer")


@pytest.fixture
def run(db: None, counters: None) -> Play:
    """Pages go by the clock of the server, and a countersign counts for two minutes."""
    return play(TEXT.encode(), datetime.now(UTC) - timedelta(minutes=1), people=cast())


def _shown(run: Play, signed_in: SignIn, who: str) -> set[str]:
    """The commands that `who` is shown: on the page, in the fragment and by the API alike."""
    page, client = f"/runs/{run.run.pk}/", signed_in(run.people[who])
    texts = [
        client.get(page).content.decode(),
        client.get(page, headers={"X-Fragment": "run"}).content.decode(),
        program(run.people[who]).get(f"/api/v1{page}").content.decode(),
    ]
    plain = [unescape(re.sub(r"<[^<>]+>", "", text)) for text in texts]
    shown = [{command for command in (MEASURE, LOOK, ACT) if command in text} for text in plain]
    assert shown[0] == shown[1] == shown[2]
    return shown[0]


def _seen_by(run: Play, signed_in: SignIn) -> dict[str, set[str]]:
    return {who: _shown(run, signed_in, who) for who in EVERYBODY}


def _all(*commands: str) -> dict[str, set[str]]:
    return {who: set(commands) for who in EVERYBODY}


def test_the_command_is_there_while_a_second_measurement_is_awaited(
    run: Play, signed_in: SignIn
) -> None:
    assert _seen_by(run, signed_in) == _all(MEASURE)
    run.tick(0, entries="48211")
    assert _seen_by(run, signed_in) == _all(MEASURE)
    html = signed_in(run.people["verifier"]).get(f"/runs/{run.run.pk}/").content.decode()
    assert re.search(r'id="step-0"[^>]* data-commands>', html)
    assert 'class="locked">The command appears when all gates' not in html
    assert not re.search(r"\b48211\b", html)
    run.move(Hold, by="verifier")
    assert _seen_by(run, signed_in) == _all()
    run.move(Resume, by="operator", read_back="none", comment="")
    assert _seen_by(run, signed_in) == _all(MEASURE)


def test_a_step_of_the_verifier_shows_them_its_command(run: Play, signed_in: SignIn) -> None:
    run.tick(0, entries="48211")
    run.move(Countersign, by="verifier", step=0, values={"entries": "48211"})
    assert LOOK in _shown(run, signed_in, "verifier")
    html = signed_in(run.people["verifier"]).get(f"/runs/{run.run.pk}/").content.decode()
    assert re.search(r'id="step-1"[^>]* data-commands>', html)


def test_a_command_that_waits_for_a_countersign_is_shown_to_nobody(
    run: Play, signed_in: SignIn
) -> None:
    run.tick(0, entries="48211")
    run.move(Countersign, by="verifier", step=0, values={"entries": "48211"})
    run.move(Tick, by="verifier", step=1, values={})
    run.move(BeginStep, step=2)
    assert all(ACT not in shown for shown in _seen_by(run, signed_in).values())
    html = signed_in(run.people["operator"]).get(f"/runs/{run.run.pk}/").content.decode()
    assert "put-in-place</code>" in html
    assert "not shown now" in html


@pytest.mark.parametrize("needle", [INLINE, RAW])
def test_no_locked_command_is_told_in_a_sentence_or_as_html(
    run: Play, signed_in: SignIn, needle: str
) -> None:
    def tells() -> bool:
        page, client = f"/runs/{run.run.pk}/", signed_in(run.people["operator"])
        api = program(run.people["operator"]).get(f"/api/v1{page}").content.decode()
        return needle in client.get(page).content.decode() or needle in api

    assert not tells()
    run.tick(0, entries="48211")
    run.move(Countersign, by="verifier", step=0, values={"entries": "48211"})
    run.move(Tick, by="verifier", step=1, values={})
    assert not tells()
    run.move(BeginStep, step=2)
    assert not tells()
    run.move(Countersign, by="verifier", step=2, values={}, password=PASSWORD)
    assert tells()
    run.tick(2)
    assert not tells()
