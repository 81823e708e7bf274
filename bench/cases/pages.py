"""T7: the page of a run."""

from __future__ import annotations

from collections.abc import Iterable

from bench import supply
from bench.calls import Call
from bench.results import Result
from bench.rounds import Case
from bench.session import READ, READ_AGAIN, Session

WORLD = "1k"


def run_page(session: Session) -> Iterable[Result]:
    """The whole page of a run with 50 steps and 20 files against base A."""
    world = session.world(WORLD)
    cast = session.cast(world)
    run = supply.half_done(cast, supply.revision(cast, 50), ticked=25, evidence=20)
    call = Call(world, cast.operator, f"/runs/{run.pk}/")
    page = Case("run page", lambda: call)
    timed = session.against_reading(world, page)
    control = timed.ratio(READ_AGAIN, READ)
    note = f"{timed.milliseconds(page.name):.1f} ms; base A {timed.milliseconds(READ):.1f} ms"
    what = "run page, 50 steps and 20 files, by base A"
    yield Result("T7", what, timed.ratio(page.name, READ), 4.5, control=control, note=note)
    sent = session.caller.statements(call)
    yield Result("T7", "queries of the run page", len(sent), 8, unit="")
