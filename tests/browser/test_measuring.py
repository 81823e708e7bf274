"""Who measures again has the command on their own screen, to read and to copy, also without a
script; nobody has one that is locked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import User
from runbooks.machine.moves.hold import Hold, Resume
from tests.browser.conftest import OpenScreen
from tests.browser.screens import Site
from tests.factories.runs import Play, play
from tests.runbooks.runs.test_measuring_again import ACT, MEASURE, TEXT

pytestmark = pytest.mark.browser


@pytest.fixture
def run(site: Site) -> Play:
    people = {user.username: user for user in User.objects.all()}
    before = datetime.now(UTC) - timedelta(minutes=1)
    title = f"title: Measure again at {before.timestamp()}".encode()
    made = play(TEXT.encode().replace(b"title: Measure again", title), before, people=people)
    made.tick(0, entries="48211")
    return made


@pytest.mark.parametrize("script", [True, False])
def test_the_verifier_copies_the_command_to_measure_with(
    open_screen: OpenScreen, run: Play, script: bool
) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    screen = open_screen("verifier", java_script_enabled=script, permissions=permissions)
    screen.go(f"/runs/{run.run.pk}/")
    expect(screen.open_step.locator(".command code")).to_have_text(f"{MEASURE}\n")
    expect(screen.page.locator("body")).not_to_contain_text("48211")
    expect(screen.page.locator("body")).not_to_contain_text(ACT)
    if script:
        screen.open_step.get_by_role("button", name="Copy").click()
        screen.open_step.get_by_role("button", name="Copied").wait_for()
        assert screen.page.evaluate("navigator.clipboard.readText()") == MEASURE


def test_the_command_comes_back_when_the_run_goes_on(open_screen: OpenScreen, run: Play) -> None:
    screen = open_screen("verifier").go(f"/runs/{run.run.pk}/")
    expect(screen.open_step.locator(".command")).to_be_visible()
    run.move(Hold, by="operator")
    expect(screen.page.locator(".command")).to_have_count(0)
    run.move(Resume, by="operator", read_back="none", comment="")
    expect(screen.open_step.locator(".command")).to_be_visible()
    expect(screen.open_step.get_by_role("button", name="Copy")).to_be_visible()
