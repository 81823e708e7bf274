"""Rules about upkeep: the promises for a system, when a runbook was last drilled, and last read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from runbooks.enums import Level
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope

RULES = RuleGroup()
#: How long something takes, in words: "about 20 minutes", "(~8 mins for 16 GB)".
_TIME = re.compile(
    r"(?:~|\b(?:about|around|approx\w*|takes?|needs?|up to|within|expect\w*)\b)(?: \w+){0,3}? ?"
    r"\d+(?:\.\d+)? ?-?(?:sec|min|minute|h|hr|hour)s?\b",
    re.IGNORECASE,
)


@RULES.add(
    "L39",
    Level.WARNING,
    "Nobody has said how much may be lost, or how long the restore may take",
    "Without an RPO a loss cannot be judged, without an RTO and times for the steps a delay is"
    " noticed too late (NIST SP 800-34).",
    scope=RuleScope.RESTORES,
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
    if not timed and not book.mentions(book.path, _TIME):
        yield book.at_act(
            "No step says how long it is expected to take, so nobody notices that the run is late.",
            "Give the long steps `duration: {expected: 10m, max: 45m}`, from the last drill.",
        )


@RULES.add(
    "L40",
    Level.WARNING,
    "The restore takes longer than was promised, or nobody has measured it",
    "Copying is slower than one thinks: at Atlassian in 2022 and at GitLab in 2017 it set the"
    " length of the outage.",
    scope=RuleScope.RESTORES,
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
            f"The steps are expected to take {_span(expected)} together; the promise (RTO) is"
            f" {_span(rto)}.",
            "Shorten the way, or change the promise with the owner of the system.",
        )
    if measured is not None and measured > rto:
        yield book.at_front(
            "title",
            f"The last run took {_span(measured)}; the promise (RTO) is {_span(rto)}.",
            "Shorten the way, or change the promise with the owner of the system.",
        )
    if measured is None and book.facts.now is not None:
        yield book.at_front(
            "title",
            f"Nobody has measured how long this restore takes; the promise (RTO) is {_span(rto)}.",
            "Drill it once from the first step to the last.",
        )


def _span(span: timedelta) -> str:
    """`2 h 30 min`, in whole minutes."""
    hours, minutes = divmod(round(span.total_seconds() / 60), 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours)
    return " ".join(parts)


@RULES.add(
    "L41",
    Level.WARNING,
    "The runbook was never drilled, or not for a long time",
    "A restore that nobody has done is a hope (NIST SP 800-53 CP-9(1): backups are tested).",
    scope=RuleScope.RESTORES,
)
def not_drilled(book: Book) -> Iterator[Remark]:
    facts = book.facts
    if facts.now is None or facts.drill_every is None:
        return
    if facts.drilled_at is None:
        yield book.at_front(
            "title",
            "Nobody has ever gone through this runbook to its end.",
            "Drill it on a machine that may be lost.",
        )
    elif facts.now - facts.drilled_at > facts.drill_every:
        days = (facts.now - facts.drilled_at).days
        yield book.at_front(
            "title",
            f"This runbook was last gone through {days} days ago; every"
            f" {facts.drill_every.days} days is the rule here.",
            "Drill it again.",
        )


@RULES.add(
    "L42",
    Level.WARNING,
    "The text is older than the limit for reviews, or than a change of the system",
    "What a runbook says drifts away from the machines it speaks of, and nobody sees it before it"
    " is needed.",
)
def out_of_date(book: Book) -> Iterator[Remark]:
    facts = book.facts
    if facts.now and facts.reviewed_at and facts.review_every:
        age = facts.now - facts.reviewed_at
        if age > facts.review_every:
            yield book.at_front(
                "title",
                f"This text was last reviewed {age.days} days ago; every"
                f" {facts.review_every.days} days is the rule here.",
                "Read it against the system, and have a new revision approved.",
            )
    if facts.approved_at and facts.changed_at and facts.changed_at > facts.approved_at:
        yield book.at_front(
            "system",
            f"The system was changed on {facts.changed_at:%Y-%m-%d}, after this text was approved"
            f" on {facts.approved_at:%Y-%m-%d}.",
            "Read it against the system, and have a new revision approved.",
        )
