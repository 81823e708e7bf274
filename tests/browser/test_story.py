"""The story: three people restore the ledger, each at their own screen, and a fourth takes over."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from demo.day.crew import PASSWORD
from demo.day.crew import Crew as Right
from runbooks.machine.state import current
from tests.browser.conftest import OpenScreen
from tests.browser.hands import Hands
from tests.browser.screens import Screen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

IDENTIFY = "Identify the server"
FIRST_READING = "as you found it"
INSIDE = "Read the newest entry inside the backup"
DECIDE = "Decide whether to restore this backup"
SWAP = "Put the restored database"
OPEN = "Open the ledger"


class Crew:
    """The people of the run. Nobody's page is loaded again once it is open."""

    def __init__(self, operator: Screen, verifier: Screen, decider: Screen) -> None:
        self.operator, self.verifier, self.decider = operator, verifier, decider

    @property
    def screens(self) -> tuple[Screen, ...]:
        return self.operator, self.verifier, self.decider

    def prepared(self) -> None:
        """There is a run: from now on they know what fits at each of its steps."""
        by_name = {screen.name: screen for screen in self.screens}
        reads = {
            "newest_found": f"{datetime.now(UTC) - timedelta(days=61):%Y-%m-%d %H:%M:%S+00:00}"
        }
        self.right = Right(Hands(by_name), self.operator.run, reads, operator=self.operator.name)

    def takes_over(self, relief: Screen) -> None:
        """Somebody else is the operator now."""
        self.operator = relief
        self.prepared()

    def see(self, title: str) -> int:
        """Wait until all have this step open; its index."""
        for screen in self.screens:
            screen.sees(title)
        return self.right.step(title)

    def do(self, title: str) -> None:
        """One step, with everybody that it asks for."""
        self.right.do(self.see(title))

    def go_on(self, until: str) -> None:
        """Step after step. Each is seen by all before it is done."""
        last = self.right.step(until)
        while (index := current(self.right.state)) != last:
            assert index is not None, f"Nothing is open before {until}."
            self.do(self.right.state.step(index).title)
        self.see(until)

    def typed(self, title: str) -> dict[str, str]:
        """What fits at a step, by the names of its fields."""
        values = self.right.values(self.right.step(title))
        return {f"value_{name}": value for name, value in values.items()}


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
    crew.see("Announce the restore")


def mistype(crew: Crew) -> None:
    """A value that does not fit: nothing is tried again before somebody has found out why."""
    crew.see(IDENTIFY)
    operator = crew.operator
    operator.write({**crew.typed(IDENTIFY), "value_in_recovery": "t"})
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
        answer = screen.post("tick", step=crew.right.step(SWAP))
        assert answer.status == 409
        wanted = "out_of_order" if screen is crew.operator else "wrong_role"
        assert answer.json()["code"] == wanted
        near_miss = crew.operator.page.locator("#margin li.refused", has_text=screen.name.title())
        expect(near_miss.first).to_be_visible()


def stop_and_resume(crew: Crew) -> None:
    """The key S, a wrong read-back, the right one."""
    crew.verifier.page.keyboard.press("s")
    for screen in crew.screens:
        expect(screen.page.get_by_role("heading", name="ON HOLD. Hands off.")).to_be_visible()
        expect(screen.button).to_have_count(0)
        expect(screen.open_step.locator(".command")).to_have_count(0)
    form = crew.operator.page.locator('form[data-move="resume"]')
    form.get_by_label("Number of the step").fill("3")
    form.get_by_role("button", name="Resume").click()
    refusal = form.get_by_role("alert")
    expect(refusal).to_contain_text("Step 3 is not the step that was finished last.")
    expect(form.get_by_label("Number of the step")).to_have_value("3")
    form.get_by_label("Number of the step").fill("5")
    form.get_by_role("button", name="Resume the run").click()
    for screen in crew.screens:
        expect(screen.page.locator(".banner")).to_have_count(0)


