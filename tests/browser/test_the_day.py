"""The day of the story, in the browser: what went wrong then is refused in the page, which says
what is wrong and what to do instead; then the same people go on to the end."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from demo.day.crew import PASSWORD, Crew
from demo.day.interface import instance
from inventory.models import Copy
from runbooks.enums import RunKind, RunRole
from runbooks.machine.moves.branches import Diagnose, Reopen
from runbooks.machine.moves.hold import Resume
from runbooks.machine.moves.run import Complete, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.models import Runbook
from tests.browser.conftest import OpenScreen
from tests.browser.hands import Hands
from tests.browser.screens import Screen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

RESTORE, COPY_OUT = "restore-the-ledger-database", "copy-production-to-a"
STAGING = "7301442219883460002"  # the identifier of another machine
RENAME = "rename to ledger_old_"


def slug(begins: str) -> str:
    return Runbook.objects.get(slug__startswith=begins).slug


def test_production_is_never_written_into_by_a_copy(open_screen: OpenScreen) -> None:
    """It is not offered; sent by hand, it is refused beside the field."""
    page = open_screen("operator").go(f"/runbooks/{slug(COPY_OUT)}/1/start/").page
    into = page.locator('[name="parameter_target"]')
    production = str(instance("ledger"))
    assert production not in into.evaluate_all("all => all.map((one) => one.value)")
    page.get_by_label("Live: this is the real thing").check()
    page.locator(f'[name="parameter_source"][value="{production}"]').check()
    into.first.check()
    into.first.evaluate("(one, id) => { one.value = id }", production)
    page.get_by_role("button", name="Prepare the run").click()
    refused = page.locator(".error", has_text="ledger @ db-prod-1 is production")
    expect(refused.first).to_contain_text("never takes here. Choose another instance.")
    expect(page.locator(f'[name="parameter_source"][value="{production}"]')).to_be_checked()


@pytest.fixture
def crew(open_screen: OpenScreen) -> Crew:
    """Three people at their screens, and the restore under way."""
    screens = {name: open_screen(name) for name in ("operator", "verifier", "decider")}
    hands, dump = Hands(screens), Copy.objects.filter(medium="disk").latest("taken_at")
    chosen = {"dump": dump.pk, "target": instance("ledger")}
    crew = Crew(hands, hands.prepare("operator", slug(RESTORE), RunKind.LIVE, chosen))
    for screen in screens.values():
        screen.go(f"/runs/{crew.run}/")
    crew.man(RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER)
    crew.press("operator", Start, acknowledged=True, conditions=True)
    return crew


def screen(crew: Crew, name: str) -> Screen:
    assert isinstance(crew.door, Hands)
    return crew.door.screens[name]


def diagnose(crew: Crew, step: int, finding: str) -> None:
    """What was different is found out and written down; then a new attempt begins."""
    crew.press("operator", Diagnose, step, finding=finding, lead=False)
    crew.press("operator", Reopen, step)


def the_wrong_machine(crew: Crew) -> None:
    """The identifier of another machine: it goes to diagnosis, and what fits is told to nobody."""
    step = crew.step("Identify the server")
    crew.go_on(until=step)
    operator = screen(crew, "operator")
    operator.sees("Identify the server")
    typed = {**crew.values(step), "identify.second": STAGING}
    operator.write({f"value_{name}": value for name, value in typed.items()})
    operator.press()
    for name in ("operator", "verifier", "decider"):
        waiting = screen(crew, name).open_step.locator(".waiting")
        expect(waiting).to_contain_text("is not what the inventory has for ledger")
        expect(waiting).to_contain_text("stop and find out which one answered")
        assert crew.state.facts["target"].identifiers[1] not in screen(crew, name).page.content()
    diagnose(crew, step, "I was still connected with the staging server.")


def writing_backup(crew: Crew) -> None:
    """The line that was read too late on that day: held at once, with the way to cancel it, and
    only a second person goes on."""
    step = crew.step("Restore the duplicate")
    crew.go_on(until=step)
    operator, verifier = screen(crew, "operator"), screen(crew, "verifier")
    crew.press("operator", BeginStep, step)
    operator.sees("Restore the duplicate")
    operator.write({"value_wait.first_line": "Writing backup to file ledger.bak ... 1 %"})
    operator.press("Check the first line")
    banner = operator.page.locator(".banner")
    expect(banner).to_contain_text("ON HOLD. Hands off.")
    expect(banner.locator(".cancel-now")).to_contain_text("Press Ctrl-C once.")
    expect(banner).to_contain_text("“writing backup”")
    expect(banner).to_contain_text("A second person must come")
    expect(operator.open_step.locator(".command")).to_have_count(0)
    expect(operator.page.locator('form[data-move="resume"]')).to_have_count(0)
    expect(verifier.page.locator(".banner .cancel-now")).to_be_visible()
    number = crew.state.step(step - 1).number
    crew.press("verifier", Resume, read_back=number, comment="It was cancelled; I saw it.")
    diagnose(crew, step, "The command of another runbook was pasted.")


def the_name(crew: Crew) -> None:
    """The command stands in no page before the name of what is overwritten was typed."""
    step = crew.step("in the place of the live one")
    crew.go_on(until=step)
    assert not any(RENAME in source(crew, name) for name in ("operator", "verifier", "decider"))
    crew.press("operator", BeginStep, step)
    crew.agree(step)
    crew.press("verifier", Countersign, step)
    operator = screen(crew, "operator")
    operator.sees("in the place of the live one")
    operator.write({"name": "ledger-staging", "password": PASSWORD})
    operator.press("WRITE INTO ledger @ db-prod-1")
    refusal = operator.open_step.get_by_role("alert")
    expect(refusal).to_contain_text("ledger-staging")
    expect(refusal.locator("p")).not_to_have_count(0)
    assert RENAME not in source(crew, "operator")
    operator.write({"name": "ledger", "password": PASSWORD})
    operator.press("WRITE INTO ledger @ db-prod-1")
    expect(operator.open_step.locator(".command")).to_contain_text(RENAME)
    assert RENAME in source(crew, "operator")


def source(crew: Crew, name: str) -> str:
    """The text of a person's run page, whatever is hidden in it: as the server sends it now, and as
    it stands on their screen. Without its marks, which would part a command."""
    at = screen(crew, name)
    page = at.context.request.get(f"/runs/{crew.run}/").text() + at.page.content()
    return html.unescape(re.sub("<[^>]+>", "", page))


def test_the_day_is_refused_in_the_page_and_then_done_right(crew: Crew) -> None:
    acts: tuple[Callable[[Crew], None], ...] = (the_wrong_machine, writing_backup, the_name)
    for act in acts:
        act(crew)
    overwritten = crew.step("in the place of the live one")
    crew.press("operator", Tick, overwritten, values={})
    crew.go_on()
    crew.press("operator", Complete, summary="The ledger is back.")
    banner = screen(crew, "decider").page.locator(".banner.ended")
    expect(banner).to_contain_text("This run is completed.")
    expect(banner).to_contain_text("near miss")
