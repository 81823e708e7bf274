"""Rules about the age of a runbook: when it was last drilled, and last read."""

from __future__ import annotations

from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book import Book
from runbooks.lint.remarks import Remark, Scope
from runbooks.lint.rules import rule


@rule(
    "L41",
    Level.WARNING,
    "The runbook was never drilled, or not for a long time",
    "A restore that nobody has done is a hope (NIST SP 800-53 CP-9(1): backups are tested).",
    scope=Scope.RESTORES,
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


@rule(
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