def measure_twice(crew: Crew) -> None:
    """The operator is refused what the second person must do, and that person does not see it."""
    operator, verifier = crew.operator, crew.verifier
    index, typed = crew.see(FIRST_READING), crew.typed(FIRST_READING)
    operator.write(typed)
    operator.press()
    expect(verifier.button).to_contain_text("my own measurement")
    measured = typed["value_newest_found"]
    assert measured not in verifier.page.locator("main").inner_text()
    expect(operator.open_step.locator(".waiting")).to_contain_text("Waits for the verifier")
    expect(operator.page.locator('form[data-move="countersign"]')).to_have_count(0)
    answer = operator.post("countersign", step=index, **typed)
    assert (answer.status, answer.json()["code"]) == (409, "own_step")
    expect(verifier.page.locator("#margin li.refused", has_text="countersign")).to_have_count(1)
    verifier.write(typed)
    verifier.press("my own measurement")
    crew.see("List every known copy")


def hand_over(crew: Crew, relief: Screen) -> None:
    """The relief reads back where it stands and identifies the target before anything moves."""
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
    accept.get_by_label("Number of the step").fill("12")
    accept.locator('[name="identifier"]').fill("db-stage-1")
    accept.get_by_role("button", name="Take over").click()
    expect(accept.get_by_role("alert")).to_contain_text(
        "db-stage-1 is not what identifies ledger: its database system identifier"
    )
    accept.locator('[name="identifier"]').fill("7301442219883460001")
    accept.get_by_role("button", name="Take over").click()
    expect(relief.page.locator(".banner")).to_have_count(0)
    expect(crew.operator.page.locator("[data-primary]")).to_have_count(0)
    crew.takes_over(relief)


def sign_for_the_loss(crew: Crew) -> None:
    """Six hours are lost and an hour was promised: the decider is asked, and nothing goes on."""
    operator, index = crew.operator, crew.see(INSIDE)
    operator.write(crew.typed(INSIDE))
    operator.press()
    refusal = operator.open_step.get_by_role("alert")
    expect(refusal.first).to_contain_text("The decider has signed for the loss".lower()[4:])
    crew.right.do(index)
    crew.see(DECIDE)
    for screen in crew.screens:
        lost = screen.open_step.locator("dl.loss")
        expect(lost).to_contain_text("about 6 h")
        expect(lost).to_contain_text("61 days old")


def cut_over(crew: Crew) -> None:
    """Nothing is laid open before everybody has agreed, and the button says what it does."""
    operator, index = crew.operator, crew.see(SWAP)
    expect(operator.open_step.locator(".command")).to_have_count(0)
    for screen in crew.screens:
        lost = screen.open_step.locator("dl.loss")
        expect(lost).to_contain_text(
            re.compile("are lost, about 6 h, up to .* the writers stopped")
        )
        expect(lost).to_contain_text("RPO 1 h: NOT MET, signed by the decider")
        expect(lost).to_contain_text("61 days old")
        expect(lost).not_to_contain_text("nothing is lost")
    crew.right.before(index)
    for screen in crew.screens:
        expect(screen.open_step.locator(".laid-open")).to_be_visible()
    expect(operator.open_step.locator(".command")).to_contain_text("rename to")
    expect(operator.button).to_contain_text("ledger @ db-prod-1 is overwritten")
    operator.press()
    crew.see("newest entry of the live database")


def reopen(crew: Crew) -> None:
    """The application comes back when the decider says so."""
    crew.see(OPEN)
    expect(crew.operator.button).to_be_disabled()
    crew.do(OPEN)


def test_three_people_restore_the_ledger(open_screen: OpenScreen) -> None:
    crew = Crew(*(open_screen() for _ in range(3)))
    for screen, name in zip(crew.screens, ("operator", "verifier", "decider"), strict=True):
        screen.name = name
        screen.sign_in(PASSWORD)
    begin(crew.operator)
    crew.prepared()
    muster(crew)
    crew.go_on(until=IDENTIFY)
    mistype(crew)
    crew.go_on(until=FIRST_READING)
    tick_ahead(crew)
    stop_and_resume(crew)
    measure_twice(crew)
    crew.go_on(until=INSIDE)
    sign_for_the_loss(crew)
    crew.go_on(until="Read the safety copy")
    left = crew.operator
    hand_over(crew, open_screen("relief"))
    crew.go_on(until=SWAP)
    cut_over(crew)
    crew.go_on(until=OPEN)
    reopen(crew)
    crew.go_on(until="Tell those affected")
    crew.do("Tell those affected")
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
