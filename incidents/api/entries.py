"""The timeline of an incident by API."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import PageQuerySerializer, by_key, page
from accounts.api.schema import operation, page_of
from accounts.api.views import asked, now, person, sent
from incidents import entries, timeline
from incidents.api.serializers import (
    CorrectionSerializer,
    EntrySerializer,
    NewEntrySerializer,
    TimelineLineSerializer,
)
from incidents.api.views import TAG, IncidentView

_EXAMPLE = {
    "text": "The newest entry is **61 days old**.",
    "happened_at": "2026-11-22T03:12:00Z",
    "certainty": "exact",
}


class TimelineQuerySerializer(PageQuerySerializer):
    """Which lines of the timeline."""

    near_misses = serializers.BooleanField(
        required=False, default=False, help_text="Only the near misses of the runs."
    )


class IncidentTimeline(IncidentView):
    @operation(
        "incident_timeline",
        TAG,
        asks=TimelineQuerySerializer,
        answers=page_of(TimelineLineSerializer),
    )
    def get(self, request: Request, id: int) -> Response:
        """What happened, the newest first: the runs' logs, people's entries, changes of facts."""
        wanted = asked(TimelineQuerySerializer, request)
        before = timeline.TimelineKey.read(wanted.get("cursor", ""))
        if "cursor" in wanted and before is None:
            raise serializers.ValidationError({"cursor": "This cursor is of another list."})
        by, size, only = person(request), wanted["limit"], wanted["near_misses"]
        shown = timeline.page(
            self.incident(), before=before, size=size, reader=by, near_misses=only
        )
        return Response(page(request, TimelineLineSerializer, shown.rows, str(shown.older or "")))


class EntryList(IncidentView):
    @operation("entry_list", TAG, asks=PageQuerySerializer, answers=page_of(EntrySerializer))
    def get(self, request: Request, id: int) -> Response:
        """What people wrote, as written, corrected entries too."""
        rows, cursor = by_key(self.incident().entries.all(), asked(PageQuerySerializer, request))
        return Response(page(request, EntrySerializer, rows, cursor))

    @operation(
        "entry_add",
        TAG,
        takes=NewEntrySerializer,
        answers=EntrySerializer,
        status=201,
        example=_EXAMPLE,
    )
    def post(self, request: Request, id: int) -> Response:
        """Add an entry. A closed incident takes entries too."""
        read = sent(NewEntrySerializer, request)
        made = entries.add(self.incident(), **read, by=person(request), at=now())
        return Response(EntrySerializer.printed(made), status=201)


class EntryCorrect(IncidentView):
    @operation(
        "entry_correct",
        TAG,
        takes=CorrectionSerializer,
        answers=EntrySerializer,
        status=201,
        example={**_EXAMPLE, "reason": "counted anew"},
    )
    def post(self, request: Request, id: int, entry: int) -> Response:
        """Put a new entry in the place of one; what it said stays readable."""
        read = sent(CorrectionSerializer, request)
        old = get_object_or_404(self.incident().entries, pk=entry)
        made = entries.correct(old, **read, by=person(request), at=now())
        return Response(EntrySerializer.printed(made), status=201)
