"""The list of incidents: a history of years, a page of which costs the same wherever it begins.

Rows come as words, not as models: fifty of them are drawn at every look, and a time that a template
writes out costs more than a row of the database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import IntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL

from incidents.enums import Kind, Severity, Status
from incidents.models import Incident, IncidentRun
from lib.sql import sql
from lib.times import stamp

PAGE = 50
MOST_WORDS = 5
LONGEST = 200  # characters of a search
WORDS: dict[str, tuple[str, ...]] = {
    "status": tuple(word.value for word in Status),
    "severity": tuple(word.value for word in Severity),
    "kind": tuple(word.value for word in Kind),
}

#: How many runs are linked, asked for the rows of the page alone. A join with a GROUP BY would be
#: made for the whole table before its first row is known, and this takes no time to build.
_LINKED = RawSQL(  # noqa: S611 - a fixed text
    sql(
        "(SELECT COUNT(*) FROM {linked} linked"
        " WHERE linked.{linked.incident} = {incident}.{incident.id})",
        linked=IncidentRun,
        incident=Incident,
    ),
    (),
    IntegerField(),
)


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; '' narrows nothing. `system` is a slug."""

    words: str = ""
    status: str = ""
    severity: str = ""
    kind: str = ""
    system: str = ""

    def __bool__(self) -> bool:
        return any((self.words, self.status, self.severity, self.kind, self.system))

    @classmethod
    def read(cls, query: Mapping[str, str], systems: Collection[str]) -> Filters:
        """The filters of an address. A value that nobody offers narrows nothing; `systems` are the
        slugs that are offered."""
        words = query.get("q", "").strip()
        chosen = {name: query.get(name, "") for name in WORDS}
        chosen = {name: value for name, value in chosen.items() if value in WORDS[name]}
        system = query.get("system", "")
        return cls(
            words="" if "\0" in words else words[:LONGEST],
            system=system if system in systems else "",
            **chosen,
        )

    def matching(self) -> QuerySet[Incident]:
        """The incidents that the filters let through; of the words the first five count."""
        rows = Incident.objects.with_words(*self.words.split()[:MOST_WORDS])
        exact = {"status": self.status, "severity": self.severity, "kind": self.kind}
        rows = rows.filter(**{name: value for name, value in exact.items() if value})
        return rows.of_system(self.system) if self.system else rows


@dataclass(frozen=True)
class Choice:
    """One select of the filters: each option is its value, its text, and whether it is chosen."""

    name: str
    options: tuple[tuple[str, str, bool], ...]


def choices(filters: Filters, systems: Mapping[str, str]) -> tuple[Choice, ...]:
    """The selects as `filters` leave them; `systems` are names by slug."""
    offered: dict[str, Mapping[str, str]] = {
        name: {word: word for word in words} for name, words in WORDS.items()
    }
    return tuple(
        Choice(
            name,
            tuple(
                (value, text, value == getattr(filters, name))
                for value, text in {"": "any", **options}.items()
            ),
        )
        for name, options in (*offered.items(), ("system", systems))
    )


class IncidentRow(NamedTuple):
    """One incident of the list. `system` is a key; `runs` counts those linked; `opened` and
    `opened_iso` are `opened_at` written out, for people and for programs."""

    pk: int
    title: str
    kind: str
    severity: str
    status: str
    opened_at: datetime
    system: int
    runs: int
    opened: str
    opened_iso: str


@dataclass(frozen=True)
class ListPage:
    """Newest first; `newer` and `older` are the row next to the page on that side, or None."""

    rows: tuple[IncidentRow, ...]
    newer: IncidentRow | None
    older: IncidentRow | None


def page(
    filters: Filters,
    *,
    before: tuple[datetime, int] | None = None,
    after: tuple[datetime, int] | None = None,
    size: int = PAGE,
) -> ListPage:
    """The `size` newest before `before` (time of opening, primary key), or the oldest after
    `after`. One query: it walks an index from that place on and counts nothing."""
    rows = filters.matching()
    if after is not None:
        at, pk = after
        # The first condition says nothing new, but it is the one that an index can be entered with.
        later = rows.filter(Q(opened_at__gte=at) & (Q(opened_at__gt=at) | Q(pk__gt=pk)))
        got = _rows(later.order_by("opened_at", "pk")[: size + 1])
        more, shown = len(got) > size, got[:size][::-1]
        return _list_page(shown, newer=more, older=True)
    if before is not None:
        at, pk = before
        rows = rows.filter(Q(opened_at__lte=at) & (Q(opened_at__lt=at) | Q(pk__lt=pk)))
    got = _rows(rows.order_by("-opened_at", "-pk")[: size + 1])
    return _list_page(got[:size], newer=before is not None, older=len(got) > size)


def _rows(incidents: QuerySet[Incident]) -> list[IncidentRow]:
    """What is shown of `incidents`."""
    columns = ("pk", "title", "kind", "severity", "status", "opened_at", "system_id", "linked")
    rows = incidents.annotate(linked=_LINKED).values_list(*columns)
    return [
        IncidentRow(
            pk, title, kind, severity, status, at, system, linked, stamp(at), at.isoformat()
        )
        for pk, title, kind, severity, status, at, system, linked in rows
    ]


def _list_page(shown: list[IncidentRow], *, newer: bool, older: bool) -> ListPage:
    return ListPage(
        tuple(shown),
        shown[0] if newer and shown else None,
        shown[-1] if older and shown else None,
    )
