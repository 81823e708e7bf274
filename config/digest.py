"""The weekly digest for managers: what happened in the last whole week, read across all floors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import access
from accounts.enums import Role
from incidents.models import Incident
from inventory import board
from jobs.models import Job
from lib.times import stamp
from notices import preferences
from notices.sending import send_notice
from runbooks.audit import near_misses, nightly
from runbooks.audit.near_misses import NearMissFilters, Tallies
from runbooks.audit.nightly import counted
from runbooks.enums import RunKind
from runbooks.models import LogCheck, Run

#: Titles that are written out below a count.
MOST = 10


@dataclass(frozen=True)
class Week:
    """A calendar week in the zone of the settings, Monday to Sunday: `end` does not belong to it.
    `name` is that of ISO 8601, such as "2026-W47"."""

    start: datetime
    end: datetime
    name: str

    @property
    def days(self) -> str:
        last = timezone.localtime(self.end) - timedelta(hours=12)
        return f"{timezone.localtime(self.start):%Y-%m-%d} to {last:%Y-%m-%d}"


@dataclass(frozen=True)
class Digest:
    """What is told: a subject and plain text."""

    subject: str
    text: str


def send(job: Job, at: datetime) -> str:
    """Handler of `config.digest`: tell managers what happened in the last whole week. Whoever
    switched the digest off is left out; a week is told to a person once, whenever this is done.

    A week without any event is told as well: silence would look like a digest that is broken.
    """
    week = last_week(at)
    managers = preferences.wanting_digest(access.holding(Role.MANAGER))
    digest = compose(week, at)
    number = send_notice(
        managers,
        key=f"digest:{week.name}",
        subject=digest.subject,
        text=digest.text,
        url=reverse("home"),
        at=at,
    )
    return f"{week.name}: {counted(number, 'manager')} told."


def last_week(at: datetime) -> Week:
    """The last week that was over at `at` (aware)."""
    today = timezone.localdate(at)
    monday = today - timedelta(days=today.weekday())
    start, end = (
        datetime.combine(day, time(), timezone.get_default_timezone())
        for day in (monday - timedelta(days=7), monday)
    )
    return Week(start, end, f"{start:%G-W%V}")


def compose(week: Week, at: datetime) -> Digest:
    """The digest of `week`; the state of the systems and of the logs is that at `at`."""
    opened = Incident.objects.filter(opened_at__gte=week.start, opened_at__lt=week.end)
    closed = Incident.objects.filter(closed_at__gte=week.start, closed_at__lt=week.end)
    ended = Run.objects.filter(ended_at__gte=week.start, ended_at__lt=week.end)
    misses = near_misses.tallies(NearMissFilters(since=week.start, until=week.end))
    head = [
        counted(number, label)
        for number, label in (
            (opened.count(), "new incident"),
            (ended.count(), "ended run"),
            (misses.n, "near miss"),
        )
        if number
    ]
    parts = [
        f"What happened from {week.days}.",
        _part("Incidents opened", opened.count(), map(str, opened.order_by("opened_at"))),
        _part("Incidents closed", closed.count(), map(str, closed.order_by("closed_at"))),
        _runs(ended),
        *_near_misses(misses),
        _systems(at),
        _logs(at),
    ]
    subject = f"The week {week.name}: {', '.join(head) or 'nothing happened'}"
    return Digest(subject, "\n\n".join(parts))


def _near_misses(tallies: Tallies) -> Iterator[str]:
    """How many, and at which guards; nobody's name (see `runbooks.audit.near_misses`)."""
    guards = (f"{guard.n} × {guard.name}" for guard in tallies.guards if guard.n)
    yield _part("Near misses, by the guard that refused", tallies.n, guards)
    opened = (f"{guard.overrides} × {guard.name}" for guard in tallies.guards if guard.overrides)
    yield _part("Overrides, by the guard that was opened", tallies.overrides, opened)


def _runs(ended: QuerySet[Run]) -> str:
    lines = (
        f"{run}: {run.status}{', a drill' if run.kind == RunKind.DRILL.value else ''}"
        for run in ended.order_by("ended_at").only("pk", "title", "status", "kind")
    )
    return _part("Runs ended", ended.count(), lines)


def _systems(at: datetime) -> str:
    broken = [line for line in board.summaries(at) if line.is_broken]
    lines = (
        f"{line.system.name}: {line.sentence}{f'. {line.doubt}' if line.doubt else ''}"
        for line in broken
    )
    return _part("Systems that could not be restored as promised now", len(broken), lines)


def _logs(at: datetime) -> str:
    newest = LogCheck.objects.newest()
    if newest is None:
        return "Verification of the logs: there was none yet."
    missed = ", and none since" if nightly.missed_since(at, newest) else ""
    return f"Verification of the logs, {stamp(newest.at)}{missed}: {nightly.sentence(newest)}"


def _part(title: str, number: int, lines: Iterable[str]) -> str:
    """A count with its first `MOST` lines."""
    return "\n".join([f"{title}: {number or 'none'}.", *_first(lines, number)])


def _first(lines: Iterable[str], number: int) -> Iterator[str]:
    for line, _ in zip(lines, range(MOST), strict=False):
        yield f"- {line}"
    if number > MOST:
        yield f"- and {number - MOST} more"
