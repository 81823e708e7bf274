"""What the open step asks for: in groups by guard, blind where it must be, kept when refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from runbooks.enums import RunStatus
from runbooks.lint.rules import RULES
from runbooks.machine.moves.steps import BeginStep, Record, Tick
from runbooks.models import Run
from runbooks.runs import persistence
from tests.factories.inventory import copy, instance, system
from tests.factories.people import person
from tests.factories.runs import Play, cast, play

SignIn = Callable[[User], Client]
FIRST, SECOND = "7301234567890123456", "b08dfa6083e7567a1921a715000001fb"
CANCEL = "press Ctrl-C once"
TEXT = b"""---
title: Restore the ledger beside
system: ledger
parameters:
  dump:   {type: copy, label: The backup}
  target: {type: instance, label: The database}
---

- [ ] Identify the server

  ```guard
  record:
    in_recovery: {type: choice, options: [t, f], label: In recovery, equals: f}
  identify: target
  ```

- [ ] Mark it

  ```guard
  mark: target
  ```

- [ ] Say which way

  ```guard
  direction: {from: dump, into: target}
  ```

- [ ] Restore it

  ```sh
  pg_restore --verbose <dump>
  ```

  ```guard
  record:
    exit_status: {type: number, label: Exit status, equals: 0}
  wait: {expect: [connecting to database], bad: [writing backup], cancel: press Ctrl-C once}
  duration: {expected: 15m, max: 30m}
  ```
