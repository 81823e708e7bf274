"""The story: three people restore the ledger, each at their own screen, and a fourth takes over."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from config.demonstration import PASSWORD
from tests.browser.conftest import OpenScreen
from tests.browser.restore import (
    FIRST_READING,
    FOUND,
    IDENTIFY,
    TO_HAND_OVER,
    TO_HOLD,
    TO_IDENTIFY,
    TO_THE_END,
    Act,
)
from tests.browser.screens import Screen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


class Crew:
    """The people of the run. Nobody's page is loaded again once it is open."""

    def __init__(self, operator: Screen, verifier: Screen, decider: Screen) -> None:
        self.operator, self.verifier, self.decider = operator, verifier, decider

    @property
    def screens(self) -> tuple[Screen, ...]:
        return self.operator, self.verifier, self.decider

    def see(self, title: str) -> None:
        for screen in self.screens:
            screen.sees(title)

    def do(self, act: Act) -> None:
        """One step, with everybody that it asks for."""
        self.see(act.title)
        actor = self.verifier if act.by == "verifier" else self.operator
        if act.released:
            expect(actor.button).to_be_disabled()
            self.decider.write({"reason": "the incident channel agrees"})
            self.decider.press("Release step")
        if act.second == "before":
            actor.press("Begin step")
            self.verifier.press("Countersign")
            expect(actor.button).to_contain_text("WRITE INTO ledger")
        actor.write(act.typed)
        if act.answer:
            actor.write({"answer": act.answer, "reason": "nothing newer is whole"})
        actor.press()
        if act.second == "after":
            expect(self.verifier.button).to_contain_text("Countersign")
            self.verifier.write(act.typed)
            self.verifier.press("my own measurement")


def begin(operator: Screen) -> None:
    """From the incident to a run that is prepared."""
    page = operator.page
    page.get_by_role("link", name="Incidents", exact=True).click()
    page.get_by_role("link", name=re.compile("The ledger was overwritten")).click()
    offered = page.get_by_role("listitem").filter(has_text="Restore the ledger database beside")
    offered.get_by_role("link", name=re.compile("Start this runbook for this incident")).click()
    page.locator("label.pick", has_text="/srv/backup/").first.locator("input").check()
    page.locator("label.pick", has_text="db-prod-1").locator("input").check()
    live = page.locator('[name="kind"][value="live"]')
    if live.count():
        live.check()
    page.get_by_role("button", name="Prepare the run").click()
    page.wait_for_url(re.compile("/runs/[0-9]+/"))


def muster(crew: Crew) -> None:
    """Each takes a role; the others see it. Then the operator starts."""
    path = crew.operator.page.url
    for screen in crew.screens:
        if screen is not crew.operator:
            screen.go(path)
        screen.page.evaluate("window.unloaded = false")
        screen.page.get_by_role("button", name=f"Be the {screen.name}").click()
    for screen in crew.screens:
        for seat in ("Operator", "Verifier", "Decider"):
            held = screen.page.locator(".seats li", has_text=seat)
            expect(held.locator(".tick")).to_have_text(seat)
    page = crew.operator.page
    expect(crew.verifier.page.get_by_role("button", name="Start the run")).to_have_count(0)
    page.get_by_label("I have read").check()
    page.get_by_label("Every entry condition").check()
    page.get_by_role("button", name="Start the run").click()


def mistype(crew: Crew) -> None:
    """A value that does not fit: nothing is tried again before somebody has found out why."""
    crew.see(IDENTIFY.title)
    operator = crew.operator
    operator.write({"value_in_recovery": "t"})
    operator.press()
    for screen in crew.screens:
        expect(screen.open_step.locator(".waiting")).to_contain_text("Does not fit")
    operator.write({"finding": "I read the line of another terminal."})
    operator.press("diagnosis")
    operator.press("Open it for a new attempt")
    expect(crew.verifier.open_step.locator(".past").first).to_contain_text("Attempt 1: ")
    crew.do(IDENTIFY)


def tick_ahead(crew: Crew) -> None:
    """No page offers it, and a request made by hand is refused and remembered."""
    for screen in crew.screens:
        expect(screen.page.locator('form[data-move="tick"] [data-primary]:enabled')).to_have_count(
            1 if screen is crew.operator else 0
        )
        answer = screen.post("tick", step=20, value_clients_of_both="0")
        assert answer.status == 409
        wanted = "out_of_order" if screen is crew.operator else "wrong_role"
        assert answer.json()["code"] == wanted
        near_miss = crew.operator.page.locator("#margin li.refused", has_text=screen.name.title())
        expect(near_miss.first).to_be_visible()


