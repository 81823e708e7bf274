"""Pages on which people write into the timeline."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.enums import Right
from incidents import entries
from incidents.forms import CorrectForm, EntryForm
from incidents.models import TimelineEntry
from incidents.views.pages import form_page, kept, person, see_other
from inventory import times


@require_http_methods(["GET", "HEAD", "POST"])
def entry_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an entry to the timeline."""
    by, at, incident = person(request, Right.KEEP_INCIDENTS), timezone.now(), kept(pk)
    initial = {"happened_at": times.stamp(at)}
    form = EntryForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with form.kept_when_refused():
            entries.add(incident, **form.cleaned_data, by=by, at=at)
            return see_other("incident_detail", pk, part="timeline")
    return form_page(request, "incidents/entry_new.html", form, incident=incident)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_correct(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Correct an entry; what it said stays readable."""
    by, incident = person(request, Right.KEEP_INCIDENTS), kept(pk)
    old = get_object_or_404(TimelineEntry, pk=entry, incident=incident)
    initial = {"text": old.text, "happened_at": old.happened_at, "certainty": old.certainty}
    form = CorrectForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        with form.kept_when_refused():
            entries.correct(old, **form.cleaned_data, by=by, at=timezone.now())
            return see_other("incident_detail", pk, part="timeline")
    return form_page(request, "incidents/entry_correct.html", form, incident=incident, entry=old)
