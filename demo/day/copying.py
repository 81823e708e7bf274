"""The morning: production is to be read, and a laptop to be written into."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from demo.day.crew import Crew
from demo.day.interface import instance
from demo.day.story import Day, StoryLine
from runbooks.enums import RunKind, RunRole
from runbooks.machine.moves.branches import Diagnose, Reopen
from runbooks.machine.moves.run import Abort, Start
from runbooks.machine.moves.steps import Tick
from runbooks.models import Runbook

COPY_OUT = "copy-production-to-a-development-machine"
_TEXT = Path(__file__).resolve().parents[2] / "demo/runbooks/copy-production-to-development.md"
_NEVER = "    not_environment: [production]\n"
_WAIVED = 'waive: {L02: "It is only this once."}\nparameters:'


def copying(day: Day) -> Iterator[StoryLine]:
    """M1, M2 and M6: the wrong account, the wrong direction, the fetched file written over."""
    yield from _into_production(day)
    crew = _crew(day)
    yield day.refused(
        "M1",
        "operator",
        "starts the copy job with an account that can write on production",
        "write_access",
        lambda: _start(crew, "write"),
    )
    _start(crew, "read")
    yield from _turned_round(day, crew)
    yield from _written_over(day, crew)


def _into_production(day: Day) -> Iterator[StoryLine]:
    turned = {"source": instance("ledger"), "target": instance("ledger")}
    yield day.refused(
        "M2",
        "operator",
        "chooses production as the place that is written into",
        "invalid",
        lambda: day.door.prepare("operator", COPY_OUT, RunKind.LIVE, turned),
    )
    whole, title = _TEXT.read_text("utf-8"), Runbook.objects.get(slug=COPY_OUT).title
    loose = whole.replace(_NEVER, "")
    edited = day.door.save("author", loose, title)
    yield day.refused(
        "M2",
        "approver",
        "approves an edit that takes the rule out of the text",
        "open_errors",
        lambda: day.door.approve("approver", *edited),
    )
    waived = loose.replace("parameters:", _WAIVED, 1)
    day.door.approve("approver", *day.door.save("author", waived, title))
    yield day.refused(
        "M2",
        "operator",
        "chooses production once more, where the linter's rule is waived and the text allows it",
        "invalid",
        lambda: day.door.prepare("operator", COPY_OUT, RunKind.LIVE, turned),
    )
    day.door.approve("approver", *day.door.save("author", f"{whole}\n", title))
    yield day.done("author", "puts the rule back; the approver approves it")


def _crew(day: Day) -> Crew:
    chosen = {"source": instance("ledger"), "target": instance("ledger-laptop")}
    newest = stamp(day.door.at - timedelta(minutes=2))
    reads = {"newest_on_production": newest, "copy.data_as_of": newest}
    crew = Crew(day.door, day.door.prepare("operator", COPY_OUT, RunKind.LIVE, chosen), reads)
    crew.man(RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER)
    return crew


def _start(crew: Crew, access: str) -> None:
    crew.press("operator", Start, acknowledged=True, conditions=True, access=access)


def _turned_round(day: Day, crew: Crew) -> Iterator[StoryLine]:
    step = crew.step("State the direction")
    crew.go_on(until=step)
    turned = {"direction.from": "ledger-laptop", "direction.into": "ledger"}
    yield day.differs(
        "M2",
        "operator",
        "says that the laptop is READ FROM and production WRITTEN INTO",
        lambda: crew.press("operator", Tick, step, values=turned),
        crew=crew,
        step=step,
    )
    crew.press("verifier", Diagnose, step, finding="Turned round, from habit.")
    crew.press("operator", Reopen, step)


def _written_over(day: Day, crew: Crew) -> Iterator[StoryLine]:
    step = crew.step("inside the file")
    crew.go_on(until=step)
    other = {**crew.values(step), "sha256_again": "00" * 32}
    yield day.differs(
        "M6",
        "operator",
        "uses a file that was written over since it was fetched",
        lambda: crew.press("operator", Tick, step, values=other),
        crew=crew,
        step=step,
    )
    crew.press("operator", Diagnose, step, finding="A local backup was written over it.")
    crew.press("operator", Abort, reason="The file is gone.", deviation="other")
    crew.go_on()
    crew.press("operator", Abort, reason="Stood down: nothing was written on production.")
    yield day.done("operator", "stands down; production was only read")


def stamp(moment: datetime) -> str:
    """A time as people type it."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
