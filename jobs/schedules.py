"""Schedules: kinds of jobs that are put again and again, visible and adjustable by an admin.

The sweep turns what is due into jobs. A due moment is claimed by moving `next_due` on, in the
transaction that puts the job: of two sweeps at once, one puts it. After a pause, or when the clock
jumps ahead, a schedule is due once, however often it would have been due meanwhile; when the clock
jumps back, its next moment is counted anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from jobs import queue, rules
from jobs.models import Job, Schedule, ScheduleChange
from lib.refusals import Invalid, Refused

#: How long jobs that were done are remembered, and those that come more often than once an hour.
KEPT, KEPT_FREQUENT = timedelta(days=30), timedelta(days=1)
FREQUENT = timedelta(hours=1)

Fields = Mapping[str, str | bool]


def zone() -> ZoneInfo:
    """The zone in which daily and weekly rules are counted."""
    return ZoneInfo(settings.TIME_ZONE)


def default(kind: str) -> str:
    """The rule that `kind` has as delivered. Raises `KeyError` for an unknown kind."""
    rule: str = settings.JOB_SCHEDULES[kind][0]
    return rule


def sweep(*, at: datetime) -> int:
    """Put a job for each schedule that is due at `at`. Returns how many were put."""
    return sum(_sweep(row, at) for row in synced() if row.enabled)


def synced() -> list[Schedule]:
    """One row for each kind in the settings, with the rule of the settings unless adjusted."""
    wanted = settings.JOB_SCHEDULES
    rows = {row.kind: row for row in Schedule.objects.filter(kind__in=wanted)}
    missing = [Schedule(kind=kind, rule=default(kind)) for kind in wanted if kind not in rows]
    if missing:
        Schedule.objects.bulk_create(missing, ignore_conflicts=True)
        rows = {row.kind: row for row in Schedule.objects.filter(kind__in=wanted)}
    for row in rows.values():
        if not row.adjusted and row.rule != default(row.kind):
            changed = Schedule.objects.filter(pk=row.pk, adjusted=False)
            changed.update(rule=default(row.kind), next_due=None)
            row.refresh_from_db()
    return list(rows.values())


def _sweep(row: Schedule, at: datetime) -> bool:
    rule, planned = rules.parse(row.rule), row.next_due
    unchanged = Schedule.objects.filter(pk=row.pk, enabled=True, rule=row.rule, next_due=planned)
    if planned is None or planned > at:
        latest = rules.following(rule, at, zone())
        if planned is None or planned > latest:  # new, or the clock went back
            unchanged.update(next_due=latest)
        return False
    following = rules.following(rule, at, zone(), planned=planned)
    with transaction.atomic():
        claimed = unchanged.update(last_due=planned, next_due=following)
        # A schedule that fails, or a worker that is slow, does not pile jobs up.
        if not claimed or Job.objects.of_schedule(row.kind).unended().exists():
            return False
        queue.put(row.kind, key(row.kind, planned), at=at)
    return True


def key(kind: str, due: datetime) -> str:
    """The key of the job of `kind` that was due at `due` (aware); keys sort by time."""
    moment = due.astimezone(ZoneInfo("UTC")).isoformat(timespec="microseconds")
    return f"{kind}@{moment}"


def adjust(kind: str, *, rule: str, by: User, at: datetime) -> Schedule:
    """Give the schedule of `kind` another rule, e.g. "daily 04:15" (in the product's zone).

    Raises `Refused`: 403 without the right to manage the product, 404 for an unknown kind; and
    `Invalid` (field "rule") for a rule that cannot be read.
    """
    _check(kind, by)
    try:
        wanted = str(rules.parse(rule))
    except ValueError as error:
        raise Invalid({"rule": str(error)}) from None
    fields: Fields = {"rule": wanted, "adjusted": wanted != default(kind)}
    return _change(kind, "given another rule", fields, by=by, at=at)


def switch_off(kind: str, *, by: User, at: datetime) -> Schedule:
    """Put no further job of this kind; one that waits is still done. Raises `Refused` as `adjust`
    does."""
    _check(kind, by)
    return _change(kind, "switched off", {"enabled": False}, by=by, at=at)


def switch_on(kind: str, *, by: User, at: datetime) -> Schedule:
    """Put jobs again, from the next due moment on. Raises `Refused` as `adjust` does."""
    _check(kind, by)
    return _change(kind, "switched on", {"enabled": True}, by=by, at=at)


def restore_default(kind: str, *, by: User, at: datetime) -> Schedule:
    """The rule as delivered, and switched on. Raises `Refused` as `adjust` does."""
    _check(kind, by)
    fields: Fields = {"rule": default(kind), "adjusted": False, "enabled": True}
    return _change(kind, "set back to the default", fields, by=by, at=at)


def run_now(kind: str, *, by: User, at: datetime) -> None:
    """Put one job of this kind at once, beside the rule.

    Raises `Refused` as `adjust` does, and "unended" while an earlier one waits or runs.
    """
    _check(kind, by)
    with transaction.atomic():
        row = _locked(kind)
        if Job.objects.of_schedule(kind).unended().exists():
            raise Refused(
                "unended",
                "An earlier job of this schedule still waits or runs.",
                "Look at it in the list of jobs; it can be tried at once there.",
            )
        queue.put(kind, key(kind, at), at=at)
        _record(row, "run by hand", {}, by=by, at=at)


def frequent() -> list[str]:
    """The kinds whose schedule puts jobs more often than once an hour. One query; reads only."""
    adjusted = dict(Schedule.objects.filter(adjusted=True).values_list("kind", "rule"))
    parsed = ((k, rules.parse(adjusted.get(k, default(k)))) for k in settings.JOB_SCHEDULES)
    return [kind for kind, rule in parsed if isinstance(rule, rules.Every) and rule.step < FREQUENT]


def prune(job: Job, at: datetime) -> str:
    """The handler of "jobs.prune": forget done jobs after a month, or after a day when their
    schedule puts them more often than once an hour."""
    forgotten = queue.prune(before=at - KEPT)
    for kind in frequent():
        forgotten += queue.prune(before=at - KEPT_FREQUENT, kind=kind)
    return f"{forgotten} done jobs are forgotten."


def _check(kind: str, by: User) -> None:
    access.check(by, Right.MANAGE_PRODUCT)
    if kind not in settings.JOB_SCHEDULES:
        raise Refused(
            "no_schedule",
            f"There is no schedule of the kind {kind}.",
            "Choose one from the page of background work.",
            status=404,
        )


def _locked(kind: str) -> Schedule:
    synced()
    return Schedule.objects.select_for_update().get(kind=kind)


def _change(kind: str, verb: str, fields: Fields, *, by: User, at: datetime) -> Schedule:
    """Write the fields that differ, with one line of history; the next moment is counted anew."""
    with transaction.atomic():
        row = _locked(kind)
        before = {name: getattr(row, name) for name in fields}
        if before == dict(fields):
            return row
        for name, value in fields.items():
            setattr(row, name, value)
        row.next_due = rules.following(rules.parse(row.rule), at, zone()) if row.enabled else None
        row.save(update_fields=[*fields, "next_due"])
        pairs = {n: [_words(before[n]), _words(fields[n])] for n in fields if n != "adjusted"}
        _record(
            row, verb, {n: pair for n, pair in pairs.items() if pair[0] != pair[1]}, by=by, at=at
        )
    return row


def _words(value: str | bool) -> str:
    return value if isinstance(value, str) else "yes" if value else "no"


def _record(
    row: Schedule, verb: str, fields: dict[str, list[str]], *, by: User, at: datetime
) -> None:
    ScheduleChange.objects.create(
        at=at, by=by, by_name=by.name, schedule=row, verb=verb, fields=fields
    )
