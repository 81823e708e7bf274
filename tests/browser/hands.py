"""The door of pages: what the people of a run press, each at a screen of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Locator, expect

from demo.day.crew import PASSWORD
from demo.day.interface import Verbs, state_of
from runbooks.machine.interlocks.wait import FIRST_LINE, unchecked
from runbooks.machine.move import Move
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.steps import Record, Tick
from tests.browser.screens import Screen


class Hands(Verbs):
    """`demo.day.crew.Crew` with real hands: each move is a form, filled in and sent, on the page
    of the person who makes it. Nobody's page is loaded again. What is no move is done by verbs."""

    def __init__(self, screens: Mapping[str, Screen]) -> None:
        self.screens = dict(screens)

    @property
    def at(self) -> datetime:
        """Now. At a screen nobody sets the clock: what lets time pass elsewhere does nothing."""
        return datetime.now(UTC)

    @at.setter
    def at(self, moment: datetime) -> None:
        pass

    def move(self, who: str, run: int, move: type[Move], **data: Any) -> None:
        """Make the move and see that it was accepted."""
        step, values = data.pop("step", None), dict(data.pop("values", {}))
        if move is Tick and unchecked(state_of(run), step):
            first = {FIRST_LINE: values.pop(FIRST_LINE)}
            self.move(who, run, Record, step=step, values=first)
        typed = {**{f"value_{name}": text for name, text in values.items()}, **data}
        screen = self.screens[who]
        screen.catches_up(state_of(run).sequence)
        send(screen, move, step, typed)


def send(screen: Screen, move: type[Move], step: int | None, typed: Mapping[str, Any]) -> None:
    """Fill in the form of a move and press its button. Where a password is asked for as well, the
    person types their own."""
    form = control(screen, move, step, typed)
    for name, value in typed.items():
        fill(form.locator(f'[name="{name}"]'), value)
    password = form.locator('[name="password"]')
    if "password" not in typed and password.count():
        password.fill(PASSWORD)
    button = form.locator(f'button[data-move="{move.kind}"], .go, .button').first
    if form.get_attribute("data-move") != move.kind:
        button = form.locator(f'button[data-move="{move.kind}"]')
    expect(button).to_be_enabled()
    with screen.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        button.click()
    assert answer.value.ok, f"{screen.name}, {move}: {answer.value.text()}"


def control(
    screen: Screen, move: type[Move], step: int | None, typed: Mapping[str, Any]
) -> Locator:
    """The form of a move on a step (None: on the run), unfolded."""
    about = "run" if step is None else str(step)
    if move is TakeRole:
        about += f"-{typed['role']}"
    own = screen.page.locator(f"#{move.kind}-{about}")
    shared = screen.page.locator(f'form:has(button[data-move="{move.kind}"])')
    form = own.or_(shared).first
    form.wait_for(state="attached")
    fold = screen.page.locator("details.fold:not([open])").filter(has=form)
    if fold.count():
        fold.locator("summary").click()
    return form


def fill(fields: Locator, value: Any) -> None:
    """Type, choose or check."""
    first = fields.first
    kind = first.evaluate("field => field.type")
    if kind == "radio":
        fields.and_(fields.page.locator(f'[value="{value}"]')).check()
    elif kind == "checkbox":
        first.set_checked(bool(value))
    elif kind == "select-one":
        first.select_option(value)
    elif kind != "hidden":
        first.fill(str(value))
