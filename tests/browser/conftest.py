"""A real server with the demonstration on it, and screens that people open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from demo import load
from tests.browser.pages import set_stage
from tests.browser.screens import PATIENCE, Screen, Site
from tests.runbooks.live.live_world import Server, open_world

OpenScreen = Callable[..., Screen]


@pytest.fixture(scope="module")
def site(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of this module's own. What its tests write stays until the module ends."""
    expect.set_options(timeout=PATIENCE)
    with open_world(django_db_blocker, tmp_path_factory.mktemp("browser")) as world:
        load.load(at=datetime.now(UTC))
        made = Site(world, Server(world))
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="module")
def stage(site: Site) -> dict[str, str]:
    """Runs in every state and somebody who sees all there is to see; the numbers for paths."""
    return set_stage()


@pytest.fixture
def open_screen(browser: Browser, site: Site) -> Iterator[OpenScreen]:
    """`open_screen("operator")`: a browser of that person's own, signed in; '' for nobody.

    Whatever a page complained about in its console fails the test that opened it.
    """
    opened: list[Screen] = []

    def open_it(name: str = "", **options: Any) -> Screen:
        context = browser.new_context(base_url=site.url, reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE)
        screen = Screen(name, context, context.new_page())
        opened.append(screen)
        if name:
            cookie = site.world.cookie(User.objects.get(username=name))
            key, _, value = cookie.partition("=")
            context.add_cookies([{"name": key, "value": value, "url": site.url}])
        return screen

    yield open_it
    for screen in opened:
        screen.context.close()
    assert [line for screen in opened for line in screen.complaints] == []
