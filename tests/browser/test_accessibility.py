"""No page, in no state, theme or width, has a barrier that axe calls serious or critical."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenScreen
from tests.browser.pages import NOT_PAGES, PAGES, Shown, names
from tests.browser.screens import Screen

pytestmark = pytest.mark.browser

WIDTHS = (1440, 390)
OPTIONS = {"resultTypes": ["violations"]}


def barriers(page: Page) -> list[str]:
    """What axe finds on the page as it stands, in both themes and at both widths."""
    barriers = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for violation in Axe().run(page, options=OPTIONS).response["violations"]:
                if violation["impact"] in {"serious", "critical"}:
                    nodes = [
                        f"{node['html'][:160]} {node['failureSummary'][:240]}"
                        for node in violation["nodes"][:3]
                    ]
                    barriers.append(f"{width} {theme} {violation['id']}: {nodes}")
    return barriers


def test_every_address_is_a_page_here_or_is_none() -> None:
    shown = {page.name for page in PAGES}
    assert shown & set(NOT_PAGES) == set()
    assert set(names()) == shown | set(NOT_PAGES)


@pytest.mark.parametrize("shown", PAGES, ids=str)
def test_a_page_has_no_barrier(open_screen: OpenScreen, stage: dict[str, str], shown: Shown):
    screen = open_screen("everyone" if shown.signed_in else "")
    answer = screen.page.goto(shown.path.format(**stage))
    assert answer is not None
    assert answer.status == 200
    assert barriers(screen.page) == []


def _refused(screen: Screen, stage: dict[str, str]) -> None:
    screen.go(f"/runs/{stage['held']}/")
    form = screen.page.locator('form[data-move="resume"]')
    form.get_by_label("Number of the step").fill("3")
    form.get_by_role("button").click()
    expect(form.get_by_role("alert")).to_be_visible()


def _not_filled_in(screen: Screen, stage: dict[str, str]) -> None:
    screen.go("/incidents/new/")
    with screen.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        screen.page.locator("main form button").last.click()
    assert sent.value.status == 422
    expect(screen.page.locator(".error").first).to_be_visible()


def _told_where(screen: Screen, stage: dict[str, str]) -> None:
    """The tick of a step whose value was not written."""
    screen.go(f"/runs/{stage['awaiting']}/")
    screen.press()
    expect(screen.open_step.get_by_role("alert")).to_be_visible()


def _nowhere(screen: Screen, stage: dict[str, str]) -> None:
    answer = screen.page.goto("/runs/999999/")
    assert answer is not None
    assert answer.status == 404


def _help(screen: Screen, stage: dict[str, str]) -> None:
    screen.go(f"/runs/{stage['running']}/")
    screen.page.keyboard.press("?")
    expect(screen.page.get_by_role("dialog")).to_be_visible()


def _folds(screen: Screen, stage: dict[str, str]) -> None:
    screen.go(f"/runs/{stage['running']}/")
    screen.page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")


@pytest.mark.parametrize("come", [_refused, _not_filled_in, _told_where, _nowhere, _help, _folds])
def test_a_page_that_says_no_has_no_barrier(open_screen, stage, come) -> None:
    screen = open_screen("everyone")
    come(screen, stage)
    assert barriers(screen.page) == []


def test_a_page_for_others_has_no_barrier(open_screen: OpenScreen, stage: dict[str, str]) -> None:
    screen = open_screen("viewer")
    answer = screen.page.goto("/people/")
    assert answer is not None
    assert answer.status == 403
    assert barriers(screen.page) == []


def test_without_a_script_a_refusal_has_no_barrier(open_screen, stage) -> None:
    """The page comes back whole, and axe is let in by hand."""
    screen = open_screen("everyone")
    screen.page.route("**/*.js", lambda route: route.abort())
    screen.go(f"/runs/{stage['held']}/")
    form = screen.page.locator('form[data-move="resume"]')
    form.get_by_label("Number of the step").fill("3")
    with screen.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        form.get_by_role("button").click()
    assert sent.value.status == 409
    expect(screen.page.locator(".refusal")).to_contain_text("not the step")
    assert barriers(screen.page) == []


@pytest.mark.parametrize("path", ["/near-misses/", "/inventory/systems/ledger/", "/api/"])
def test_a_heading_of_a_table_stands_over_its_column_on_a_desk(open_screen, stage, path) -> None:
    screen = open_screen("everyone", viewport={"width": 1440, "height": 900}).go(path)
    table = screen.page.locator("main table").first
    heads, cells = (
        table.locator(f"{part} tr:first-child > *").evaluate_all(
            "all => all.map((one) => Math.round(one.getBoundingClientRect().left))"
        )
        for part in ("thead", "tbody")
    )
    assert heads == cells != []


@pytest.mark.parametrize("path", ["/", "/background/", "/webhooks/new/"])
def test_the_menu_stays_in_one_row_on_a_desk(open_screen, stage, path: str) -> None:
    """With every entry that there is, a mark on one of them and unread notices."""
    screen = open_screen("everyone", viewport={"width": 1440, "height": 900}).go(path)
    entries = screen.page.locator("nav.menu a:visible")
    expect(entries.last).to_have_text("Background")
    tops = entries.evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
