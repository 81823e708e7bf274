"""What somebody was told, and checks of the logs with and without faults."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from notices import queries
from notices.models import Notice
from notices.sending import send_notice
from runbooks.models import LogCheck, Run


def watched(person: User, at: datetime) -> None:
    """Two notices to `person`, the older one read; a good night and a bad one after it."""
    run = Run.objects.earliest("pk")
    subject, url = f"Step 3 is beyond its 30 min: {run}", f"/runs/{run.pk}/"
    late = (
        "Step 3, Dump the database, is being done for 42 min, 12 min beyond its 30 min."
        " Look whether it still moves. If it does not, say STOP and find out why."
    )
    week = "What happened from 2026-03-02 to 2026-03-08.\n\nRuns ended: 1.\n- Run 5 — Restore: done"
    send_notice([person], key="w", subject="The week 2026-W10", text=week, url="/", at=at)
    queries.mark_read(Notice.objects.get(person=person).pk, by=person, at=at)
    send_notice([person], key="l", subject=subject, text=late, url=url, at=at + timedelta(hours=1))
    good = LogCheck(at=at - timedelta(days=1), runs=411, events=17980, heads=600, faults=[])
    rewritten = (
        "Event 12 was anchored 2026-03-04 03:12 UTC and has another digest now."
        " The log was rewritten."
    )
    faults = [
        {"run": run.pk, "sentence": rewritten},
        {"run": None, "sentence": "The file of anchors: Line 7 is no anchor."},
    ]
    bad = LogCheck(at=at, runs=412, events=18000, heads=612, faults=faults, fault_count=2)
    for check in (good, bad):
        check.took = timedelta(seconds=83)
        check.save()
