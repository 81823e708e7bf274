"""On a phone, held in one hand: nothing is cut off, nothing is small, and STOP is always there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen
from tests.browser.pages import PAGES, Shown

pytestmark = pytest.mark.browser

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}

#: What is wider than the screen, named by its class or tag; scrolling boxes may hold wide things.
TOO_WIDE = """() => document.documentElement.scrollWidth <= 390 ? [] :
    [...document.body.querySelectorAll('*')].filter(
        (one) => one.getBoundingClientRect().right > 391
    ).map((one) => `${one.tagName} ${one.className} ${one.getBoundingClientRect().right}`)"""

SMALL = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const text = walker.currentNode.textContent.trim();
        const holder = walker.currentNode.parentElement;
        if (!text || holder.closest('script, style')) continue;
        const size = parseFloat(getComputedStyle(holder).fontSize);
        if (size < 16) found.push(`${size} ${holder.tagName} ${text.slice(0, 40)}`);
    }
    for (const field of document.querySelectorAll('input:not([type=hidden]), textarea, select')) {
        const size = parseFloat(getComputedStyle(field).fontSize);
        if (size < 16) found.push(`${size} ${field.tagName} ${field.name}`);
    }
    return found;
}"""

#: Buttons and links of a control that a thumb would miss (WCAG 2.5.5 asks for 44 px).
TINY = """() => [...document.querySelectorAll('button, summary, .button')]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
    .map((one) => `${one.getBoundingClientRect().height} ${one.textContent.trim().slice(0, 40)}`)"""

#: Fields and buttons of the open step that are drawn somewhere else.
ASTRAY = """() => {
    const step = document.querySelector('[data-open]');
    if (!step) return [];
    const box = step.getBoundingClientRect();
    return [...step.querySelectorAll('input:not([type=hidden]), textarea, select, button')]
        .filter((one) => one.checkVisibility())
        .filter((one) => {
            const own = one.getBoundingClientRect();
            return own.top < box.top || own.bottom > box.bottom;
        })
        .map((one) => `${one.tagName} ${one.name} ${one.textContent.trim().slice(0, 40)}`);
}"""

RUNS = [shown for shown in PAGES if shown.name == "runbooks:run_detail"]


@pytest.mark.parametrize("shown", PAGES, ids=str)
def test_no_page_is_wider_than_the_phone(open_screen: OpenScreen, stage, shown: Shown) -> None:
    screen = open_screen("everyone" if shown.signed_in else "", **PHONE)
    screen.go(shown.path.format(**stage))
    assert screen.page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("shown", RUNS, ids=str)
def test_everything_on_the_run_page_can_be_read_and_touched(open_screen, stage, shown) -> None:
    screen = open_screen("everyone", **PHONE).go(shown.path.format(**stage))
    assert screen.page.evaluate(SMALL) == []
    assert screen.page.evaluate(TINY) == []
    assert screen.page.evaluate(ASTRAY) == []


def test_a_step_is_ticked_and_the_run_stopped_by_touch(open_screen, stage) -> None:
    screen = open_screen("everyone", **PHONE).go(f"/runs/{stage['running']}/")
    stop = screen.page.get_by_role("button", name="Stop, I am not sure")
    expect(stop).to_be_in_viewport(ratio=1)
    screen.sees("Stop the jobs")
    screen.button.scroll_into_view_if_needed()
    expect(stop).to_be_in_viewport(ratio=1)
    screen.button.tap()
    screen.sees("Stop the writers")
    screen.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(stop).to_be_in_viewport(ratio=1)
    stop.tap()
    expect(screen.page.get_by_role("heading", name="ON HOLD. Hands off.")).to_be_visible()


def test_the_menu_opens_by_touch(open_screen: OpenScreen, stage: dict[str, str]) -> None:
    screen = open_screen("everyone", **PHONE).go("/")
    screen.page.get_by_role("button", name="Menu").tap()
    screen.page.get_by_role("link", name="Inventory").tap()
    expect(screen.page).to_have_url("/inventory/")
