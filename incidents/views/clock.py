"""Pages of an incident's clock: set a moment, say why it is unknown, use what a run knows."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Right
from accounts.sessions import signed_in_with
from incidents import lifecycle, offers, records, summary, unknowns
from incidents.enums import Certainty, Moment
from incidents.forms import OffersForm, TimeForm, UnknownForm
from incidents.views.pages import answer, kept, kept_for, see_other
from lib.verb_forms import sent

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@_form_page
def incident_time(request: HttpRequest, pk: int, moment: str) -> HttpResponse:
    """Set one field of the clock, with how sure it is."""
    incident, which = kept_for(request, pk), _moment(moment)
    ticks = summary.clock(incident.times.all())
    known = next(tick for tick in ticks if tick.moment is which)
    initial = {"time": known.at, "certainty": Certainty.ABOUT.value, "seen": incident.version}
    if known.at is not None:
        initial["certainty"] = known.certainty
    form = TimeForm(sent(request), initial=initial)
    form.fields["time"].label = which.value.capitalize()
    verb = partial(records.set_time, incident, moment=which)
    may_lack = which not in lifecycle.ALWAYS_KNOWN
    return answer(
        request, incident, form, verb, "clock", moment=which, known=known, may_lack=may_lack
    )


@_form_page
def incident_time_unknown(request: HttpRequest, pk: int, moment: str) -> HttpResponse:
    """Say why nobody can know one field of the clock."""
    incident, which = kept_for(request, pk), _moment(moment)
    verb = partial(unknowns.state, incident, moment=which)
    form = UnknownForm(sent(request), initial={"seen": incident.version})
    return answer(request, incident, form, verb, "clock", moment=which)


@_form_page
def incident_offers(request: HttpRequest, pk: int) -> HttpResponse:
    """Use what the runs of the incident know."""
    incident = kept_for(request, pk)
    ticks = summary.clock(incident.times.all())
    offered = offers.read(incident, ticks, incident.runs.with_runbook())
    form = OffersForm(sent(request), offered, seen=incident.version)
    return answer(request, incident, form, partial(offers.use, incident), part="clock")


@require_POST
def incident_time_clear(request: HttpRequest, pk: int, moment: str) -> HttpResponse:
    """Take one field of the clock away."""
    by, incident = signed_in_with(request, Right.KEEP_INCIDENTS), kept(pk)
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
