"""The background, read for its pages: schedules with their last result, and the list of jobs."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from jobs import schedules
from jobs.models import Job, JobStatus, Schedule

PAGE = 50
#: Results of a schedule that its own page shows.
RECENT = 10


@dataclass(frozen=True)
class ScheduleLine:
    """One schedule: what it `does`, its row, the `default` rule, and what became of its jobs.

    `last` ended, `unended` waits or runs; either may be None. `after_failure`: `unended` waits
    because its last attempt failed.
    """

    does: str
    default: str
    row: Schedule
    last: Job | None
    unended: Job | None

    @property
    def after_failure(self) -> bool:
        return self.unended is not None and bool(self.unended.error)

    @property
    def fine(self) -> bool:
        """Nothing here asks for a person."""
        failed = self.last is not None and self.last.status == JobStatus.FAILED.value
        return not failed and not self.after_failure


@dataclass(frozen=True)
class JobPage:
    """Newest first; `newer` and `older` are the key of the job at that end, or None."""

    jobs: tuple[Job, ...]
    newer: int | None
    older: int | None


def schedule_lines() -> tuple[ScheduleLine, ...]:
    """Every schedule, what needs a person first. Two queries a schedule."""
    lines = [schedule_line(kind) for kind in settings.JOB_SCHEDULES]
    return tuple(sorted(lines, key=lambda line: (line.fine, line.row.kind)))


def schedule_line(kind: str) -> ScheduleLine:
    """The schedule of `kind`. Raises `KeyError` for an unknown one."""
    rule, does = settings.JOB_SCHEDULES[kind]
    # Until the background has run for the first time, there is no row.
    row = Schedule.objects.filter(kind=kind).first() or Schedule(kind=kind, rule=rule)
    jobs = Job.objects.of_schedule(kind)
    return ScheduleLine(
        does=does,
        default=rule,
        row=row,
        last=jobs.ended().first(),
        unended=jobs.unended().order_by("-pk").first(),
    )


def job_page(
    status: str = "",
    *,
    kind: str = "",
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE,
) -> JobPage:
    """At most `size` jobs of this `status` and `kind` ('': any): the newest, those before the key
    `before`, or those next after the key `after`.

    Among all kinds, those that come every few seconds and were done are left out: nobody would
    find anything else.
    """
    wanted = {"status": status, "kind": kind}
    rows = Job.objects.filter(**{name: value for name, value in wanted.items() if value})
    if not kind:
        rows = rows.exclude(status=JobStatus.DONE.value, kind__in=schedules.frequent())
    if after is not None:
        got = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        return _job_page(got[:size][::-1], newer=len(got) > size, older=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    got = list(rows.order_by("-pk")[: size + 1])
    return _job_page(got[:size], newer=before is not None, older=len(got) > size)


def _job_page(shown: list[Job], *, newer: bool, older: bool) -> JobPage:
    return JobPage(
        tuple(shown),
        shown[0].pk if newer and shown else None,
        shown[-1].pk if older and shown else None,
    )


def kinds() -> list[str]:
    """The kinds that are done here, sorted."""
    return sorted(settings.JOB_HANDLERS)
