"""Pages of the people, runbooks and runs of an incident."""

from __future__ import annotations

from functools import partial

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Right
from accounts.sessions import signed_in_with
from incidents import links, response, run_updates
from incidents.enums import Part
from incidents.forms import PersonForm, RunbookForm, RunForm
from incidents.models import Incident
from incidents.views.pages import answer, kept, kept_for, see_other
from lib import clock, verb_forms
from lib.refusals import Invalid, Refused
from lib.verb_forms import sent
from runbooks.enums import RunKind
from runbooks.forms.start import PrepareForm
from runbooks.models import Runbook
from runbooks.views.start import brief_page, prepare_form, run_facts, start_revision

_form_page = require_http_methods(["GET", "HEAD", "POST"])


@_form_page
def incident_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who takes which part."""
    incident = kept_for(request, pk)
    form = PersonForm(sent(request))
    people = incident.people.select_related("person")
    return answer(
        request,
        incident,
        form,
        partial(links.add_person, incident),
        to="incident_people",
        people=people,
    )


@require_POST
def incident_person_remove(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Take a person from a part."""
    by, incident = signed_in_with(request, Right.KEEP_INCIDENTS), kept(pk)
    held = get_object_or_404(incident.people.select_related("person"), pk=link)
    part, at = Part(held.part), timezone.now()
    links.remove_person(incident, person=held.person, part=part, by=by, at=at)
    return see_other("incident_people", pk)


@_form_page
def incident_runbooks(request: HttpRequest, pk: int) -> HttpResponse:
    """Which runbooks are offered here besides those of the system."""
    incident = kept_for(request, pk)
    posted = sent(request)
    form = RunbookForm(posted, _unlinked(incident))
    return answer(
        request,
        incident,
        form,
        partial(links.link_runbook, incident),
        to="incident_runbooks",
        linked=incident.runbooks.all(),
    )


def _unlinked(incident: Incident) -> QuerySet[Runbook]:
    others = Runbook.objects.active().exclude(system=incident.system)
    return others.exclude(pk__in=incident.runbooks.values("pk"))


@require_POST
def incident_runbook_unlink(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Offer a runbook here no longer."""
    by, incident = signed_in_with(request, Right.KEEP_INCIDENTS), kept(pk)
    runbook = get_object_or_404(incident.runbooks, slug=slug)
    links.unlink_runbook(incident, runbook=runbook, by=by, at=timezone.now())
    return see_other("incident_runbooks", pk)


@_form_page
def incident_runs(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a run which was started elsewhere answers this incident."""
    incident = kept_for(request, pk)
    form = RunForm(sent(request))
    return answer(
        request,
        incident,
        form,
        partial(links.link_run, incident),
        "runs",
        runs=incident.runs.with_runbook(),
    )


@_form_page
def run_start(request: HttpRequest, pk: int, slug: str, number: int) -> HttpResponse:
    """The brief of a runbook for this incident; a POST prepares a live run and links it."""
    by, at, incident = signed_in_with(request, Right.KEEP_INCIDENTS), clock.now(), kept(pk)
    revision = start_revision(slug, number)
    if revision.approved_at is None:
        raise Http404
    form = prepare_form(request, revision, at=at, until=run_updates.until(incident, at))
    _live_only(form)
    brief = partial(brief_page, request, revision, incident=incident, form_action=request.path)
    if request.method != "POST":
        return brief(form)
    if not form.is_valid():
        return brief(form, status=422)
    try:
        run = response.start_run(incident, **run_facts(revision, form), by=by, at=at)
    except Invalid as invalid:
        form.take_errors(invalid.errors)
        return brief(form, status=422)
    except Refused as refusal:
        return brief(form.renewed(), refusal=refusal, status=refusal.status)
    return verb_forms.see_other("runbooks:run_detail", run.pk)


def _live_only(form: PrepareForm) -> None:
    """A run that answers an incident is the real thing: there is nothing to choose."""
    kind = form.fields["kind"]
    if isinstance(kind, forms.ChoiceField):
        kind.choices = [(RunKind.LIVE.value, "Live: this run answers the incident")]
        kind.initial = RunKind.LIVE.value
