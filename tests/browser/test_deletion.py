"""A deletion in the browser: the decider signs, the verifier confirms, the operator types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from demo.attempts.attempt import World
from demo.attempts.deletion import begun_deletion
from demo.day.crew import PASSWORD
from tests.browser.conftest import OpenScreen
from tests.browser.screens import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_deletion_is_signed_confirmed_and_typed(site: Site, open_screen: OpenScreen) -> None:
    crew, act = begun_deletion(World(datetime.now(UTC) - timedelta(minutes=6)))
    run = f"/runs/{crew.run}/"
    operator, verifier, decider = (
        open_screen(name).go(run) for name in ("operator", "verifier", "decider")
    )
    expect(operator.page.get_by_text("Waits for the decider, who signs or stops")).to_be_visible()
    for screen in (operator, verifier, decider):
        expect(screen.page.get_by_text("delete-ledger.sh")).to_have_count(0)
    decider.page.get_by_label("Nothing to keep, because").fill(
        "It holds nothing but what the new one has."
    )
    decider.page.get_by_role("button", name="Sign: nothing to keep, and release").click()
    expect(verifier.page.get_by_text("Your turn: look at the target")).to_be_visible()
    verifier.page.get_by_label("Password").first.fill(PASSWORD)
    verifier.page.get_by_role("button", name="Countersign: DELETE ledger").click()
    unlock = operator.page.get_by_role("button", name="DELETE ledger @")
    expect(unlock).to_be_enabled()
    operator.page.get_by_label("This DELETES ledger. Type its name").fill("ledger")
    operator.page.get_by_label("Password").first.fill(PASSWORD)
    unlock.click()
    expect(operator.page.get_by_text("delete-ledger.sh")).to_be_visible()
    operator.page.get_by_role("button", name="is deleted").click()
    expect(decider.page.get_by_text("deleted ledger").first).to_be_visible()
    assert crew.state.stated.deleted == {"target"}
    assert crew.state.steps[act].done_at is not None
