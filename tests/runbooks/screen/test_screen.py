"""The run page as data: what each person is shown, and what they are not."""

from __future__ import annotations

from datetime import datetime

import pytest

from accounts.models import User
from runbooks.enums import RunStatus
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.run import Abort
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.screen.context import PageContext, Person
from runbooks.screen.page import RunScreen, run_screen
from runbooks.screen.side import side
from runbooks.screen.steps import StepRow
from tests.factories.story import Story, story


@pytest.fixture
def game(
    operator: User, verifier: User, decider: User, author: User, approver: User, at: datetime
) -> Story:
    people = (operator, verifier, decider, author, approver)
    return story({person.username: person for person in people}, at)


def seen_by(game: Story, who: str) -> RunScreen:
    people = {u.pk: Person(u.pk, u.name, u.initials) for u in game.people.values()}
    page = PageContext(game.state, game.people[who].pk, game.at, people)
    beside = side(page, copies=(), evidence=(), events=())
    return run_screen(page, title="Restore the books", system=None, present=(), beside=beside)


def rows_of(screen: RunScreen) -> list[StepRow]:
    return [row for part in screen.parts for row in part.rows]


def open_row(screen: RunScreen) -> StepRow:
    (row,) = [row for row in rows_of(screen) if row.focus]
    return row


def test_a_substep_stands_below_its_step_and_is_open_before_it(game: Story) -> None:
    screen = seen_by(game.start().agreed(), "operator")
    assert [(row.number, row.depth) for row in rows_of(screen)] == [
        ("1", 0),
        ("2", 0),
        ("2.1", 1),
        ("3", 0),
        ("4", 0),
    ]
    assert open_row(screen).number == "2.1"


def test_only_the_open_step_shows_its_command(game: Story) -> None:
    screen = seen_by(game.start(), "operator")
    first = open_row(screen)
    assert first.focus is not None
    assert "ls -l" in first.focus.body_html
    assert "/srv/vault" in first.focus.body_html
    assert "Look, do not touch" in first.focus.caution_html
    assert not any("mv -n" in row.html for row in rows_of(screen))


def test_a_command_waits_until_the_second_person_has_confirmed(game: Story) -> None:
    game.start().agreed().do(Tick, "operator", step=1)
    game.do(Tick, "operator", step=2)
    game.do(BeginStep, "operator", step=3)
    focus = open_row(seen_by(game, "operator")).focus
    assert focus is not None
    assert "mv -n" not in focus.body_html
    assert focus.primary is not None
    assert focus.primary.blocked
    game.do(Countersign, "verifier", step=3)
    after = open_row(seen_by(game, "operator")).focus
    assert after is not None
    assert "mv -n" in after.body_html
    assert after.primary is not None
    assert after.primary.blocked == ""
    assert after.primary.verb == "Tick: Rename it"


def test_the_verifier_has_blank_fields_and_not_the_first_value(game: Story) -> None:
    screen = seen_by(game.start().measured(), "verifier")
    row = open_row(screen)
    assert row.values == ()
    assert row.focus is not None
    assert row.focus.primary is not None
    assert row.focus.primary.move == Countersign.kind
    assert row.focus.primary.form["value_entries"].value() is None
    assert "48211" not in repr(screen)
    assert open_row(seen_by(game, "operator")).values == (("Entries", "48211"),)


def test_marks_and_initials_keep_the_place(game: Story) -> None:
    first, *_ = rows_of(seen_by(game.start().agreed(), "decider"))
    assert (first.circle, first.slash, first.kind) == (True, True, "done")
    assert first.signs == ("op 03:17", "vf 03:18")


def test_a_held_run_says_so_and_asks_for_the_read_back(game: Story) -> None:
    game.start().do(Hold, "verifier")
    screen = seen_by(game, "operator")
    assert screen.banner is not None
    assert "Verifier" in screen.banner.text
    assert screen.banner.panel is not None
    assert "read_back" in screen.banner.panel.form.fields
    focus = open_row(screen).focus
    assert focus is not None
    assert "ls -l" not in focus.body_html


def test_a_briefing_offers_the_free_roles(game: Story) -> None:
    screen = seen_by(game, "verifier")
    assert screen.briefing
    assert [seat.role for seat in screen.seats if seat.take] == [
        "operator",
        "verifier",
        "decider",
        "observer",
    ]
    assert screen.start is None


def test_what_is_shown_is_what_the_machine_allows(game: Story) -> None:
    game.start()
    for who in ("operator", "verifier", "decider", "author"):
        screen = seen_by(game, who)
        focus = open_row(screen).focus
        assert focus is not None
        panels = [focus.primary, *focus.others, *screen.quiet, screen.head.hold]
        shown = {panel.move for panel in panels if panel}
        page = PageContext(game.state, game.people[who].pk, game.at, {})
        assert shown <= {control.move.kind for control in page.controls}


def test_an_ended_run_is_frozen(game: Story) -> None:
    game.start().do(Abort, "decider", reason="It is another system.")
    screen = seen_by(game, "operator")
    assert game.state.status is RunStatus.ABORTED
    assert not screen.live
    assert {row.kind for row in rows_of(screen)} == {"struck"}
    assert {panel.move for panel in screen.quiet} >= {"note", "late_entry"}
    assert "strike_out" not in {panel.move for panel in screen.quiet}  # nothing was written yet
    game.do(Note, "operator", text="It was the wrong system.")
    assert "strike_out" in {panel.move for panel in seen_by(game, "operator").quiet}
    assert "strike_out" not in {panel.move for panel in seen_by(game, "verifier").quiet}
