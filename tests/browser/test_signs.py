"""A sign that cannot be seen is drawn, reorders nothing, and is copied as it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.models import User
from runbooks.enums import RunKind
from runbooks.library.revisions import save
from tests.browser.conftest import OpenScreen
from tests.browser.screens import Site
from tests.browser.test_accessibility import barriers
from tests.factories.runs import play

pytestmark = pytest.mark.browser

LINE = "ls\u00a0-l /srv/\u202egpj.exe \u2013h"
HEBREW = "cp /srv/\u05d0\u05d1\u05d2/\u05d3\u05d4/1 /srv/\u05d5\u05d6"
TEXT = f"""---
title: Signs that hide
purpose: See them.
worst_case: Nothing.
abort_rule: Anyone.
---

- [ ] Look at `d\u0430ta`

  ```sh
  {LINE}
  {HEBREW}
  ```
"""


@pytest.fixture(scope="module")
def paths(site: Site) -> dict[str, str]:
    people = {user.username: user for user in User.objects.all()}
    made = play(TEXT.encode(), datetime.now(UTC), people=people, kind=RunKind.DRILL)
    runbook = made.run.revision.runbook
    later = TEXT.replace(LINE, "ls -l /srv/exe.jpg -h")
    save(source=later.encode(), by=people["author"], at=datetime.now(UTC), runbook=runbook)
    return {
        "run": f"/runs/{made.run.pk}/",
        "library": f"/runbooks/{runbook.slug}/1/",
        "difference": f"/runbooks/{runbook.slug}/1..2/",
    }


def test_the_copy_button_copies_what_is_in_the_text(
    open_screen: OpenScreen, paths: dict[str, str]
) -> None:
    screen = open_screen("operator", permissions=["clipboard-read", "clipboard-write"])
    screen.go(paths["run"])
    screen.open_step.get_by_role("button", name="Copy").click()
    screen.open_step.get_by_role("button", name="Copied").wait_for()
    assert screen.page.evaluate("navigator.clipboard.readText()") == f"{LINE}\n{HEBREW}"


def test_nothing_is_reordered(open_screen: OpenScreen, paths: dict[str, str]) -> None:
    """Every sign stands to the right of the one before it, or below."""
    screen = open_screen("operator", viewport={"width": 1440, "height": 900})
    screen.go(paths["run"])
    places = screen.open_step.locator(".command pre code").evaluate(
        """code => [...(function* () {
            const walk = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
              if (walk.currentNode.parentElement.closest("bdi")) continue;
              const range = document.createRange();
              for (let at = 0; at < walk.currentNode.data.length; at++) {
                range.setStart(walk.currentNode, at);
                range.setEnd(walk.currentNode, at + 1);
                const box = range.getBoundingClientRect();
                if (box.width) yield [Math.round(box.top / 12), box.left];
              }
            }
        })()]"""
    )
    assert len(places) > 30
    for before, after in zip(places, places[1:], strict=False):
        assert after[0] > before[0] or after[1] >= before[1], (before, after)


@pytest.mark.parametrize("name", ["run", "library", "difference"])
def test_the_pages_have_no_barrier(
    open_screen: OpenScreen, paths: dict[str, str], name: str
) -> None:
    screen = open_screen("operator").go(paths[name])
    assert screen.page.locator('[data-sign="U+202E"]').first.is_visible()
    assert barriers(screen.page) == []
