"""The log of a run: its lines, its export, its verification; and the files that belong to it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import WholeNumberField
from accounts.api.paging import PageQuerySerializer, by_key, page
from accounts.api.schema import operation, page_of
from accounts.api.serializers import InputSerializer
from accounts.api.views import ApiView, asked, now, person
from runbooks.api.log_serializers import (
    EventAnswer,
    EventLineSerializer,
    EvidenceLineSerializer,
    ExportSerializer,
    RunVerificationSerializer,
)
from runbooks.api.runs import run_now
from runbooks.log import blind_values
from runbooks.runs import replay
from runbooks.views import run_page, run_reads

LINES, MOST = 200, 1000


class EventQuerySerializer(InputSerializer):
    """Which lines of the log."""

    after = WholeNumberField(
        required=False, default=0, help_text="Only events with a higher sequence."
    )
    limit = WholeNumberField(required=False, default=LINES, min_value=1, max_value=MOST)
    exact = serializers.BooleanField(
        required=False, default=False, help_text="With the exact texts that were hashed."
    )


class OfRun(ApiView):
    """Something that belongs to a run."""

    def state_now(self, request: Request) -> dict[str, object]:
        """The run, for whom something about it was refused."""
        return run_now(self.kwargs["id"], person(request))


class EventList(OfRun):
    @operation(
        "run_events",
        "Log",
        asks=EventQuerySerializer,
        answers=page_of(EventLineSerializer),
        refuses=[409],
    )
    def get(self, request: Request, id: int) -> Response:
        """The log of a run, in sentences.

        With `exact` each line has the text that was hashed and its digest. While you are to measure
        a value again without knowing it, its lines hide it, and `exact` is refused.
        """
        query, by, at = asked(EventQuerySerializer, request), person(request), now()
        run, state = run_page.load(id)
        if query["exact"]:
            run_page.check_may_read_exactly(state, by)
        context, struck = run_page.context_for(state, by, at), run_page.struck_in(run)
        events = run.events.filter(sequence__gt=query["after"]).order_by("sequence")
        shown = list(events[: query["limit"]])
        lines = [
            EventAnswer(event, run_page.told_of(context, event, struck), query["exact"])
            for event in shown
        ]
        last = shown[-1].sequence if shown else run.sequence
        following = {**request.query_params.dict(), "after": last}
        more = f"{request.path}?{urlencode(following)}" if last < run.sequence else None
        return Response(
            {"results": [EventLineSerializer.printed(line) for line in lines], "next": more}
        )


class RunExport(OfRun):
    @operation("run_export", "Log", answers=ExportSerializer, refuses=[409])
    def get(self, request: Request, id: int) -> HttpResponseBase:
        """Everything that is needed to verify the log without this product.

        `docs/verify_export.py` does it with Python's standard library alone. Until the run has
        ended, `source` is null: the text holds the commands that are locked.
        """
        return run_reads.run_export(request._request, id)


class RunVerification(OfRun):
    @operation("run_verification", "Log", answers=RunVerificationSerializer)
    def get(self, request: Request, id: int) -> Response:
        """Verify the log: the chain, the columns beside the hashed texts, the revision, and the
        stored state against a replay."""
        verdict = replay.verify(run_page.load(id)[0])
        return Response(RunVerificationSerializer.printed(verdict))


class EvidenceList(OfRun):
    @operation(
        "run_evidence", "Log", asks=PageQuerySerializer, answers=page_of(EvidenceLineSerializer)
    )
    def get(self, request: Request, id: int) -> Response:
        """The files that were kept with the run.

        Those of others at a step that you are to measure too come when it is countersigned.
        """
        query = asked(PageQuerySerializer, request)
        run, state = run_page.load(id)
        by = person(request)
        hidden = Q(step__in=blind_values.steps(state, by.pk)) & ~Q(by=by)
        rows, cursor = by_key(run.evidence.exclude(hidden).select_related("by"), query)
        return Response(page(request, EvidenceLineSerializer, rows, cursor))


class EvidenceFile(OfRun):
    @operation(
        "run_evidence_file",
        "Log",
        answers=OpenApiTypes.BINARY,
        media="application/octet-stream",
        refuses=[409],
    )
    def get(self, request: Request, id: int, evidence: int) -> HttpResponseBase:
        """The file, byte for byte."""
        return run_reads.evidence_file(request._request, id, evidence)
