"""One person at one browser, in the words of the run page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from playwright.sync_api import (
    APIResponse,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    expect,
)

from tests.runbooks.live.live_world import Server, World

PATIENCE = 20_000.0  # milliseconds; only a failing test waits this long

#: The browser itself says this of every answer that is a refusal, and when the server is away.
_ORDINARY = ("Failed to load resource:",)


@dataclass
class Site:
    """The server, where it is reached, and how it is killed and started again."""

    world: World
    server: Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def kill(self) -> None:
        """As a power cut does: nothing is said to anybody."""
        self.server.end()

    def start(self) -> None:
        """Again, at the same address."""
        self.server = Server(self.world, port=self.server.port)

    def stop(self) -> None:
        if self.server.process.poll() is None:
            self.server.end()


@dataclass
class Screen:
    """A browser of its own. `complaints` is what its console said that should not be said."""

    name: str
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", self._error)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_ORDINARY):
            self.complaints.append(f"{self.name}, {self.page.url}: {message.text}")

    def _error(self, error: Error) -> None:
        self.complaints.append(f"{self.name}, {self.page.url}: {error.message}")

    def go(self, path: str) -> Screen:
        self.page.goto(path)
        return self

    def sign_in(self, password: str) -> None:
        self.go("/accounts/login/")
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    # The run page.

    @property
    def open_step(self) -> Locator:
        return self.page.locator("[data-open]")

    @property
    def button(self) -> Locator:
        """The one large button of the open step."""
        return self.open_step.locator("[data-primary]")

    @property
    def run(self) -> int:
        match = re.search(r"/runs/([0-9]+)/", self.page.url)
        assert match, self.page.url
        return int(match[1])

    def sees(self, title: str) -> None:
        """Wait until the step with this title is the open one here."""
        expect(self.open_step.locator("h3")).to_contain_text(title)

    def catches_up(self, sequence: int) -> None:
        """Wait until the page knows of the event with this number."""
        margin = self.page.locator("#margin")
        expect(margin).to_have_attribute("data-sequence", str(sequence))

    def write(self, values: Mapping[str, str]) -> None:
        """Type values into the form of the large button, and pick where there is a choice."""
        for name, value in values.items():
            fields = self.open_step.locator(f'form:has([data-primary]) [name="{name}"]')
            if fields.first.get_attribute("type") == "radio":
                fields.and_(self.page.locator(f'[value="{value}"]')).check()
            else:
                fields.fill(value)

    def press(self, says: str = "") -> None:
        """Press the large button; `says` is what must be written on it."""
        if says:
            expect(self.button).to_contain_text(says)
        expect(self.button).to_be_enabled()
        self.button.click()

    def fold(self, move: str) -> Locator:
        """A quiet control, opened: its form."""
        fold = self.page.locator(f'details[data-fold="{move}"]').first
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
        return fold.locator("form")

    def post(self, move: str, **sent: Any) -> APIResponse:
        """A request made by hand, with this person's cookies and what the page last knew."""
        token = self.page.locator('[name="csrfmiddlewaretoken"]').first.get_attribute("value")
        seen = self.page.locator("#margin").get_attribute("data-sequence")
        form = {"csrfmiddlewaretoken": token or "", "seen": seen or "", "key": uuid4().hex}
        return self.context.request.post(
            f"/runs/{self.run}/{move}/",
            form={**form, **{name: str(value) for name, value in sent.items()}},
            headers={"Accept": "application/json"},
            max_redirects=0,
        )
