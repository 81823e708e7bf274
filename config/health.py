"""Whether this process can do its work: what /readyz asks, in words that anybody may read.

Numbers (free space, queue, times) are in /metrics, which is not for everybody.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from jobs import heartbeat
from jobs.models import Job
from runbooks.audit.nightly import missed_since
from runbooks.models import LogCheck

#: Work that is due for so long is not being done by anybody.
LATE = timedelta(minutes=5)


class Word(StrEnum):
    """Of one check. `degraded`: people can work, somebody should look. `failed`: send nobody."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """One question and its answer; `remedy` is for the operator, and empty when all is well."""

    name: str
    word: Word
    remedy: str = ""


@dataclass(frozen=True)
class Health:
    """All checks of one moment."""

    checks: tuple[Check, ...]

    @property
    def word(self) -> Word:
        """The worst of all."""
        words = [check.word for check in self.checks]
        return max(words, key=list(Word).index)

    @property
    def ready(self) -> bool:
        """Whether requests should be sent here."""
        return self.word is not Word.FAILED


def look(at: datetime) -> Health:
    """Ask the database, its migrations, the disk, the background and the last check of the logs, at
    `at` (aware). Four queries, five while no log was ever checked; raises for nothing it finds."""
    try:
        missing = _on_disk() - _applied()
        watched = (_background(at), _logs(at))
    except DatabaseError:
        remedy = "The database does not answer; look at its log and at DATABASE_URL."
        return Health((Check("database", Word.FAILED, remedy), _disk()))
    return Health((Check("database", Word.OK), _migrations(missing), _disk(), *watched))


def _migrations(missing: frozenset[tuple[str, str]]) -> Check:
    if missing:
        return Check("migrations", Word.FAILED, "Run manage.py migrate.")
    return Check("migrations", Word.OK)


def _background(at: datetime) -> Check:
    seen = heartbeat.last_heartbeat(at)
    if seen.late:
        remedy = f"{seen.sentence} Look whether worker and beat run."
        return Check("background", Word.DEGRADED, remedy)
    if Job.objects.due(at=at - LATE).exists():
        remedy = "Work has been due for five minutes and is not done. Look at the worker's lines."
        return Check("background", Word.DEGRADED, remedy)
    return Check("background", Word.OK)


def _logs(at: datetime) -> Check:
    newest = LogCheck.objects.newest()
    if newest and newest.fault_count:
        remedy = "The last check of the logs found faults: read it in the product."
        return Check("logs", Word.DEGRADED, remedy)
    if missed_since(at, newest):
        return Check("logs", Word.DEGRADED, "The logs were not checked for two days.")
    return Check("logs", Word.OK)


def _disk() -> Check:
    try:
        free = shutil.disk_usage(settings.DATA).free
    except OSError:
        return Check("disk", Word.FAILED, "The data folder cannot be read.")
    if free < settings.DISK_LEAST_BYTES:
        return Check("disk", Word.FAILED, "The disk of the data folder is almost full.")
    return Check("disk", Word.OK)


@cache
def _on_disk() -> frozenset[tuple[str, str]]:
    """The migrations of this code. Read once: code does not change under a process."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _applied() -> set[tuple[str, str]]:
    rows = MigrationRecorder(connection).migration_qs.values_list("app", "name")
    return set(rows)
