"""Findings of the linter lead to their lines, with and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen

pytestmark = pytest.mark.browser

BAD = "/runbooks/restore-the-database"
_SELECTED = """field => field.value.slice(field.selectionStart, field.selectionEnd)"""


def test_a_finding_selects_its_line_in_the_editor(open_screen: OpenScreen) -> None:
    author = open_screen("author").go(f"{BAD}/edit/")
    finding = author.page.locator(".finding.error").filter(has_text="rm -rf $PGDATA/*").first
    finding.get_by_role("link", name="line 12").click()
    source = author.page.get_by_label("Text of the runbook")
    expect(source).to_be_focused()
    assert source.evaluate(_SELECTED) == "rm -rf $PGDATA/*"


def test_findings_follow_the_text_while_it_is_written(open_screen: OpenScreen) -> None:
    author = open_screen("author").go(f"{BAD}/edit/")
    page = author.page
    source = page.get_by_label("Text of the runbook")
    source.fill("# Tidy\n\n- [ ] Tidy up\n\n  ```sh\n  rm -rf /srv/*\n  ```\n")
    finding = page.locator(".finding.error").filter(has_text="rm -rf /srv/*")
    expect(finding.first).to_contain_text("line 6")
    source.fill("# Tidy\n\n- [ ] Look at the folder\n\n  ```sh\n  ls /srv\n  ```\n")
    expect(finding).to_have_count(0)
    page.once("dialog", lambda dialog: dialog.accept())


def test_the_runbooks_page_leads_its_author_to_the_line(open_screen: OpenScreen) -> None:
    author = open_screen("author").go(f"{BAD}/")
    step = author.page.locator("#step-2")
    finding = step.locator(".finding").filter(has_text="rm -rf").first
    finding.get_by_role("link", name="line 12").click()
    source = author.page.get_by_label("Text of the runbook")
    expect(source).to_be_focused()
    assert source.evaluate(_SELECTED).strip() == "rm -rf $PGDATA/*"
    viewer = open_screen("viewer").go(f"{BAD}/")
    expect(viewer.page.locator("#step-2 .finding")).not_to_have_count(0)
    expect(viewer.page.locator("#step-2 .finding a")).to_have_count(0)


def test_without_script_a_finding_leads_to_the_numbered_text(open_screen: OpenScreen) -> None:
    author = open_screen("author", java_script_enabled=False).go(f"{BAD}/edit/")
    page = author.page
    page.locator(".finding").get_by_role("link", name="line 12").first.click()
    assert re.search(r"#line-12$", page.url)
    line = page.locator("#line-12")
    expect(line).to_be_in_viewport()
    expect(line).to_have_text("  rm -rf $PGDATA/*", use_inner_text=True)