def stop_and_resume(crew: Crew) -> None:
    """The key S, a wrong read-back, the right one."""
    crew.verifier.page.keyboard.press("s")
    for screen in crew.screens:
        expect(screen.page.get_by_role("heading", name="HELD. Hands off.")).to_be_visible()
        expect(screen.button).to_have_count(0)
        expect(screen.open_step.locator(".command")).to_have_count(0)
    form = crew.operator.page.locator('form[data-move="resume"]')
    form.get_by_label("Number of the step").fill("3")
    form.get_by_role("button", name="Resume").click()
    refusal = form.get_by_role("alert")
    expect(refusal).to_contain_text("Step 3 is not the step that was finished last.")
    expect(form.get_by_label("Number of the step")).to_have_value("3")
    form.get_by_label("Number of the step").fill("4")
    form.get_by_role("button", name="Resume the run").click()
    for screen in crew.screens:
        expect(screen.page.locator(".banner")).to_have_count(0)


def measure_twice(crew: Crew) -> None:
    """The operator is refused what the second person must do, and that person does not see it."""
    operator, verifier = crew.operator, crew.verifier
    crew.see(FIRST_READING.title)
    operator.write(FIRST_READING.typed)
    operator.press()
    expect(verifier.button).to_contain_text("my own measurement")
    assert FOUND[:10] not in verifier.page.locator("main").inner_text()
    expect(operator.open_step.locator(".waiting")).to_contain_text("Waits for the verifier")
    expect(operator.page.locator('form[data-move="countersign"]')).to_have_count(0)
    answer = operator.post("countersign", step=6, **FIRST_READING.typed)
    assert (answer.status, answer.json()["code"]) == (409, "own_step")
    expect(verifier.page.locator("#margin li.refused", has_text="countersign")).to_have_count(1)
    verifier.write(FIRST_READING.typed)
    verifier.press("my own measurement")


def hand_over(crew: Crew, relief: Screen) -> None:
    """The relief reads back where it stands and identifies the target before anything moves."""
    crew.see("Read the safety copy")
    relief.go(crew.operator.page.url)
    relief.page.evaluate("window.unloaded = false")
    form = crew.operator.fold("hand_over")
    form.get_by_label("Who takes over").select_option(label="Relief")
    form.get_by_label("Where the run stands").fill("The safety copy is written.")
    form.get_by_label("What is running now").fill("nothing")
    form.get_by_label("What comes next").fill("Reading it back.")
    form.get_by_label("What worries you").fill("The disk of the vault is small.")
    form.get_by_role("button", name="Offer the hand-over").click()
    expect(crew.verifier.button).to_have_count(0)
    expect(relief.page.locator(".banner")).to_contain_text("The disk of the vault is small.")
    accept = relief.page.locator('form[data-move="accept_hand_over"]')
    accept.get_by_label("Number of the step").fill("11")
    accept.locator('[name="identifier"]').fill("db-stage-1")
    accept.get_by_role("button", name="Take over").click()
    expect(accept.get_by_role("alert")).to_contain_text("db-stage-1 is no identifier")
    accept.locator('[name="identifier"]').fill("db-prod-1")
    accept.get_by_role("button", name="Take over").click()
    expect(relief.page.locator(".banner")).to_have_count(0)
    expect(crew.operator.page.locator("[data-primary]")).to_have_count(0)
    crew.operator = relief


def test_three_people_restore_the_ledger(open_screen: OpenScreen) -> None:
    crew = Crew(*(open_screen() for _ in range(3)))
    for screen, name in zip(crew.screens, ("operator", "verifier", "decider"), strict=True):
        screen.name = name
        screen.sign_in(PASSWORD)
    begin(crew.operator)
    muster(crew)
    crew.do(TO_IDENTIFY)
    mistype(crew)
    for act in TO_HOLD:
        crew.do(act)
    crew.see(FIRST_READING.title)
    tick_ahead(crew)
    stop_and_resume(crew)
    measure_twice(crew)
    for act in TO_HAND_OVER:
        crew.do(act)
    left = crew.operator
    hand_over(crew, open_screen("relief"))
    for act in TO_THE_END:
        crew.do(act)
    finish = crew.operator.page.locator('form[data-move="complete"]')
    finish.get_by_label("Summary").fill("The ledger of this morning is live.")
    finish.get_by_role("button").click()
    for screen in (*crew.screens, left):
        expect(screen.page.locator(".banner.ended")).to_contain_text("This run is completed.")
        assert screen.page.evaluate("window.unloaded") is False, f"{screen.name} loaded anew"
    tell(crew.operator, crew.operator.run)


def tell(screen: Screen, run: int) -> None:
    """What is told afterwards: the log holds, and the incident knows of the run."""
    screen.go(f"/runs/{run}/log/?verify=1")
    expect(screen.page.get_by_role("heading", name="The log holds")).to_be_visible()
    expect(screen.page.locator("li.refused", has_text="near miss").first).to_be_visible()
    screen.go("/incidents/1/")
    expect(screen.page.locator("#runs")).to_contain_text("completed")
    expect(screen.page.locator("main")).to_contain_text(f"Run {run}")
