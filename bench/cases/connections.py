"""T25: what a connection that is opened for each request would cost."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connections

from bench.calls import Call
from bench.results import Result
from bench.rounds import always
from bench.session import READ, READ_AGAIN, Session
from bench.worlds import BenchWorld
from config.checks import connections_persist


def fresh(session: Session) -> Iterable[Result]:
    """Base A with a fresh connection each time against base A with a kept one, to show the price;
    and whether the check of the settings would let such a deployment through."""
    world = session.world("1k")
    once = BenchWorld("1k")
    once.enter()
    connections["default"].settings_dict["CONN_MAX_AGE"] = 0
    refused = connections_persist(None)
    call = Call(once, session.cast(world).operator, "/bench/read/")
    timed = session.against_reading(world, always("fresh", call))
    control, ratio = timed.ratio(READ_AGAIN, READ), timed.ratio("fresh", READ)
    label = "base A with a fresh connection (to show its price)"
    yield Result("T25", label, ratio, 1.0, at_least=True, control=control)
    label = "checks that refuse to close after each request"
    yield Result("T25", label, len(refused), 1, unit="", at_least=True)
