"""A session ends under an open page: it says so, keeps what was typed, and sends it afterwards."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts import people
from accounts.models import User
from runbooks.models import Event
from tests.browser.conftest import OpenScreen
from tests.browser.screens import Screen
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.browser


def second_tab(screen: Screen) -> Page:
    return screen.context.new_page()


def sign_out(screen: Screen) -> None:
    tab = second_tab(screen)
    tab.goto("/accounts/logout/")
    tab.locator("main").get_by_role("button", name="Sign out").click()
    # A tab that is closed while its page still loads may never say that it is closed.
    expect(tab.get_by_label("Username")).to_be_visible()
    tab.wait_for_load_state()
    tab.close()


def sign_in(screen: Screen, name: str) -> None:
    """By the link of the bar, in the tab that it opens."""
    with screen.context.expect_page() as opened:
        screen.page.locator("#not-saved a").click()
    tab = opened.value
    tab.get_by_label("Username").fill(name)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("You are signed in as")
    tab.close()


def kinds(screen: Screen) -> list[str]:
    return list(
        Event.objects.filter(run=screen.run).order_by("sequence").values_list("kind", flat=True)
    )


def note(screen: Screen, text: str) -> None:
    form = screen.fold("note")
    form.get_by_label("Note").fill(text)
    form.get_by_role("button", name="Add the note").click()


def signed_out_shows(screen: Screen) -> None:
    expect(screen.page.locator("#not-saved")).to_contain_text("Signed out. NOT SAVED")
    expect(screen.page.locator("#link")).to_have_text("signed out")
    expect(screen.page.locator("[data-open]")).to_be_visible()


def test_stop_tick_and_note_are_sent_once_after_the_sign_in(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    screen = open_screen("everyone").go(f"/runs/{stage['running']}/")
    screen.sees("Stop the jobs")
    before = kinds(screen)
    sign_out(screen)
    note(screen, "Written while signed out.")
    signed_out_shows(screen)
    expect(screen.page.get_by_label("Note")).to_have_value("Written while signed out.")
    screen.press()
    screen.page.locator("#stop button").click()
    for words in ("Tick: Stop the jobs", "Stop, I am not sure"):
        expect(screen.page.locator("#not-saved")).to_contain_text(f"“{words}”")
    expect(screen.page.locator("#not-saved")).to_contain_text("They are sent when you are signed")
    expect(screen.button).to_be_enabled()
    assert kinds(screen) == before
    sign_in(screen, "everyone")
    expect(screen.page.locator("#margin")).to_contain_text("Written while signed out.")
    expect(screen.page.locator(".refusal")).to_be_visible()
    expect(screen.page.locator("#not-saved")).to_be_hidden()
    expect(screen.page.locator("#link")).to_contain_text("on hold")
    after = kinds(screen)[len(before) :]
    assert after.count("note.added") == 1
    assert after == ["run.held", "note.added"]


def test_a_page_that_nobody_touches_says_so_too(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    screen = open_screen("everyone").go(f"/runs/{stage['started']}/")
    screen.sees("Stop the jobs")
    sign_out(screen)
    screen.page.evaluate("dispatchEvent(new Event('focus'))")
    signed_out_shows(screen)


def test_a_disabled_person_is_told(open_screen: OpenScreen, stage: dict[str, str]) -> None:
    screen = open_screen("verifier").go(f"/runs/{stage['started']}/")
    expect(screen.page.locator("#link")).to_contain_text("live")
    cast = {name: User.objects.get(username=name) for name in ("everyone", "verifier")}
    people.disable(cast["verifier"], by=cast["everyone"], at=timezone.now())
    try:
        note(screen, "Not my run any more.")
        signed_out_shows(screen)
        assert "note.added" not in kinds(screen)
    finally:
        people.enable(cast["verifier"], by=cast["everyone"], at=timezone.now())


def test_nothing_is_sent_under_the_name_of_another(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    screen = open_screen("verifier").go(f"/runs/{stage['started']}/")
    expect(screen.page.locator("#link")).to_contain_text("live")
    before = kinds(screen)
    sign_out(screen)
    note(screen, "By the verifier.")
    signed_out_shows(screen)
    sign_in(screen, "decider")
    bar = screen.page.locator("#not-saved")
    expect(bar).to_contain_text("Somebody else is signed in")
    screen.page.locator("#stop button").click()
    expect(bar).to_contain_text("NOT SAVED: “Add the note”, “Stop, I am not sure”")
    expect(screen.page.get_by_label("Note")).to_have_value("By the verifier.")
    assert kinds(screen) == before
    screen.page.reload()
    expect(screen.page.locator("#link")).to_contain_text("live")
    expect(screen.page.get_by_label("Note")).to_have_value("")
    assert kinds(screen) == before


def test_what_was_typed_survives_a_reload_until_it_is_saved(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    screen = open_screen("everyone").go(f"/runs/{stage['awaiting']}/")
    screen.write({"value_entries": "48"})
    screen.fold("note").get_by_label("Note").fill("Half a thought")
    screen.page.reload()
    expect(screen.open_step.locator('[name="value_entries"]').first).to_have_value("48")
    expect(screen.page.get_by_label("Note")).to_have_value("Half a thought")
    screen.fold("note").get_by_role("button", name="Add the note").click()
    expect(screen.page.locator("#margin")).to_contain_text("Half a thought")
    screen.page.reload()
    expect(screen.page.get_by_label("Note")).to_have_value("")
    expect(screen.open_step.locator('[name="value_entries"]').first).to_have_value("48")


@pytest.mark.parametrize("body", ['{"ok": true, "sequence": 9}', "<h1>Welcome to the hotel</h1>"])
def test_what_does_not_name_the_run_is_no_answer(
    open_screen: OpenScreen, stage: dict[str, str], body: str
) -> None:
    screen = open_screen("everyone").go(f"/runs/{stage['offered']}/")
    kind = "application/json" if body[0] == "{" else "text/html"
    screen.page.route(
        "**/note/", lambda route: route.fulfill(status=200, body=body, content_type=kind)
    )
    note(screen, "At a hotel.")
    expect(screen.page.locator("#not-saved")).to_contain_text(
        "NOT SAVED: the server was not reached"
    )
    expect(screen.page.get_by_label("Note")).to_have_value("At a hotel.")
    screen.page.unroute("**/note/")
    expect(screen.page.locator("#margin")).to_contain_text("At a hotel.")
    assert kinds(screen).count("note.added") in {1, 2}


def test_a_text_that_was_corrected_after_a_lost_answer_is_not_taken_for_the_first(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    screen = open_screen("everyone").go(f"/runs/{stage['asked']}/")
    lost = True

    def lose(route: Route) -> None:
        if not lost:
            return route.continue_()
        route.fetch()
        route.abort("connectionreset")
        return None

    screen.page.route("**/note/", lose)
    note(screen, "12 rows")
    expect(screen.page.locator("#not-saved")).to_contain_text("Not known whether it was saved")
    form = screen.page.locator('form[data-move="note"]').first
    expect(form).not_to_have_attribute("aria-busy", "true", timeout=40_000)
    lost = False
    screen.page.reload()
    expect(screen.page.locator("#not-saved")).to_contain_text("Not known whether it was saved")
    expect(form.get_by_label("Note")).to_be_visible()
    expect(form.get_by_label("Note")).to_have_value("12 rows")
    note(screen, "13 rows")
    refusal = screen.page.locator(".refusal")
    expect(refusal).to_contain_text("12 rows")
    expect(form.get_by_label("Note")).to_have_value("13 rows")
    assert kinds(screen).count("note.added") == 1


def test_a_paste_that_is_too_long_is_counted_and_can_be_attached(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    screen = open_screen("everyone").go(f"/runs/{stage['offered']}/")
    form = screen.fold("note")
    lines = "\n".join(f"line {number} of the output" for number in range(1000))
    form.get_by_label("Note").fill(lines)
    assert form.get_by_label("Note").input_value() == lines
    expect(form.locator(".counter")).to_contain_text("At most 4,000 fit")
    form.get_by_role("button", name="Add the note").click()
    expect(form.locator(".refusal")).to_contain_text("Look again at Note")
    expect(form.locator(".error")).to_contain_text(f"{len(lines):,} characters; at most 4,000")
    expect(form.get_by_label("Note")).to_have_value(lines)
    form.get_by_role("button", name="Attach as a file").click()
    expect(screen.page.locator("#margin")).to_contain_text("text.txt")
    expect(form.get_by_label("Note")).to_have_value("")


def test_a_form_that_was_sent_signed_out_is_sent_again(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    screen = open_screen("everyone").go("/incidents/new/")
    screen.page.get_by_label("Title").fill("Kept across a sign-out")
    sign_out(screen)
    screen.page.locator("form.form, main form").first.locator(".go").click()
    expect(screen.page.get_by_role("heading", level=1)).to_contain_text("Signed out. Not saved")
    with screen.context.expect_page() as opened:
        screen.page.get_by_role("link", name="Sign in in a new tab").click()
    tab = opened.value
    tab.get_by_label("Username").fill("everyone")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("You are signed in as")
    tab.close()
    screen.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(screen.page.locator("#again-state")).to_contain_text("You are signed in as")
    screen.page.get_by_role("button", name="Send again").click()
    expect(screen.page.get_by_label("Title")).to_have_value("Kept across a sign-out")


def test_back_does_not_show_one_person_what_another_typed(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    decider = str(User.objects.get(username="decider").pk)
    screen = open_screen("everyone").go("/incidents/new/")
    screen.page.get_by_label("Title").fill("Mine alone")
    screen.page.get_by_role("button", name="Sign out").click()
    screen.page.get_by_label("Username").fill("decider")
    screen.page.get_by_label("Password").fill(PASSWORD)
    screen.page.get_by_role("button", name="Sign in").click()
    expect(screen.page.locator("body")).to_have_attribute("data-person", decider)
    screen.page.evaluate("history.go(-2)")
    expect(screen.page).to_have_url(re.compile("/incidents/new/"))
    expect(screen.page.locator("body")).to_have_attribute("data-person", decider)
    expect(screen.page.get_by_label("Title")).to_have_value("")


def test_a_value_that_was_typed_survives_a_stop_by_another(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    """The form of the step leaves the page while the run is held, and comes back as it was left."""
    writer = open_screen("everyone").go(f"/runs/{stage['awaiting']}/")
    other = open_screen("relief").go(f"/runs/{stage['awaiting']}/")
    value = writer.open_step.locator('form:has([data-primary]) [name="value_entries"]')
    value.fill("48211")
    other.page.locator("#stop button").click()
    expect(writer.page.locator("#link")).to_contain_text("on hold")
    expect(value).to_have_count(0)
    resume = other.page.locator('form[data-move="resume"]')
    resume.locator('[name="read_back"]').fill("none")
    resume.get_by_role("button").click()
    expect(value).to_have_value("48211")
    writer.fold("note").get_by_label("Note").press_sequentially("x")
    writer.page.reload()
    expect(value).to_have_value("48211")


def test_what_was_refused_and_then_saved_is_no_longer_refused(
    open_screen: OpenScreen, stage: dict[str, str]
) -> None:
    screen = open_screen("everyone").go(f"/runs/{stage['offered']}/")
    form = screen.fold("note")
    form.get_by_label("Note").fill("x" * 4001)
    form.get_by_role("button", name="Add the note").click()
    expect(form.locator(".error")).to_have_count(1)
    screen.fold("note").get_by_label("Note").fill("Short enough.")
    form.get_by_role("button", name="Add the note").click()
    expect(screen.page.locator("#margin")).to_contain_text("Short enough.")
    for old in (".refusal", ".error", "[aria-invalid]"):
        expect(screen.page.locator(old)).to_have_count(0)
