"""The server dies in the middle. Nothing that was typed is lost, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from runbooks.models import Event
from tests.browser.conftest import OpenScreen
from tests.browser.screens import Screen, Site

pytestmark = pytest.mark.browser


@pytest.fixture
def again(site: Site) -> Iterator[None]:
    """The server runs again after a test that killed it, whatever became of the test."""
    yield
    if site.server.process.poll() is not None:
        site.start()


def ticks(screen: Screen) -> list[str | None]:
    """The keys of the ticks of the step that was open at first."""
    events = Event.objects.filter(run=screen.run, kind__in=("step.begun", "step.ticked"))
    return [event.key for event in events.order_by("sequence") if '"step":1' in event.text]


def kept_key(screen: Screen) -> str:
    return screen.open_step.locator('form:has([data-primary]) [name="key"]').input_value()


def test_cut_off_the_page_says_so_and_locks(
    open_screen: OpenScreen, site: Site, stage: dict[str, str], again: None
) -> None:
    screen = open_screen("everyone").go(f"/runs/{stage['awaiting']}/")
    bar, link = screen.page.locator("#not-saved"), screen.page.locator("#link")
    expect(link).to_have_text("running, live")
    screen.write({"value_entries": "482"})
    site.kill()
    expect(link).to_have_text("not connected")
    expect(bar).to_contain_text("NOT SAVED")
    expect(screen.button).to_be_disabled()
    screen.page.keyboard.press("End")
    screen.page.keyboard.type("11")
    site.start()
    expect(link).to_have_text("running, live")
    expect(bar).to_be_hidden()
    expect(screen.open_step.locator('[name="value_entries"]')).to_have_value("48211")
    screen.press()
    screen.sees("Stop the jobs")


def test_a_tick_that_never_arrived_is_sent_again(
    open_screen: OpenScreen, site: Site, stage: dict[str, str], again: None
) -> None:
    screen = open_screen("everyone").go(f"/runs/{stage['running']}/")
    screen.sees("Stop the jobs")
    key = kept_key(screen)
    site.kill()
    screen.press()
    expect(screen.page.locator("#not-saved")).to_contain_text("NOT SAVED")
    assert ticks(screen) == []
    site.start()
    screen.sees("Stop the writers")
    assert key in ticks(screen)
    assert sum(1 for tick in ticks(screen) if tick) == 1


def test_a_tick_whose_answer_was_lost_happened_once(
    open_screen: OpenScreen, site: Site, again: None, stage: dict[str, str]
) -> None:
    """The server has written the tick and dies before its answer is on the way."""
    screen = open_screen("everyone").go(f"/runs/{stage['started']}/")
    screen.sees("Stop the jobs")
    key, sent = kept_key(screen), []

    def cut(route: Route) -> None:
        sent.append(route.request.post_data or "")
        if len(sent) > 1:
            return route.continue_()
        route.fetch()
        site.kill()
        route.abort("connectionreset")
        return None

    screen.page.route("**/tick/", cut)
    screen.press()
    expect(screen.page.locator("#not-saved")).to_contain_text("trying again with the same key")
    written = ticks(screen)
    assert key in written
    site.start()
    screen.sees("Stop the writers")
    expect(screen.page.locator("#not-saved")).to_be_hidden()
    assert ticks(screen) == written
    assert len(sent) > 1
    assert all(key in body for body in sent)


def test_what_somebody_types_survives_what_another_does(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    """Text, caret and open folds stay while the page around them is replaced."""
    writer = open_screen("everyone").go(f"/runs/{stage['held']}/")
    other = open_screen("verifier").go(f"/runs/{stage['held']}/")
    form = writer.page.locator('form[data-move="resume"]')
    form.get_by_label("Why it is right").fill("Looked together.")
    late = writer.fold("late_entry").get_by_label("What was done")
    late.fill("The cable was pulled.")
    late.press("Home")
    noted = other.fold("note")
    noted.get_by_label("Note").fill("Also here.")
    noted.get_by_role("button", name="Add the note").click()
    expect(writer.page.locator("#margin")).to_contain_text("Also here.")
    resume = other.page.locator('form[data-move="resume"]')
    resume.get_by_label("Number of the step").fill("1")
    resume.get_by_role("button").click()
    expect(writer.page.locator(".banner")).to_have_count(0)
    expect(late).to_be_focused()
    writer.page.keyboard.type("Before: ")
    expect(late).to_have_value("Before: The cable was pulled.")
