"""Pages of an incident's facts: the list, a new one, one with everything, its edits."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import access
from accounts.enums import Right
from accounts.sessions import signed_in_with
from incidents import closing, lifecycle, listing, offers, records, summary, timeline
from incidents.contamination import contamination
from incidents.enums import Status
from incidents.forms import FactsForm, OpenForm, SeverityForm, StatusForm
from incidents.views.pages import answer, form_page, kept, kept_for, page, see_other
from inventory.models import System
from lib import times
from lib.verb_forms import sent

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def incident_list(request: HttpRequest) -> HttpResponse:
    """Incidents, newest first, narrowed by filters and words."""
    signed_in_with(request)
    systems = list(System.objects.values_list("pk", "slug", "name"))
    by_slug = {slug: name for _, slug, name in systems}
    filters = listing.Filters.read(request.GET.dict(), by_slug)
    before, after = (_place(request.GET.get(name, "")) for name in ("before", "after"))
    shown = listing.page(filters, before=before, after=after)
    return page(
        request,
        "incidents/incident_list.html",
        rows=shown.rows,
        narrowed=bool(filters),
        systems={pk: name for pk, _, name in systems},
        choices=listing.choices(filters, by_slug),
        words=request.GET.get("q", ""),
        newer=_to(request.GET, "after", shown.newer),
        older=_to(request.GET, "before", shown.older),
    )


def _place(text: str) -> tuple[datetime, int] | None:
    """Time of opening and primary key, from an address; None when it names no place."""
    microseconds, _, pk = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (microseconds, pk)):
        return None
    try:
        return times.from_microseconds(int(microseconds)), int(pk)
    except OverflowError:
        return None


def _to(query: QueryDict, way: str, row: listing.IncidentRow | None) -> str:
    """The address of the page next to this one, with the same filters; '' when there is none."""
    if row is None:
        return ""
    other = query.copy()
    for name in ("before", "after"):
        other.pop(name, None)
    other[way] = f"{times.microseconds(row.opened_at)}-{row.pk}"
    return f"?{other.urlencode()}"


@_form_page
def incident_new(request: HttpRequest) -> HttpResponse:
    """Open an incident in under a minute."""
    by, at = signed_in_with(request, Right.KEEP_INCIDENTS), timezone.now()
    initial = {"noticed_at": times.stamp(at), "system": request.GET.get("system", "")}
    form = OpenForm(sent(request), initial=initial)
    if form.is_valid():
        with form.kept_when_refused():
            incident = records.open(**form.cleaned_data, by=by, at=at)
            return see_other("incident_detail", incident.pk)
    return form_page(request, "incidents/incident_new.html", form)


@require_safe
def incident_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one incident: facts, clock, people, runbooks, runs, timeline."""
    by, at, incident = signed_in_with(request), timezone.now(), kept(pk)
    ticks, runs = summary.clock(incident.times.all()), list(incident.runs.with_runbook())
    offered = offers.read(incident, ticks, runs)
    before = timeline.TimelineKey.read(request.GET.get("before", ""))
    near_misses = request.GET.get("only") == "near-misses"
    shown = timeline.page(incident, before=before, reader=by, near_misses=near_misses)
    kept_filter = "only=near-misses&" if near_misses else ""
    return page(
        request,
        "incidents/incident_detail.html",
        at=at,
        incident=incident,
        ticks=ticks,
        figures=summary.figures(incident, ticks, at, offers.claimed(offered)),
        contamination=contamination(incident, ticks, offered, at),
        offers=offered,
        usable=[offer for offer in offered if offer.alone],
        one_run=len({offer.fact.run for offer in offered}) == 1,
        people=incident.people.select_related("person"),
        runs=runs,
        runbooks=summary.runbooks(incident),
        ending=closing.ending(incident, ticks),
        timeline=shown,
        before=before,
        near_misses=near_misses,
        older=f"?{kept_filter}before={shown.older}#timeline" if shown.older else "",
        takes_changes=lifecycle.takes_changes(Status(incident.status)),
        may_operate=access.may(by, Right.OPERATE),
    )


@_form_page
def incident_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit title, kind, system and what happened."""
    incident = kept_for(request, pk)
    initial: dict[str, object] = {name: getattr(incident, name) for name in records.FACTS}
    initial |= {"system": incident.system.slug, "seen": incident.version}
    form = FactsForm(sent(request), initial=initial)
    return answer(request, incident, form, partial(records.edit, incident))


@_form_page
def incident_severity(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge how bad it is."""
    incident = kept_for(request, pk)
    initial = {"severity": incident.severity, "seen": incident.version}
    form = SeverityForm(sent(request), initial=initial)
    return answer(request, incident, form, partial(records.judge, incident))


@_form_page
def incident_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how far the answer has come: contained, restored, closed, or back."""
    incident = kept_for(request, pk)
    following = lifecycle.following(Status(incident.status))
    form = StatusForm(sent(request), following, seen=incident.version)
    closed = incident.status == Status.CLOSED.value
    ticks = summary.clock(incident.times.all())
    lacking = () if closed else closing.lacking(incident, ticks, closing.read(incident))
    return answer(
        request, incident, form, partial(records.change_status, incident), lacking=lacking
    )
