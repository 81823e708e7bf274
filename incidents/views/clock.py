"""Pages of an incident's clock: set a moment, say why it is unknown, use what a run knows."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Right
from incidents import lifecycle, offers, reading, records, unknowns
from incidents.enums import Certainty, Moment
from incidents.forms import OffersForm, TimeForm, UnknownForm
from incidents.views.pages import form_page, kept, person, see_other

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@_form_page
def incident_time(request: HttpRequest, pk: int, moment: str) -> HttpResponse:
    """Set one field of the clock, with how sure it is."""
    by, incident, which = person(request, Right.KEEP_INCIDENTS), kept(pk), _moment(moment)
    ticks = reading.clock(incident.times.all())
    known = next(tick for tick in ticks if tick.moment is which)
    initial = {"time": known.at, "certainty": Certainty.ABOUT.value, "seen": incident.version}
    if known.at is not None:
        initial["certainty"] = known.certainty
    form = TimeForm(request.POST if request.method == "POST" else None, initial=initial)
    form.fields["time"].label = which.value.capitalize()
    if form.is_valid():
        with form.kept_when_refused():
            data = form.cleaned_data
            records.set_time(incident, moment=which, **data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="clock")
    context = {"incident": incident, "moment": which, "known": known}
    context |= {"may_lack": which not in lifecycle.ALWAYS_KNOWN}
    return form_page(request, "incidents/incident_time.html", form, **context)


@_form_page
def incident_time_unknown(request: HttpRequest, pk: int, moment: str) -> HttpResponse:
    """Say why nobody can know one field of the clock."""
    by, incident, which = person(request, Right.KEEP_INCIDENTS), kept(pk), _moment(moment)
    form = UnknownForm(
        request.POST if request.method == "POST" else None, initial={"seen": incident.version}
    )
    if form.is_valid():
        with form.kept_when_refused():
            data = form.cleaned_data
            unknowns.state(incident, moment=which, **data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="clock")
    context = {"incident": incident, "moment": which}
    return form_page(request, "incidents/incident_time_unknown.html", form, **context)


@_form_page
def incident_offers(request: HttpRequest, pk: int) -> HttpResponse:
    """Use what the runs of the incident know."""
    by, incident = person(request, Right.KEEP_INCIDENTS), kept(pk)
    ticks = reading.clock(incident.times.all())
    offered = offers.read(incident, ticks, reading.runs(incident))
    form = OffersForm(
        request.POST if request.method == "POST" else None,
        initial={"seen": incident.version, "offers": [o.key for o in offered if o.alone]},
        offered=offered,
    )
    if form.is_valid():
        with form.kept_when_refused():
            offers.use(incident, **form.cleaned_data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="clock")
    return form_page(request, "incidents/incident_offers.html", form, incident=incident)


@require_POST
def incident_time_clear(request: HttpRequest, pk: int, moment: str) -> HttpResponse:
    """Take one field of the clock away."""
    by, incident = person(request, Right.KEEP_INCIDENTS), kept(pk)
    seen = request.POST.get("seen", "")
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        raise Http404
    at = timezone.now()
    records.clear_time(incident, moment=_moment(moment), seen=int(seen), by=by, at=at)
    return see_other("incident_detail", pk, part="clock")


def _moment(slug: str) -> Moment:
    """Raises `Http404` when no moment is called that."""
    try:
        return Moment(slug.replace("-", " "))
    except ValueError:
        raise Http404 from None
