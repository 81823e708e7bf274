"""Pages on which people write into the timeline."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents import entries
from incidents.forms import CorrectForm, EntryForm
from incidents.models import TimelineEntry
from incidents.views.pages import answer, kept_for
from lib import times
from lib.verb_forms import sent


@require_http_methods(["GET", "HEAD", "POST"])
def entry_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an entry to the timeline."""
    at, incident = timezone.now(), kept_for(request, pk)
    initial = {"happened_at": times.stamp(at)}
    form = EntryForm(sent(request), initial=initial)
    return answer(request, incident, form, partial(entries.add, incident), part="timeline")


@require_http_methods(["GET", "HEAD", "POST"])
def entry_correct(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Correct an entry; what it said stays readable."""
    incident = kept_for(request, pk)
    old = get_object_or_404(TimelineEntry, pk=entry, incident=incident)
    initial = {"text": old.text, "happened_at": old.happened_at, "certainty": old.certainty}
    form = CorrectForm(sent(request), initial=initial)
    return answer(request, incident, form, partial(entries.correct, old), "timeline", entry=old)
