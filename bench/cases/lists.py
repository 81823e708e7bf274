"""T12, T13: incidents as a history of years."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bench.calls import Call
from bench.results import Result
from bench.rounds import Case, always
from bench.session import READ, READ_AGAIN, Session
from bench.worlds import BenchWorld
from incidents.models import Incident

MIDDLE = 50_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FILTERS = {
    "no filter": "",
    "by status": "?status=closed",
    "by rare status": "?status=open",
    "by system": "?system=bench-system-7",
    "by severity and kind": "?severity=severity+1&kind=corruption",
    "by all four": "?status=closed&severity=severity+1&kind=corruption&system=bench-system-7",
}
MOST_QUERIES = 6


def first_page(session: Session) -> Iterable[Result]:
    """T12: the first page of 100,000, with each filter, against base A."""
    world = session.history("100k")
    cases = [_case(session, world, name, query) for name, query in FILTERS.items()]
    timed = session.against_reading(world, *cases)
    control = timed.ratio(READ_AGAIN, READ)
    for case in cases:
        note = f"{timed.milliseconds(case.name):.1f} ms"
        label, ratio = f"100,000 incidents, {case.name}, by base A", timed.ratio(case.name, READ)
        yield Result("T12", label, ratio, 3.5, control=control, note=note)
    for name in ("1k", "100k"):
        sent = session.caller.statements(_call(session, session.history(name), ""))
        label = f"queries of the list, {name} incidents"
        yield Result("T12", label, len(sent), MOST_QUERIES, unit="")
        if name == "100k":
            table = Incident._meta.db_table
            counts = sum(sql.startswith("SELECT COUNT(*)") and table in sql for sql in sent)
            yield Result("T13", "exact counts of the whole list", counts, 0, unit="")


def growth(session: Session) -> Iterable[Result]:
    """T13: 100,000 against 1,000, and a page in the middle against the first."""
    worlds = {name: session.history(name) for name in ("1k", "10k", "100k")}
    cases = [_case(session, world, name, "") for name, world in worlds.items()]
    middle = _case(session, worlds["100k"], "middle", _after(worlds["100k"], MIDDLE))
    timed = session.against_reading(worlds["1k"], *cases, middle)
    control = timed.ratio(READ_AGAIN, READ)
    for name, rows in (("10k", "10,000"), ("100k", "100,000")):
        ratio = timed.ratio(name, "1k")
        yield Result("T13", f"list of {rows} by list of 1,000", ratio, 1.15, control=control)
    ratio = timed.ratio("middle", "100k")
    yield Result("T13", "page at row 50,000 by page 1", ratio, 1.2, control=control)


def _case(session: Session, world: BenchWorld, name: str, query: str) -> Case:
    return always(name, _call(session, world, query))


def _call(session: Session, world: BenchWorld, query: str) -> Call:
    return Call(world, session.cast(world).operator, f"/incidents/{query}")


def _after(world: BenchWorld, row: int) -> str:
    """The query of the page that follows the row with this number, as the pager writes it."""
    world.enter()
    rows = Incident.objects.order_by("-opened_at", "-pk")
    opened, pk = rows.values_list("opened_at", "pk")[row - 1]
    return f"?before={(opened - EPOCH) // timedelta(microseconds=1)}-{pk}"
