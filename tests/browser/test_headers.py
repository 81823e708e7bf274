"""The browser runs our own files and nothing else, and no page asks it for more."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request, Response, expect

from tests.browser.conftest import OpenScreen
from tests.browser.pages import PAGES
from tests.browser.screens import Site

pytestmark = pytest.mark.browser


def test_the_policy_bites(open_screen: OpenScreen, stage: dict[str, str]) -> None:
    """Without this, the silence of the other tests would prove nothing."""
    screen = open_screen("everyone").go("/")
    screen.page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
            document.body.setAttribute('style', 'color: red');
        }"""
    )
    assert screen.page.evaluate("window.ran") is None
    expect(screen.page.locator("body")).not_to_have_css("color", "rgb(255, 0, 0)")
    blocked, screen.complaints[:] = list(screen.complaints), []
    assert any("script-src" in line for line in blocked)
    assert any("style-src" in line for line in blocked)


def test_no_page_breaks_the_policy(
    open_screen: OpenScreen, site: Site, stage: dict[str, str]
) -> None:
    """Every page in every state; a complaint in the console fails it when the screens close."""
    asked: list[str] = []
    failed: list[str] = []

    def note_request(request: Request) -> None:
        asked.append(request.url)

    def note_answer(answer: Response) -> None:
        if answer.status >= 400:
            failed.append(f"{answer.status} {answer.url}")

    screens = {True: open_screen("everyone"), False: open_screen()}
    for screen in screens.values():
        screen.page.on("request", note_request)
        screen.page.on("response", note_answer)
    for shown in PAGES:
        page = screens[shown.signed_in].page
        answer = page.goto(shown.path.format(**stage))
        assert answer is not None
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy, shown
        assert "default-src 'none'" in policy, shown
        assert headers["x-content-type-options"] == "nosniff", shown
        assert headers["x-frame-options"] == "DENY", shown
        assert headers["referrer-policy"] == "same-origin", shown
        assert page.locator("[style], [onclick], style, script:not([src])").count() == 0, shown
    assert len(asked) > len(PAGES)
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []
    assert failed == []
