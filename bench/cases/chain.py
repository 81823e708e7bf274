"""T20, T21: checking the log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from statistics import median
from typing import Any

from bench.calls import Work
from bench.results import Result
from bench.rounds import Case
from bench.session import READ, READ_AGAIN, Session
from bench.worlds import BenchWorld
from runbooks.models import Run
from runbooks.runs import replay

EXTRA_MEGABYTES = 60


def whole(session: Session) -> Iterable[Result]:
    """T20: `manage.py verify_log --chains` over a million events, which checks every digest and
    every column, against reading and hashing alone; each in a process of its own, in turns."""
    world = session.logged("100k")
    repeats = min(session.effort.repeats, 2)
    pairs = [(_watched(world, "bare"), _watched(world, "product")) for _ in range(repeats)]
    speeds = [bare["seconds"] / product["seconds"] for bare, product in pairs]
    bare, product = pairs[-1]
    note = f"{product['events']:,} events in {product['seconds']:.1f} s, bare {bare['seconds']:.1f}"
    share = 100 * median(speeds) * product["events"] / bare["events"]
    yield Result(
        "T20", "verify_log --chains, speed of the bare loop", share, 60, "%", True, note=note
    )
    grown = max(product["peak_mb"] - product["start_mb"] for _, product in pairs)
    yield Result("T20", "verify_log --chains, memory above the start", grown, EXTRA_MEGABYTES, "MB")


def _watched(world: BenchWorld, side: str) -> dict[str, Any]:
    environment = {**os.environ, "DATABASE_URL": world.url}
    command = [sys.executable, "-m", "bench.log_check", side]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def verify_one(session: Session) -> Iterable[Result]:
    """T21: the check of one run of 500 events, as its page asks for it, against base A."""
    world = session.logged("1k")
    run = Run.objects.filter(sequence=500).latest("pk")
    verify = Case("verify", lambda: Work(world, lambda: replay.verify(run)))
    timed = session.against_reading(world, verify)
    control, ratio = timed.ratio(READ_AGAIN, READ), timed.ratio("verify", READ)
    note = f"{timed.milliseconds('verify'):.1f} ms"
    yield Result("T21", "check of 500 events, by base A", ratio, 4.0, control=control, note=note)
