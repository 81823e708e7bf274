"""T10, T11: many screens follow one run, against a bare loop that writes to as many sockets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median, quantiles

from django.utils import timezone

from bench import sample_runs
from bench.processes import Process, ViewerLog, seen_by, serving, started, watching
from bench.results import Result
from bench.session import Session
from bench.worlds import BenchWorld
from runbooks.machine.moves.steps import Tick
from runbooks.runs import moves

WORLD = "1k"
EVERY = 0.1  # seconds between two ticks
STEPS = 200
SETTLE = 2.0  # seconds for what begins with the first viewer, and for the last message to arrive
MESSAGE = 'id: {0}|event: log|data: {{"sequence": {0}, "kinds": ["step.begun", "step.ticked"]}}'


@dataclass(frozen=True)
class Watched:
    """What one round of ticks cost the server, and when it arrived."""

    milliseconds: list[float]
    expected: int
    seen: ViewerLog
    cpu: float
    kilobytes: float

    @property
    def p95(self) -> float:
        return quantiles(self.milliseconds, n=20)[18]

    def figures(self) -> str:
        middle = median(self.milliseconds)
        return f"p50 {middle:.1f} ms, p95 {self.p95:.1f} ms, {self.microseconds:.0f} us"

    @property
    def microseconds(self) -> float:
        """Processor time of the server for each message that arrived."""
        return 1e6 * self.cpu / self.seen.deliveries


def few(session: Session) -> Iterable[Result]:
    """T10: 200 viewers."""
    raw, product = _measured(session, 200)
    yield Result("T10", "200 viewers: processor time a delivery, by the bare loop",
                 _ratio(product, raw, "microseconds"), 5.0, note=_note(product, raw))  # fmt: skip
    yield from _arrivals("T10", "200 viewers", raw, product)
    slowest = median(watched.p95 for watched in product)
    yield Result("T10", "200 viewers: p95 of the way to a screen", slowest, 50, "ms")


def many(session: Session) -> Iterable[Result]:
    """T11: 1,000 viewers."""
    raw, product = _measured(session, 1000)
    yield from _arrivals("T11", "1,000 viewers", raw, product)
    kilobytes = median(watched.kilobytes for watched in product)
    yield Result("T11", "memory of the server for each viewer", kilobytes, 64, "kB")


def _arrivals(
    target: str, label: str, raw: list[Watched], product: list[Watched]
) -> Iterable[Result]:
    arrived = sum(len(watched.milliseconds) for watched in product)
    share = 100 * arrived / sum(watched.expected for watched in product)
    yield Result(target, f"{label}: ticks that arrived", share, 100, "%", True)
    orderly = sum(watched.seen.in_order() for watched in product)
    yield Result(target, f"{label}: rounds in order", orderly, len(product), "", True)
    ratio, note = _ratio(product, raw, "p95"), _note(product, raw)
    yield Result(target, f"{label}: p95 by the bare loop", ratio, 4.0, note=note)


def _ratio(product: list[Watched], raw: list[Watched], name: str) -> float:
    pairs = zip(product, raw, strict=True)
    return float(median(getattr(mine, name) / getattr(theirs, name) for mine, theirs in pairs))


def _note(product: list[Watched], raw: list[Watched]) -> str:
    return f"{product[-1].figures()}; bare {raw[-1].figures()}"


def _measured(session: Session, count: int) -> tuple[list[Watched], list[Watched]]:
    """Rounds of the bare loop and of the product, in turns."""
    world = session.world(WORLD)
    sent = min(STEPS - 1, session.effort.rounds)
    raw, product = [], []
    for _ in range(session.effort.repeats):
        raw.append(_raw(count, sent))
        product.append(_product(session, world, count, sent))
    return raw, product


def _raw(count: int, sent: int) -> Watched:
    with started("bench.rawloop", "{fd}") as loop:

        def publish(number: int) -> tuple[int, int]:
            at = time.perf_counter_ns()
            loop.say(MESSAGE.format(number))
            return number, at

        return _round(loop, publish, "/", "", count, sent)


def _product(session: Session, world: BenchWorld, count: int, sent: int) -> Watched:
    cast = session.cast(world)
    run = sample_runs.started(cast, sample_runs.revision(cast, STEPS))

    def publish(number: int) -> tuple[int, int]:
        values = sample_runs.values(number)
        answer = moves.make_move(
            run.pk, Tick(step=number, values=values), by=cast.operator, at=timezone.now()
        )
        return answer.sequence, time.perf_counter_ns()  # it is committed now

    path = f"/live/runs/{run.pk}?after={run.sequence}"
    with serving(world) as server:
        return _round(server, publish, path, world.cookie(cast.viewer), count, sent)


def _round(
    server: Process,
    publish: Callable[[int], tuple[int, int]],
    path: str,
    cookie: str,
    count: int,
    sent: int,
) -> Watched:
    with watching(server.port, path, cookie, 2):  # what begins with the first viewer
        time.sleep(SETTLE)
        before = server.megabytes()
        with watching(server.port, path, cookie, count) as viewers:
            time.sleep(SETTLE)
            kilobytes = 1024 * (server.megabytes() - before) / count
            cpu, times = server.cpu_seconds(), []
            due = time.monotonic()
            for number in range(sent):
                time.sleep(max(0.0, due - time.monotonic()))
                times.append(publish(number))
                due += EVERY
            time.sleep(SETTLE)
            cpu = server.cpu_seconds() - cpu
            seen = seen_by(viewers)
    return Watched(seen.latencies(times), count * sent, seen, cpu, kilobytes)
