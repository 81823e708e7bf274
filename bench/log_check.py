"""`python -m bench.log_check bare|product`: go through every log, and tell time and memory as JSON.

A process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import django

django.setup()  # what follows imports models

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from runbooks.models import Event  # noqa: E402

CHUNK = 10_000


def bare() -> int:
    """The least that a check can cost: three columns in order, SHA-256, a comparison."""
    table = Event._meta.db_table
    sql = f"SELECT run_id, text, digest FROM {table} ORDER BY run_id, sequence"
    count, run, previous = 0, 0, ""
    for events in _chunks(sql):
        for of, text, digest in events:
            if of != run:
                run, previous = of, ""
            count += 1
            if hashlib.sha256((previous + text).encode()).hexdigest() != digest:
                raise ValueError(f"run {run}: a broken link")
            previous = digest
    return count


def _chunks(sql: str) -> Iterator[list[tuple[int, str, str]]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while events := cursor.fetchmany(CHUNK):
            yield events


def product() -> int:
    """The quick reading of all chains, with its answer thrown away unless it finds a fault."""
    call_command("verify_log", chains=True, stdout=io.StringIO())
    return Event.objects.count()


def megabytes() -> float:
    """The most that this process ever held. (The figure of getrusage is inherited: it would tell
    of the process that started this one.)"""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    Event.objects.first()  # the connection is open and the models are warm
    start, began = megabytes(), time.perf_counter()
    events = {"bare": bare, "product": product}[sys.argv[1]]()
    measured = {
        "events": events,
        "seconds": time.perf_counter() - began,
        "start_mb": start,
        "peak_mb": megabytes(),
    }
    sys.stdout.write(json.dumps(measured) + "\n")


if __name__ == "__main__":
    main()
