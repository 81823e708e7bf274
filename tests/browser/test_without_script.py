"""With JavaScript switched off: a run from signing in to its end, by plain forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from accounts.models import User
from demo.load import PASSWORD
from runbooks.models import Run
from tests.browser.conftest import OpenScreen
from tests.browser.screens import Screen
from tests.factories.library import approved
from tests.factories.story import SHEET

pytestmark = pytest.mark.browser


def press(screen: Screen, name: str) -> None:
    screen.page.get_by_role("button", name=name).first.click()


def note(screen: Screen, text: str) -> None:
    form = screen.fold("note")
    form.get_by_label("Note").fill(text)
    form.get_by_role("button", name="Add the note").click()
    expect(screen.page.locator("#margin")).to_contain_text(text)


def prepare(operator: Screen) -> str:
    """From the library to a prepared run; its address."""
    page = operator.page
    page.get_by_role("link", name="Runbooks", exact=True).click()
    page.get_by_role("link", name="Restore the books").first.click()
    page.get_by_role("link", name=re.compile("[Ss]tart")).first.click()
    page.get_by_label("Drill: an exercise").check()
    page.get_by_label("Folder").fill("")
    press(operator, "Prepare the run")
    expect(page.locator(".error").first).to_contain_text("Fill in: Folder.")
    expect(page.get_by_label("Drill: an exercise")).to_be_checked()
    page.get_by_label("Folder").fill("/srv/vault")
    press(operator, "Prepare the run")
    expect(page.get_by_role("heading", name="Before it starts")).to_be_visible()
    return page.url


def measure(operator: Screen, verifier: Screen, run: str) -> None:
    """Values that are missing, kept, ticked, and measured a second time."""
    operator.sees("Read the newest entry")
    operator.press("Tick")
    expect(operator.page.locator(".error").first).to_contain_text("Write what you observed.")
    operator.write({"value_entries": "48211"})
    press(operator, "Keep what I wrote")
    expect(operator.page.locator(".written")).to_contain_text("48211")
    operator.press("Tick")
    expect(operator.open_step.locator(".waiting")).to_contain_text("Waits for the verifier")
    verifier.go(run)
    verifier.write({"value_entries": "48211"})
    verifier.press("my own measurement")
    operator.go(run)


def hold(operator: Screen, verifier: Screen, run: str) -> None:
    verifier.go(run)
    press(verifier, "Stop, I am not sure")
    operator.go(run)
    form = operator.page.locator('form[data-move="resume"]')
    form.get_by_label("Number of the step").fill("2")
    form.get_by_label("Why it is right").fill("We counted again.")
    form.get_by_role("button").click()
    expect(operator.page.locator(".refusal")).to_contain_text("Step 2 is not the step")
    expect(form.get_by_label("Why it is right")).to_have_value("We counted again.")
    form.get_by_label("Number of the step").fill("1")
    form.get_by_role("button").click()
    expect(operator.page.locator(".banner")).to_have_count(0)


def test_a_run_by_plain_forms(open_screen: OpenScreen) -> None:
    author, approver = (User.objects.get(username=name) for name in ("author", "approver"))
    approved(author, approver, datetime.now(UTC), SHEET)
    operator, verifier = (open_screen(java_script_enabled=False) for _ in range(2))
    operator.name, verifier.name = "operator", "verifier"
    for screen in (operator, verifier):
        screen.sign_in(PASSWORD)
    run = prepare(operator)
    press(operator, "Be the operator")
    verifier.go(run)
    press(verifier, "Be the verifier")
    operator.go(run)
    operator.page.get_by_label("I have read").check()
    operator.page.get_by_label("Every entry condition").check()
    press(operator, "Start the run")
    measure(operator, verifier, run)
    hold(operator, verifier, run)
    note(operator, "The vault is half full.")
    for title in ("Stop the jobs", "Stop the writers"):
        operator.sees(title)
        operator.press("Tick")
    operator.sees("Rename it")
    operator.press("Begin step")
    verifier.go(run)
    verifier.press("Countersign")
    operator.go(run)
    operator.press("Tick")
    operator.sees("Tell people")
    form = operator.fold("not_applicable")
    form.get_by_label("Why").fill("Nobody was away.")
    form.get_by_role("button").click()
    finish = operator.page.locator('form[data-move="complete"]')
    finish.get_by_label("Summary").fill("The books are back.")
    finish.get_by_role("button").click()
    expect(operator.page.locator(".banner.ended")).to_contain_text("This run is completed.")
    assert Run.objects.get(pk=operator.run).status == "completed"
