"""T1, T2: a tick, as the page's script sends it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from bench import supply
from bench.calls import Call
from bench.results import Result
from bench.rounds import Case
from bench.session import INSERT, INSERT_AGAIN, Session
from bench.supply import OpenSteps
from bench.worlds import World, embedded

WORLD = "1k"


def ticks(session: Session) -> Iterable[Result]:
    """The form's tick against base I, and the statements it needs."""
    world = session.world(WORLD)
    tick = form_tick(session, world, steps=50)
    timed = session.against_inserting(world, tick)
    control = timed.ratio(INSERT_AGAIN, INSERT)
    note = f"{timed.milliseconds(tick.name):.1f} ms; base I {timed.milliseconds(INSERT):.1f} ms"
    ratio = timed.ratio(tick.name, INSERT)
    yield Result("T1", "tick by form, by base I", ratio, 1.7, control=control, note=note)
    limit = 8 if embedded() else 7
    for steps in (50, 200):
        sent = _statements(session, form_tick(session, world, steps=steps))
        yield Result("T2", f"statements of a tick, {steps} steps", len(sent), limit, unit="")


def form_tick(session: Session, world: World, *, steps: int) -> Case:
    """A tick of an open step of a run of so many steps; each call takes another step."""
    cast = session.cast(world)
    ready = OpenSteps(cast, supply.revision(cast, steps))

    def prepare(calls: int) -> None:
        world.enter()
        ready.prepare(calls)

    def next_call() -> Call:
        world.enter()
        step = ready.next()
        data = {"key": uuid4().hex, "seen": str(supply.head(step.run)), "step": str(step.step)}
        data |= {f"value_{name}": text for name, text in supply.values(step.step).items()}
        headers = {"Accept": "application/json"}
        return Call(world, cast.operator, f"/runs/{step.run}/tick/", data=data, headers=headers)

    return Case("tick by form", next_call, prepare)


def _statements(session: Session, case: Case) -> list[str]:
    """The statements of one tick; the first call is not counted, it fills caches."""
    case.prepare(2)
    session.caller.time(case.next_call())
    return session.caller.statements(case.next_call())