"""


@pytest.fixture
def game(db: None, at: datetime) -> Play:
    return begun(TEXT, at)


def begun(text: bytes, at: datetime, *, started: bool = True, **about: str) -> Play:
    """A run of `text`; `about` is what is known of the target."""
    people, keeper = cast(), person("keeper", "kp", *Role)
    ledger = system(keeper, at)
    target, dump = instance(ledger, keeper, at, **about), copy(ledger, keeper, at, good=True)
    given = {"dump": str(dump.pk), "target": str(target.pk)}
    return play(text, at, people=people, parameters=given, started=started)


def page(game: Play, client: Client) -> str:
    return client.get(reverse("runbooks:run_detail", args=[game.run.pk])).content.decode()


def at_the_wait(game: Play) -> Play:
    game.tick(0, in_recovery="f", **{"identify.first": FIRST, "identify.second": SECOND})
    game.tick(1, **{"mark.read_back": token(game)})
    game.tick(2, **{"direction.from": "ledger-0606.dump", "direction.into": "ledger"})
    return game


def token(game: Play) -> str:
    return persistence.load(game.run.pk)[1].stated.token


def test_both_identifiers_are_asked_blind_and_before_what_is_recorded(
    game: Play, signed_in: SignIn
) -> None:
    html = page(game, signed_in(game.people["operator"]))
    group = html.index("Is this ledger @ db-prod-1?")
    assert group < html.index('name="value_identify.first"') < html.index("value_in_recovery")
    field = html[html.index('name="value_identify.first"') :][:200]
    assert 'autocomplete="off"' in field
    assert 'spellcheck="false"' in field
    assert FIRST not in html
    assert SECOND not in html


def test_identifiers_that_fitted_are_told_as_fitting_and_not_themselves(
    game: Play, signed_in: SignIn
) -> None:
    game.tick(0, in_recovery="f", **{"identify.first": FIRST, "identify.second": SECOND})
    for who in ("operator", "verifier", "viewer"):
        html = page(game, signed_in(game.people[who]))
        assert "Two identifiers <b>as in the inventory</b>" in html
        assert FIRST not in html


def test_what_was_typed_stands_there_again_after_a_refusal(game: Play, signed_in: SignIn) -> None:
    sent = {"step": "0", "seen": str(game.run.sequence), "key": "k", "value_identify.first": FIRST}
    url = reverse("runbooks:run_move", args=[game.run.pk, Tick.kind])
    answer = signed_in(game.people["operator"]).post(url, sent)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{FIRST}"' in html
    assert 'id="tick-0-value_identify.second_error"' in html


def test_the_mark_names_the_token_and_where_it_goes(game: Play, signed_in: SignIn) -> None:
    game.tick(0, in_recovery="f", **{"identify.first": FIRST, "identify.second": SECOND})
    html = page(game, signed_in(game.people["operator"]))
    assert "Mark ledger @ db-prod-1" in html
    assert token(game) in html


def test_a_mark_that_stands_is_only_read_again(at: datetime, db: None, signed_in: SignIn) -> None:
    again = TEXT.replace(
        b"- [ ] Say which way",
        b"- [ ] Look again\n\n  ```guard\n  mark: target\n  ```\n\n- [ ] Say which way",
    )
    game = begun(again, at)
    game.tick(0, in_recovery="f", **{"identify.first": FIRST, "identify.second": SECOND})
    game.tick(1, **{"mark.read_back": token(game)})
    html = page(game, signed_in(game.people["operator"]))
    asked = html[html.index("Is this still ledger @ db-prod-1?") : html.index("Tick: Look again")]
    assert 'name="value_mark.read_back"' in asked
    assert token(game) not in asked


@pytest.mark.django_db
@pytest.mark.parametrize(("environment", "red"), [("production", 1), ("development", 0)])
def test_the_brief_says_which_rules_are_waived_and_warns_of_production_alone(
    at: datetime, signed_in: SignIn, environment: str, red: int
) -> None:
    text = TEXT.replace(b"parameters:", b'waive: {L31: "The verifier reads it."}\nparameters:')
    text += b"\n- [ ] Write it\n\n  ```guard\n  overwrite: {target: target, from: dump}\n  ```\n"
    game = begun(text, at, environment=environment, started=False)
    html = page(game, signed_in(game.people["operator"]))
    brief = html[html.index("Before it starts") : html.index("What is asked of each role")]
    assert RULES["L31"].summary[:20] in brief
    assert "<q>The verifier reads it.</q>" in brief
    assert brief.count('class="lost"') == red


def test_a_direction_step_says_both_words_and_picks_nothing(game: Play, signed_in: SignIn) -> None:
    game.tick(0, in_recovery="f", **{"identify.first": FIRST, "identify.second": SECOND})
    game.tick(1, **{"mark.read_back": token(game)})
    html = page(game, signed_in(game.people["operator"]))
    assert "READ FROM <b>ledger-0606.dump</b>" in html
    assert "Tick: READ FROM and WRITE INTO are as I said" in html
    asked = html[html.index("Which way?") : html.index("Tick: READ FROM")]
    assert 'name="value_direction.from" value="ledger-0606.dump"' in asked
    assert 'name="value_direction.into"' in asked
    assert "checked" not in asked


def test_a_long_command_is_checked_by_its_first_line_before_it_can_be_ticked(
    game: Play, signed_in: SignIn
) -> None:
    client = signed_in(game.people["operator"])
    html = page(at_the_wait(game), client)
    assert "Begin step 4" in html
    assert "pg_restore" not in html
    game.move(BeginStep, step=3)
    html = page(game, client)
    assert "Check the first line" in html
    assert "Tick: Restore it" not in html
    assert "value_exit_status" not in html
    for words in ("connecting to database", "writing backup", CANCEL, "data-since", "30 min"):
        assert words in html
    game.move(Record, step=3, values={"wait.first_line": "pg_restore: connecting to database"})
    html = page(game, client)
    assert "Tick: Restore it" in html
    assert "value_exit_status" in html
    assert 'name="value_wait.first_line"' not in html
    assert CANCEL in html


def test_a_bad_sign_puts_the_way_to_cancel_before_everything(game: Play, signed_in: SignIn) -> None:
    at_the_wait(game).move(BeginStep, step=3)
    game.move(Record, step=3, values={"wait.first_line": "pg_dump: writing backup to file"})
    assert Run.objects.get(pk=game.run.pk).status == RunStatus.ON_HOLD.value
    html = page(game, signed_in(game.people["operator"]))
    standing = html[html.index('id="standing"') :]
    assert standing.index(CANCEL) < standing.index("ON HOLD. Hands off.")
    assert "You cannot resume it alone" in html
    assert "Verifier (verifier) or Decider (decider)" in html
    assert "pg_restore --verbose" not in html
    second = page(game, signed_in(game.people["verifier"]))
    assert "You are the second person" in second
    assert 'data-move="resume"' in second
    assert 'data-move="resume"' not in html


def test_another_first_line_is_diagnosed_and_says_how_to_cancel(
    game: Play, signed_in: SignIn
) -> None:
    at_the_wait(game).move(BeginStep, step=3)
    game.move(Record, step=3, values={"wait.first_line": "pg_restore: error"})
    html = page(game, signed_in(game.people["operator"]))
    assert html.index("Cancel the command now") < html.index('data-move="diagnose"')


def test_the_margin_says_how_old_the_copies_are(game: Play, signed_in: SignIn) -> None:
    html = page(game, signed_in(game.people["viewer"]))
    assert "LAST GOOD COPY" in html
    assert "days old" in html  # the server's own clock
    assert "not read in this run" in html
