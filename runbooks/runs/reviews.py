"""Reviews: somebody else looks at every override that was used, and writes down what they find.

An override that nobody looks at afterwards becomes the usual way (normalised deviance; RUNS:
"opens a review item").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from accounts import access
from accounts.enums import Right, Role
from accounts.models import User
from accounts.texts import plain_ends, says_something, too_long
from lib.refusals import Invalid, Refused
from lib.times import stamp
from notices.sending import send_notice, settle
from runbooks.enums import RunKind
from runbooks.log import texts
from runbooks.log.words import ProcedureWords
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.gates import GateOverridden
from runbooks.models import Event, Review, Run
from runbooks.runs import paging, persistence

LONGEST_FINDING = 4000
#: Who may close one is told again, until it is closed.
AGAIN = timedelta(days=7)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class ReviewedOverride:
    """A review with what the log says of the override: the gate, why, and at which step ('' for
    the run as a whole)."""

    review: Review
    gate: str
    reason: str
    step: str

    @property
    def when(self) -> str:
        return stamp(self.review.overridden_at)

    @property
    def reviewed(self) -> str:
        """When it was closed; '' while it is open."""
        return stamp(self.review.reviewed_at) if self.review.reviewed_at else ""

    @property
    def open(self) -> bool:
        return self.review.reviewed_at is None


def begin(run: Run, line: LogLine, by: User) -> None:
    """Open the review of an override, `line` of the log of `run`, by the person `by`."""
    Review.objects.create(run=run, sequence=line.sequence, overridden_at=line.at, overridden_by=by)


@transaction.atomic
def close(review: Review, *, finding: str, by: User, at: datetime) -> Review:
    """Close `review` with what was found; `at` is aware, UTC.

    Raises `Invalid` (no finding, or too long), and `Refused`: `no_right` (403), `own_override`
    (nobody reviews their own), `reviewed_already`.
    """
    _check_may_close(by)
    text = _finding(finding)
    now = Review.objects.select_for_update().get(pk=review.pk)
    if now.reviewed_at is not None:
        raise Refused(
            "reviewed_already",
            f"{now.reviewed_by} closed this review: {now.finding}",
            "Nothing is left to do.",
        )
    if now.overridden_by_id == by.pk:
        raise Refused(
            "own_override",
            "You overrode this gate yourself; nobody reviews their own override.",
            "Ask another approver or manager to look at it.",
        )
    now.reviewed_at, now.reviewed_by, now.finding = at, by, text
    now.save(update_fields=["reviewed_at", "reviewed_by", "finding"])
    settle(paging.about_review(now.run_id, now.sequence), why=f"{by} closed the review.", at=at)
    return now


def may_close(person: User) -> bool:
    """Whether `person` closes reviews: approvers of runbooks, and managers."""
    return access.may(person, Right.APPROVE_RUNBOOKS) or (
        access.may(person, Right.VIEW) and Role.MANAGER in person.roles
    )


def with_overrides(reviews: Iterable[Review]) -> tuple[ReviewedOverride, ...]:
    """`reviews` with what the log says of each, in their order. Two queries for all of them, and
    one more for each run that this process has not met."""
    rows = list(reviews)
    runs = {review.run_id for review in rows}
    numbers = {review.sequence for review in rows}
    events = Event.objects.filter(run__in=runs, sequence__in=numbers, kind=GateOverridden.kind)
    lines = {
        (run, number): texts.read(text).event
        for run, number, text in events.values_list("run_id", "sequence", "text")
    }
    books = Run.objects.select_related("revision__runbook__system").in_bulk(runs)
    procedures = {pk: persistence.procedure_of(run) for pk, run in books.items()}
    return tuple(
        ReviewedOverride(
            row, event.label, event.reason, ProcedureWords(procedures[run]).step(event.step)
        )
        for row in rows
        for run in [row.run_id]
        for event in [lines[run, row.sequence]]
        if isinstance(event, GateOverridden)
    )


def remind(at: datetime) -> int:
    """Tell everybody who may close a review, once a week, of those that are open at `at` (aware).
    Returns how many were told now."""
    done = 0
    for review in Review.objects.waiting():
        weeks = (at - review.overridden_at) // AGAIN
        if weeks < 1:
            continue
        people = access.holding(Role.MANAGER, Role.APPROVER).exclude(pk=review.overridden_by_id)
        done += send_notice(
            people,
            key=f"review:{review.pk}:{weeks}",
            subject=f"An override waits for its review: {review.run}",
            text=(
                "A gate was overridden in this run, and nobody has looked at it yet. Read the log,"
                " then close the review with what you found."
            ),
            url=reverse("runbooks:review_detail", args=[review.pk]),
            at=at,
            about=paging.about_review(review.run_id, review.sequence),
            by_mail=review.run.kind == RunKind.LIVE.value,
        )
    return done


def _check_may_close(by: User) -> None:
    """Raise `Refused` (403) unless `by` approves runbooks or is a manager; of a token that it is
    made for that kind of work."""
    if Role.MANAGER in by.roles:
        access.check(by, Right.VIEW)
        access.check_scope(by, Right.APPROVE_RUNBOOKS)
    else:
        access.check(by, Right.APPROVE_RUNBOOKS)


def _finding(text: str) -> str:
    finding = plain_ends(text).strip()
    if not says_something(finding):
        raise Invalid({"finding": "Write what you found: was it right, and what is to change?"})
    if sentence := too_long(finding, LONGEST_FINDING):
        raise Invalid({"finding": sentence})
    if _UNSTORABLE.search(finding):
        raise Invalid({"finding": "This holds a character that cannot be kept; type it anew."})
    return finding
