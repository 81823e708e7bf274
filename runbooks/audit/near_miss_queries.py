"""Which events of the logs are near misses: asked of the database, by one index (`MISSED`).

What is asked stands in the hashed texts, not in columns: the text is read as JSON where it lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, NullIf

from runbooks.enums import RunKind
from runbooks.log.chain import microseconds
from runbooks.models import Event, Run
from runbooks.models.log import MISSED
from runbooks.procedure.guard_names import OF_GATE, RULES


class What(StrEnum):
    """How it was noticed. An override is no near miss and counted by itself."""

    REFUSAL = "refusal"
    MISMATCH = "mismatch"
    OVERRIDE = "override"


KINDS: dict[What, str] = {
    What.REFUSAL: "move.refused",
    What.MISMATCH: "step.mismatched",
    What.OVERRIDE: "gate.overridden",
}
WHAT = {kind: what for what, kind in KINDS.items()}
#: The condition of the index, letter for letter: a planner takes a partial index when it sees the
#: same condition in the query, and SQLite does not see it in a list of parameters.
_INDEXED = RawSQL(  # noqa: S611 - a fixed text
    "runbooks_event.kind IN ({})".format(", ".join(f"'{kind}'" for kind in MISSED)),
    (),
    BooleanField(),
)


@dataclass(frozen=True)
class Filters:
    """What is looked for; '' and None narrow nothing. `guard` is a key of `guard_names`, `runbook`
    a slug; `since` (aware) is the first moment, `until` the first one after. `what` '' means near
    misses, without overrides."""

    what: What | None = None
    guard: str = ""
    runbook: str = ""
    kind: RunKind | None = None
    run: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def near_misses_in(events: QuerySet[Event]) -> QuerySet[Event]:
    """Those of `events` that are near misses."""
    return of(events, (What.REFUSAL, What.MISMATCH))


def count_in(run: int) -> int:
    """How many near misses run number `run` had. One query, by the index of the run's log."""
    return near_misses_in(Event.objects.filter(run=run)).count()


class _Said(Func):
    """The text `name` in the data of an event, asked of the database; NULL when there is none.
    Not by `KeyTextTransform`, which takes what it is compared with for JSON, too."""

    arity = 1
    output_field = TextField()

    def __init__(self, name: str, *expressions: Any) -> None:
        self.name = name
        super().__init__(*(expressions or ("text",)))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"JSON_EXTRACT(%(expressions)s, '$.data.{self.name}')"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"(%(expressions)s::json #>> '{{data,{self.name}}}')"
        return self.as_sql(compiler, connection, template=template, **context)


def of(events: QuerySet[Event], wanted: tuple[What, ...]) -> QuerySet[Event]:
    """Those of `events` that were noticed in one of the `wanted` ways."""
    found = events.filter(_INDEXED)
    if len(wanted) < len(What):
        found = found.filter(kind__in=[KINDS[what] for what in wanted])
    if set(wanted) == {What.OVERRIDE}:
        return found
    caught = Q(caught__gt="") | Q(kind=KINDS[What.OVERRIDE])
    return found.alias(caught=_Said("caught")).filter(caught)


def guarded(events: QuerySet[Event]) -> QuerySet[Any]:
    """With the `guard` of each: the key that it names, else that of the gate that was opened by an
    override."""
    kept = [
        When(Q(gate=gate) | Q(gate__startswith=f"{gate}:"), Value(key))
        for gate, key in OF_GATE.items()
    ]
    return events.alias(gate=_Said("gate")).annotate(
        guard=Coalesce(
            NullIf(_Said("guard"), Value("")),
            Case(*kept, default=None, output_field=TextField()),
            NullIf(_Said("gate"), Value("")),
            Value(RULES),
            output_field=TextField(),
        )
    )


def narrowed(events: QuerySet[Event], filters: Filters) -> QuerySet[Event]:
    """Those of `events` that `filters` let through, but for the guard and the way of noticing."""
    wanted: dict[str, Any] = {
        "run": filters.run,
        "at__gte": microseconds(filters.since) if filters.since else None,
        "at__lt": microseconds(filters.until) if filters.until else None,
    }
    events = events.filter(**_given(wanted))
    of_run = {
        "kind": filters.kind.value if filters.kind else None,
        "revision__runbook__slug": filters.runbook or None,
    }
    if not _given(of_run):
        return events
    # Asked of each near miss, and not by a join, which would let a planner begin with the runs.
    return events.filter(Exists(Run.objects.filter(pk=OuterRef("run"), **_given(of_run))))


def _given(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value is not None}


def found(filters: Filters) -> QuerySet[Any]:
    """The events that `filters` let through, each with its `guard`."""
    wanted = (filters.what,) if filters.what else (What.REFUSAL, What.MISMATCH)
    events = guarded(narrowed(of(Event.objects.all(), wanted), filters))
    return events.filter(guard=filters.guard) if filters.guard else events
