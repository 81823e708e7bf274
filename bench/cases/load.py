"""T4, T5, T23: the server as it is deployed, asked over sockets."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median, quantiles
from urllib.parse import urlencode
from uuid import uuid4

from bench import sample_runs
from bench.processes import Client, serving, watching
from bench.results import Result
from bench.session import Session
from bench.worlds import TOKEN, BenchWorld
from runbooks.models import Run
from runbooks.runs import replay

WORLD = "1k"
CLIENTS = 8
SECONDS = 4.0  # of each block of clients
VIEWERS = 200
EVERY = 0.1  # seconds between two ticks while somebody watches
REQUESTS = 1000
HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/x-www-form-urlencoded",
    "X-CSRFToken": TOKEN,
}


def watched(session: Session) -> Iterable[Result]:
    """T4: what a tick takes for its sender while 200 others watch, and while nobody does."""
    world = session.world(WORLD)
    cast = session.cast(world)
    of = sample_runs.revision(cast, 200)
    ratios, note = [], ""
    with serving(world) as server:
        for _ in range(session.effort.repeats):
            medians = []
            for viewers in (0, VIEWERS):
                run = sample_runs.started(cast, of)
                with ExitStack() as stack:
                    if viewers:
                        path, cookie = f"/live/runs/{run.pk}", world.cookie(cast.viewer)
                        stack.enter_context(watching(server.port, path, cookie, viewers))
                    # A new connection: the server closes one that is idle for five seconds.
                    client = Client(server.port, world.cookie(cast.operator), HEADERS)
                    medians.append(median(_ticks(client, run, session.effort.rounds)))
            ratios.append(medians[1] / medians[0])
            note = f"{1000 * medians[1]:.1f} ms by {1000 * medians[0]:.1f} ms"
    yield Result("T4", "tick over a socket, 200 viewers by none", median(ratios), 1.25, note=note)


def _ticks(client: Client, run: Run, count: int) -> list[float]:
    """Seconds of so many ticks, ten in a second."""
    times, seen = [], run.sequence
    for step in range(count):
        values = {f"value_{name}": text for name, text in sample_runs.values(step).items()}
        body = {"key": uuid4().hex, "seen": seen, "step": step, **values}
        began = time.perf_counter()
        status, text = client.send("POST", f"/runs/{run.pk}/tick/", urlencode(body))
        times.append(time.perf_counter() - began)
        assert status == 200, text
        seen = json.loads(text)["sequence"]
        time.sleep(max(0.0, EVERY - times[-1]))
    return times


@dataclass
class NoteWriter:
    """A client that writes notes to one run, each when the one before was answered."""

    port: int
    cookie: str
    run: int
    seen: int
    times: list[float] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)

    def work(self, until: float) -> None:
        client = Client(self.port, self.cookie, HEADERS)
        while time.monotonic() < until:
            body = urlencode({"key": uuid4().hex, "seen": self.seen, "text": "Still looking."})
            began = time.perf_counter()
            status, text = client.send("POST", f"/runs/{self.run}/note/", body)
            if status == 200:
                self.times.append(time.perf_counter() - began)
                self.seen = json.loads(text)["sequence"]
            else:
                self.faults.append(status)


def together(session: Session) -> Iterable[Result]:
    """T5: eight clients who write to one run, against eight who write to one each. Notes, because
    the steps of a run are ticked one after the other."""
    world = session.world(WORLD)
    cast = session.cast(world)
    of = sample_runs.revision(cast, 50)
    ratios, single, lost = [], [], 0
    with serving(world) as server:
        for _ in range(session.effort.repeats):
            apart = [sample_runs.started(cast, of) for _ in range(CLIENTS)]
            several = _write(server.port, world.cookie(cast.operator), apart)
            same = [sample_runs.started(cast, of)] * CLIENTS
            single = _write(server.port, world.cookie(cast.operator), same)
            ratios.append(_answered(single) / _answered(several))
            lost += _missing(world, several) + _missing(world, single)
    times = [seconds for writer in single for seconds in writer.times]
    note = f"{_answered(single) / SECONDS:.0f} by {_answered(several) / SECONDS:.0f} a second"
    yield Result("T5", "8 clients on one run by on 8", median(ratios), 0.8, "x", True, note=note)
    yield Result("T5", "moves lost, gaps, broken logs", lost, 0, unit="")
    faults = sum(len(writer.faults) for writer in (*single, *several))
    yield Result("T5", "answers other than 200", faults, 0, unit="")
    p50, p95 = 1000 * median(times), 1000 * quantiles(times, n=20)[18]
    note = f"p50 {p50:.0f} ms, p95 {p95:.0f} ms"
    yield Result("T5", "8 clients on one run, p95 by p50", p95 / p50, 4.0, note=note)


def _write(port: int, cookie: str, runs: Sequence[Run]) -> list[NoteWriter]:
    writers = [NoteWriter(port, cookie, run.pk, run.sequence) for run in runs]
    until = time.monotonic() + SECONDS
    threads = [threading.Thread(target=writer.work, args=(until,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return writers


def _answered(writers: Sequence[NoteWriter]) -> int:
    return sum(len(writer.times) for writer in writers)


def _missing(world: BenchWorld, writers: Sequence[NoteWriter]) -> int:
    """Notes that were answered and are not in the log, and logs that do not hold."""
    world.enter()
    missing = 0
    for run in Run.objects.filter(pk__in={writer.run for writer in writers}):
        answered = sum(len(writer.times) for writer in writers if writer.run == run.pk)
        kept = run.events.filter(kind="note.added").count()
        missing += abs(kept - answered) + (not replay.verify(run).ok)
    return missing


def memory(session: Session) -> Iterable[Result]:
    """T23: the server's memory after a thousand pages."""
    world = session.history(WORLD)
    cast = session.cast(world)
    run = sample_runs.half_done(cast, sample_runs.revision(cast, 50), ticked=25, evidence=20)
    pages = ("/", "/incidents/", "/runbooks/", f"/runs/{run.pk}/", f"/runs/{run.pk}/log/")
    with serving(world) as server:
        client = Client(server.port, world.cookie(cast.operator))
        for number in range(REQUESTS):
            status, _ = client.send("GET", pages[number % len(pages)])
            assert status == 200, (status, pages[number % len(pages)])
        note = f"{server.megabytes('Pss'):.0f} MB proportional"
        yield Result(
            "T23", f"server after {REQUESTS} pages", server.megabytes(), 90, "MB", note=note
        )
