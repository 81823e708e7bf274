"""The page of near misses: how many, by guard and by runbook, and each of them. No names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.sessions import signed_in_with
from lib.times import stamp
from runbooks.audit import near_misses
from runbooks.audit.near_misses import NearMiss, NearMissFilters, NearMissPlace, Tally
from runbooks.enums import NoticedBy, RunKind
from runbooks.models import Runbook
from runbooks.procedure.guard_names import NAMES

#: Value in the address → days back from now, and the words of the choice.
PERIODS: dict[str, tuple[int, str]] = {
    "week": (7, "the last 7 days"),
    "month": (30, "the last 30 days"),
    "quarter": (90, "the last 90 days"),
    "year": (365, "the last 365 days"),
}
SHOWN: dict[str, str] = {
    NoticedBy.REFUSAL.value: "refusals",
    NoticedBy.MISMATCH.value: "mismatches",
    NoticedBy.OVERRIDE.value: "overrides",
}


@dataclass(frozen=True)
class NearMissChoice:
    """One select: each option is its value, its text, and whether it is chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class Bar:
    """A line of a chart that is a table: `share` of the longest in percent, and the addresses that
    list what was counted."""

    tally: Tally
    share: int
    url: str
    overrides_url: str


@dataclass(frozen=True)
class NearMissLine:
    """A near miss with its time written out."""

    row: NearMiss
    time: str


@require_safe
def near_miss_list(request: HttpRequest) -> HttpResponse:
    """Near misses, newest first, narrowed by what the address says; above them how many there are
    by guard and by runbook."""
    by, at = signed_in_with(request), timezone.now()
    books = dict(Runbook.objects.order_by("title").values_list("slug", "title"))
    asked = _asked(request.GET, books)
    days = PERIODS[asked["period"]][0] if asked["period"] else 0
    filters = NearMissFilters(
        noticed_by=NoticedBy(asked["what"]) if asked["what"] else None,
        guard=asked["guard"],
        runbook=asked["runbook"],
        kind=RunKind(asked["kind"]) if asked["kind"] else None,
        run=int(asked["run"]) if asked["run"] else None,
        since=at - timedelta(days=days) if days else None,
    )
    before = NearMissPlace.read(request.GET.get("before", ""))
    shown = near_misses.page(filters, before=before, reader=by.pk)
    counted = near_misses.tallies(filters)
    return render(
        request,
        "runbooks/near_miss_list.html",
        {
            "lines": [NearMissLine(row, stamp(row.at)) for row in shown.rows],
            "counted": counted,
            "guards": _bars(asked, "guard", counted.guards),
            "runbooks": _bars(asked, "runbook", counted.runbooks),
            "choices": _choices(asked, books),
            "asked": asked,
            "narrowed": any(asked.values()),
            "overrides_url": _to(asked, what=NoticedBy.OVERRIDE.value),
            "newer": _to(asked) if before else "",
            "older": _to(asked, before=str(shown.older)) if shown.older else "",
        },
    )


def _asked(query: QueryDict, books: Mapping[str, str]) -> dict[str, str]:
    """The filters of the address; what nobody offers narrows nothing."""
    offered: dict[str, Iterable[str]] = {
        "what": SHOWN,
        "guard": NAMES,
        "runbook": books,
        "kind": [kind.value for kind in RunKind],
        "period": PERIODS,
    }
    asked = {name: query.get(name, "") for name in offered}
    asked = {name: value if value in offered[name] else "" for name, value in asked.items()}
    run = query.get("run", "")
    return asked | {"run": run if run.isascii() and run.isdigit() and len(run) < 16 else ""}


def _choices(asked: Mapping[str, str], books: Mapping[str, str]) -> tuple[NearMissChoice, ...]:
    kinds = {kind.value: kind.value for kind in RunKind}
    periods = {value: words for value, (_, words) in PERIODS.items()}
    return (
        _choice(asked, "period", "When", periods, "at any time"),
        _choice(asked, "guard", "Guard", NAMES, "any"),
        _choice(asked, "runbook", "Runbook", books, "any"),
        _choice(asked, "kind", "Runs", kinds, "live and drill"),
        _choice(asked, "what", "Show", SHOWN, "near misses"),
    )


def _choice(
    asked: Mapping[str, str], name: str, label: str, words: Mapping[str, str], any_: str
) -> NearMissChoice:
    offered = {"": any_, **words}
    options = tuple((value, text, value == asked[name]) for value, text in offered.items())
    return NearMissChoice(name, label, options)


def _bars(asked: Mapping[str, str], name: str, tallies: Iterable[Tally]) -> list[Bar]:
    shown = list(tallies)
    most = max((tally.n for tally in shown), default=0) or 1
    return [
        Bar(
            tally,
            round(100 * tally.n / most),
            _to(asked, **{name: tally.key}),
            _to(asked, **{name: tally.key, "what": NoticedBy.OVERRIDE.value}),
        )
        for tally in shown
    ]


def _to(asked: Mapping[str, str], **changed: str) -> str:
    """The address of this page with the same filters, but for what is `changed`."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in {**asked, **changed}.items() if value})
    return f"?{query.urlencode()}"
