"""A session in a step: its prompt is beside the command, and is not copied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import User
from runbooks.enums import RunKind
from tests.browser.conftest import OpenScreen
from tests.browser.screens import Site
from tests.browser.test_accessibility import barriers
from tests.factories.runs import play

pytestmark = pytest.mark.browser

LONG = f"pg_dump -h db-prod-1 -Fc -f /srv/backup/{'x' * 120}.dump ledger"
TEXT = f"""---
title: Look with a session
purpose: See it.
worst_case: Nothing.
abort_rule: Anyone.
---

- [ ] Look at the backups

  ```console
  postgres@db-prod-1:~$ ls -l /srv/backup
  total 4
  $ {LONG}
  ```
"""


@pytest.fixture(scope="module")
def path(site: Site) -> str:
    people = {user.username: user for user in User.objects.all()}
    begun = datetime.now(UTC) - timedelta(minutes=1)
    made = play(TEXT.encode(), begun, people=people, kind=RunKind.DRILL)
    return f"/runs/{made.run.pk}/"


@pytest.mark.parametrize(("width", "beside"), [(1440, True), (390, False)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_prompt_is_beside_the_command_where_there_is_room(
    open_screen: OpenScreen, path: str, width: int, beside: bool, scheme: str
) -> None:
    screen = open_screen(
        "operator",
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        permissions=["clipboard-read", "clipboard-write"],
    ).go(path)
    command = screen.open_step.locator(".command").first
    prompt, code = (
        command.locator(selector).bounding_box() for selector in (".prompt code", "pre code")
    )
    assert prompt is not None
    assert code is not None
    assert (abs(prompt["y"] - code["y"]) < 6) is beside
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= width
    command.get_by_role("button", name="Copy").click()
    expect(command.get_by_role("button", name="Copied")).to_be_visible()
    assert screen.page.evaluate("navigator.clipboard.readText()") == "ls -l /srv/backup"
    assert barriers(screen.page) == []
