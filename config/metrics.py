"""What this process counts, and what is read from the database when somebody asks: Prometheus.

With several server processes each would tell only its own: set PROMETHEUS_MULTIPROC_DIR to an empty
folder (the units in deploy/ do), and whichever process is asked adds all of them up.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Min
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as written
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from backup import last_backup
from jobs.models import Job
from runbooks.models import LogCheck, Run

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds

REQUESTS = Counter(
    "countersign_requests", "Requests that were answered.", ["view", "method", "status"]
)
SECONDS = Histogram(
    "countersign_request_seconds", "Time until the answer began.", ["view"], buckets=BUCKETS
)
MOVES = Counter("countersign_moves", "Moves that were sent to runs.", ["move", "outcome"])
STREAMS = Gauge(
    "countersign_open_streams", "Live streams that are open.", multiprocess_mode="livesum"
)


def count_request(view: str, method: str, status: int, seconds: float) -> None:
    """One answered request of the view called `view`."""
    REQUESTS.labels(view, method, str(status)).inc()
    SECONDS.labels(view).observe(seconds)


def count_move(move: str, status: int) -> None:
    """One move, and what its HTTP status says became of it."""
    outcomes = dict.fromkeys((401, 403, 409, 429), "refused") | {404: "", 422: "invalid"}
    outcomes |= dict.fromkeys((400, 405, 415), "invalid")
    outcome = outcomes.get(status, "accepted" if status < 400 else "failed")
    if outcome:  # a 404 names a move that anybody may have made up
        MOVES.labels(move, outcome).inc()


def exposition(at: datetime) -> bytes:
    """Everything there is to tell at `at` (aware), in the text format of Prometheus."""
    registry = CollectorRegistry()
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
    if folder:
        bury(Path(folder))
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(Stored(at))
    return written(registry)


def bury(folder: Path) -> None:
    """Forget how many streams were open in processes that died: only a dead one cannot say so
    itself. What they counted stays counted."""
    for file in folder.glob("gauge_live*_*.db"):
        number = re.search(r"_(\d+)\.db$", file.name)
        if number and not _alive(int(number[1])):
            with suppress(FileNotFoundError):
                file.unlink()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Stored(Collector):
    """What the database and the disk say at `at`, asked once for each collection."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[Metric]:
        yield _gauge("disk_free_bytes", "Free space.", shutil.disk_usage(settings.DATA).free)
        if taken := last_backup.last():
            says = "When the last good backup of Countersign was taken."
            yield _gauge("backup_timestamp_seconds", says, taken.timestamp())
        try:
            gauges = [*self._jobs(), *self._runs(), *self._logs()]
        except DatabaseError:
            yield _gauge("database_up", "Whether the database answers.", 0)
            return
        yield _gauge("database_up", "Whether the database answers.", 1)
        yield from gauges

    def _jobs(self) -> Iterator[Metric]:
        due = Job.objects.unended().filter(due_at__lte=self.at)
        jobs = due.aggregate(depth=Count("pk"), oldest=Min("due_at"))
        age = self.at - jobs["oldest"] if jobs["oldest"] else timedelta()
        failed = Job.objects.failed().count()
        yield _gauge("jobs_due", "Background work that is due and not done.", jobs["depth"])
        yield _gauge(
            "jobs_oldest_due_seconds", "How long the oldest of it is due.", age.total_seconds()
        )
        yield _gauge("jobs_failed", "Background work that failed for good.", failed)

    def _runs(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("countersign_runs", "Runs by status.", labels=["status"])
        for status, number in Run.objects.order_by().values_list("status").annotate(Count("pk")):
            family.add_metric([status], number)
        yield family

    def _logs(self) -> Iterator[Metric]:
        newest = LogCheck.objects.newest()
        if newest:
            says = "When the last check of all logs began."
            yield _gauge("log_check_timestamp_seconds", says, newest.at.timestamp())
            yield _gauge("log_check_faults", "Faults that it found.", newest.fault_count)


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"countersign_{name}", says, value=value)
