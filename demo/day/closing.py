"""The days after: what was lost is measured and counted, what saved us is said, and nobody promises
to be more careful."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from demo.day.story import Day, StoryLine
from incidents.models import Incident
from inventory.models import Copy

_WEAK: dict[str, object] = {
    "title": "Always back up twice",
    "kind": "process",
    "owner": None,
    "due": None,
    "done_when": "",
    "strength": "weaker",
}


def closing(day: Day) -> Iterator[StoryLine]:
    """M17, M18 and M19: the loss unmeasured, the luck unsaid, the lessons a slogan."""
    copy = Copy.objects.filter(name__startswith="ledger-2").latest("taken_at")
    incident = Incident.objects.latest("pk").pk
    manage = partial(day.door.incident, "manager", incident)
    close = partial(manage, "status", status="closed")
    yield day.refused("M17", "manager", "closes the incident as it is", "unfinished", close)
    manage("clock/recovery-point", time=copy.data_as_of, certainty="exact")
    manage("clock/restored", time=day.door.at, certainty="about")
    yield day.done("manager", "sets how new the restored data is, and when it was restored")
    lost = {"what": "records", "amount": 312, "unit": "entries", "counted": "counted"}
    manage("losses", **lost, state="gone for good", reason="")
    manage("reconciliation", decision="re-entered", note="From the application's log.")
    manage("notified", whom="Every customer with an entry of that day", notified_at=day.door.at)
    yield day.done("manager", "states the loss, what is done about it, and who was told")
    yield day.refused(
        "M18", "manager", "closes it without saying what saved the day", "unfinished", close
    )
    manage("saved-by", saved_by="luck", note="A coworker had restored the dump by chance.")
    yield day.refused("M18", "manager", "calls it luck, and leaves it at that", "unfinished", close)
    yield day.refused(
        "M19",
        "manager",
        "writes down a lesson: always back up twice",
        "invalid",
        partial(manage, "actions", **_WEAK),
    )
    due = (day.door.at + timedelta(days=14)).date()
    done = "The restore drill of May finds a second copy, which nobody put there by hand."
    mended = {"due": due, "done_when": done, "strength": "stronger", "replaces_luck": True}
    title = "Copy each night's dump to a second house"
    manage("actions", **{**_WEAK, "title": title, **mended, "owner": "author"})
    close()
    yield day.done("manager", "gives the luck to somebody as work, with a day; the incident closes")
