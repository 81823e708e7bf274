"""Rules about the promises for a system, and whether the runbook can keep them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from runbooks.enums import Level
from runbooks.lint.book import Book
from runbooks.lint.remarks import Remark, Scope
from runbooks.lint.rules import rule
from runbooks.lint.words import at_act, mention

#: A time that is said of an act: "about 20 minutes", "(~8 mins for 16 GB)".
_TIME = re.compile(
    r"(?:~|\b(?:about|around|approx\w*|takes?|needs?|up to|within|expect\w*)\b)(?: \w+){0,3}? ?"
    r"\d+(?:\.\d+)? ?-?(?:sec|min|minute|h|hr|hour)s?\b",
    re.IGNORECASE,
)


@rule(
    "L39",
    Level.WARNING,
    "Nobody has said how much may be lost, or how long the restore may take",
    "Without an RPO a loss cannot be judged, without an RTO and times for the steps a delay is"
    " noticed too late (NIST SP 800-34).",
    scope=Scope.RESTORES,
)
def no_promise(book: Book) -> Iterator[Remark]:
    facts, system = book.facts, book.procedure.system
    # Whether its data is confidential is known of every system of the inventory.
    if facts.confidential is not None:
        promises = (("RPO", facts.rpo), ("RTO", facts.rto))
        missing = [name for name, value in promises if value is None]
        if missing:
            yield book.at_front(
                "system",
                f"The inventory promises no {' and no '.join(missing)} for"
                f" {system or 'this system'}, so a loss or a delay cannot be judged.",
                "Enter it in the inventory, at the system.",
            )
    timed = any(step.guard.duration and step.guard.duration.expected for step in book.path)
    if not timed and not mention(book, book.path, _TIME):
        yield at_act(
            book,
            "No step says how long it is expected to take, so nobody notices that the run is late.",
            "Give the long steps `duration: {expected: 10m, max: 45m}`, from the last drill.",
        )


@rule(
    "L40",
    Level.WARNING,
    "The restore takes longer than was promised, or nobody has measured it",
    "Copying is slower than one thinks: at Atlassian in 2022 and at GitLab in 2017 it set the"
    " length of the outage.",
    scope=Scope.RESTORES,
)
def too_slow(book: Book) -> Iterator[Remark]:
    rto, measured = book.facts.rto, book.facts.restore_time
    if rto is None:
        return
    expected = timedelta(
        seconds=sum(step.guard.duration.expected or 0 for step in book.path if step.guard.duration)
    )
    if expected > rto:
        yield book.at_front(
            "title",
            f"The steps are expected to take {_said(expected)} together; the promise (RTO) is"
            f" {_said(rto)}.",
            "Shorten the way, or change the promise with the owner of the system.",
        )
    if measured is not None and measured > rto:
        yield book.at_front(
            "title",
            f"The last run took {_said(measured)}; the promise (RTO) is {_said(rto)}.",
            "Shorten the way, or change the promise with the owner of the system.",
        )
    if measured is None and book.facts.now is not None:
        yield book.at_front(
            "title",
            f"Nobody has measured how long this restore takes; the promise (RTO) is {_said(rto)}.",
            "Drill it once from the first step to the last.",
        )


def _said(span: timedelta) -> str:
    """`2 h 30 min`, in whole minutes."""
    hours, minutes = divmod(round(span.total_seconds() / 60), 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours)
    return " ".join(parts)
