"""T1 to T4: a tick, as the page's script and as a program send it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from accounts import tokens
from accounts.enums import Scope
from bench import sample_runs
from bench.calls import Call
from bench.results import Result
from bench.rounds import Case
from bench.sample_runs import OpenSteps
from bench.session import INSERT, INSERT_AGAIN, Session
from bench.worlds import BenchWorld, embedded

WORLD = "1k"


def ticks(session: Session) -> Iterable[Result]:
    """The form's tick against base I, the API's against the form's, and the statements needed."""
    world = session.world(WORLD)
    form, api = form_tick(session, world, steps=50), api_tick(session, world, steps=50)
    timed = session.against_inserting(world, form, api)
    control = timed.ratio(INSERT_AGAIN, INSERT)
    note = f"{timed.milliseconds(form.name):.1f} ms; base I {timed.milliseconds(INSERT):.1f} ms"
    ratio = timed.ratio(form.name, INSERT)
    yield Result("T1", "tick by form, by base I", ratio, 1.7, control=control, note=note)
    limit = 8 if embedded() else 7  # SQLite says BEGIN in a statement
    for steps in (50, 200):
        sent = _statements(session, form_tick(session, world, steps=steps))
        yield Result("T2", f"statements of a tick, {steps} steps", len(sent), limit, unit="")
    ratio, note = timed.ratio(api.name, form.name), f"{timed.milliseconds(api.name):.1f} ms"
    yield Result("T3", "tick by API, by form", ratio, 1.2, control=control, note=note)


def growth(session: Session) -> Iterable[Result]:
    """T4: a tick with a million events in the log against one with a thousand or so."""
    few, many = session.logged("1k"), session.logged("100k")
    cases = {world.name: form_tick(session, world, steps=50) for world in (few, many)}
    named = [Case(name, case.next_call, case.prepare) for name, case in cases.items()]
    timed = session.against_inserting(few, *named)
    control, ratio = timed.ratio(INSERT_AGAIN, INSERT), timed.ratio("100k", "1k")
    yield Result("T4", "tick, 1,000,000 events by 1,000", ratio, 1.1, control=control)


def form_tick(session: Session, world: BenchWorld, *, steps: int) -> Case:
    """A tick of an open step of a run of so many steps; each call takes another step."""
    cast = session.cast(world)
    ready = OpenSteps(world, cast, sample_runs.revision(cast, steps))

    def next_call() -> Call:
        world.enter()
        step = ready.next()
        data = {"key": uuid4().hex, "seen": str(sample_runs.head(step.run)), "step": str(step.step)}
        data |= {f"value_{name}": text for name, text in sample_runs.values(step.step).items()}
        headers = {"Accept": "application/json"}
        return Call(world, cast.operator, f"/runs/{step.run}/tick/", data=data, headers=headers)

    return Case("tick by form", next_call, ready.prepare)


def api_tick(session: Session, world: BenchWorld, *, steps: int) -> Case:
    """The same through the API, with a program's token."""
    cast = session.cast(world)
    ready = OpenSteps(world, cast, sample_runs.revision(cast, steps))
    at = timezone.now()
    token = tokens.issue(
        name="bench", scopes=[Scope.RUN], expires_at=at + timedelta(days=1), by=cast.operator, at=at
    )

    def next_call() -> Call:
        world.enter()
        step = ready.next()
        values = sample_runs.values(step.step)
        data = {"seen": sample_runs.head(step.run), "step": step.step, "values": values}
        headers = {"Authorization": f"Bearer {token.text}", "Idempotency-Key": uuid4().hex}
        path = f"/api/v1/runs/{step.run}/moves/tick/"
        return Call(world, cast.operator, path, data=data, headers=headers, as_json=True)

    return Case("tick by API", next_call, ready.prepare)


def _statements(session: Session, case: Case) -> list[str]:
    """The statements of one tick; the first call is not counted, it fills caches."""
    case.prepare(2)
    session.caller.time(case.next_call())
    return session.caller.statements(case.next_call())
