"""T7, T8, T9: the page of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from bench import orm_equivalents, sample_runs
from bench.calls import Call, Work
from bench.people import Cast
from bench.results import Result
from bench.rounds import Case, always
from bench.session import READ, READ_AGAIN, Session
from bench.worlds import BenchWorld
from runbooks.models import Run, sql

WORLD = "1k"
BOUNDARY = 15.0  # seconds: how long a page keeps its ETag (runbooks.views.run)
MOST_QUERIES = 8


def run_page(session: Session) -> Iterable[Result]:
    """The whole page of a run with 50 steps and 20 files against base A; with 200 steps against
    50; the part that is fetched after a tick; the answer when nothing has changed."""
    world = session.world(WORLD)
    cast = session.cast(world)
    runs = {steps: half_done(cast, steps) for steps in (50, 200)}
    calls = {n: Call(world, cast.operator, f"/runs/{run.pk}/") for n, run in runs.items()}
    loose = half_done(cast, 50, loose=True)
    part = Call(world, cast.operator, calls[50].path, headers={"X-Fragment": "run"})
    cases = [
        always("50", calls[50]),
        always("200", calls[200]),
        always("part", part),
        always("loose", Call(world, cast.operator, f"/runs/{loose.pk}/")),
        Case("unchanged", _unchanged(session, calls[50])),
        *_questions(world, cast, runs[50]),
    ]
    timed = session.against_reading(world, *cases)
    control = timed.ratio(READ_AGAIN, READ)
    note = f"{timed.milliseconds('50'):.1f} ms; base A {timed.milliseconds(READ):.1f} ms"
    label = "run page, 50 steps and 20 files, by base A"
    yield Result("T7", label, timed.ratio("50", READ), 4.5, control=control, note=note)
    for steps, call in calls.items():
        sent = len(session.caller.statements(call))
        yield Result("T7", f"queries of the run page, {steps} steps", sent, MOST_QUERIES, unit="")
    growth = timed.ratio("200", "50")
    yield Result("T8", "run page, 200 steps by 50 steps", growth, 4.2, control=control)
    label, note = "what is fetched after a tick, by base A", f"{timed.milliseconds('part'):.1f} ms"
    yield Result("T8", label, timed.ratio("part", READ), 1.8, control=control, note=note)
    label = "run page, commands outside of steps by none"
    yield Result("T8", label, timed.ratio("loose", "50"), 1.1, control=control)
    label, ratio = "questions of the page as SQL, by the models'", timed.ratio("sql", "models")
    yield Result("T7", label, ratio, 0.6, control=control)
    label = "unchanged run page (304), by base A"
    yield Result("T9", label, timed.ratio("unchanged", READ), 1.2, control=control)


def _questions(world: BenchWorld, cast: Cast, run: Run) -> Iterator[Case]:
    """The questions of the run page as they are sent, and as the models would ask them."""

    def ask(asked: Any) -> None:
        asked.glance(run.pk, run.prepared_at)
        asked.system_of(run)
        asked.lines(run, last=12)
        asked.names([cast.operator.pk])

    yield Case("sql", lambda: Work(world, partial(ask, sql)))
    yield Case("models", lambda: Work(world, partial(ask, orm_equivalents)))


def half_done(cast: Cast, steps: int, *, loose: bool = False) -> Run:
    """A run of so many steps with half of them done and 20 files attached."""
    text = sample_runs.revision(cast, steps, loose=loose)
    return sample_runs.half_done(cast, text, ticked=steps // 2, evidence=20)


def _unchanged(session: Session, call: Call) -> Callable[[], Call]:
    """The request of a browser that has the page already; it asks anew when a page grows old."""
    tags: dict[int, str] = {}

    def next_call() -> Call:
        now = time.time()
        if now % BOUNDARY > BOUNDARY - 0.3:  # it would grow old between asking and answering
            time.sleep(0.4)
            now = time.time()
        age = int(now // BOUNDARY)
        if age not in tags:
            tags[age] = session.caller.call(call).headers["ETag"]
        headers = {"If-None-Match": tags[age]}
        return Call(call.world, call.person, call.path, headers=headers, status=304)

    return next_call


def roles(session: Session) -> Iterator[Result]:
    """T24: the same pages for somebody with roles and for a superuser, whom no check asks."""
    world: BenchWorld = session.history(WORLD)
    cast = session.cast(world)
    for path, label in (("/incidents/", "incident list"), ("/runbooks/", "runbook list")):
        member, superuser = (Call(world, who, path) for who in (cast.operator, cast.superuser))
        timed = session.against_reading(
            world,
            always("member", member),
            always("superuser", superuser),
        )
        control = timed.ratio(READ_AGAIN, READ)
        ratio = timed.ratio("member", "superuser")
        yield Result("T24", f"{label}, member by superuser", ratio, 1.15, control=control)
        extra = len(session.caller.statements(member)) - len(session.caller.statements(superuser))
        yield Result("T24", f"{label}, further queries of a member", extra, 0, unit="")
