"""The facts of incidents by API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import PageQuerySerializer, by_key, page
from accounts.api.schema import operation, page_of
from accounts.api.serializers import Values
from accounts.api.views import ApiView, asked, now, person, sent
from incidents import listing, records
from incidents.api.serializers import (
    ClockTimeSerializer,
    FactChangeSerializer,
    FactsSerializer,
    IncidentLineSerializer,
    IncidentQuerySerializer,
    IncidentSerializer,
    JudgementSerializer,
    NewIncidentSerializer,
    NextStatusSerializer,
    SeenQuerySerializer,
)
from incidents.api.views import TAG, IncidentView, moment_of, printed
from incidents.models import Incident

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXAMPLE = {
    "title": "The ledger was overwritten by an old dump",
    "system": "ledger",
    "what_happened": "The newest entry is two months old.",
    "noticed_at": "2026-11-22T03:12:00Z",
    "certainty": "exact",
}
_EDIT = {
    "title": "The ledger was overwritten by an old dump",
    "kind": "data loss",
    "system": "ledger",
    "what_happened": "The newest entry is two months old. The dump was of September.",
    "seen": 3,
}


class IncidentList(ApiView):
    @operation(
        "incident_list", TAG, answers=page_of(IncidentLineSerializer), asks=IncidentQuerySerializer
    )
    def get(self, request: Request) -> Response:
        """Incidents, the newest first."""
        wanted = asked(IncidentQuerySerializer, request)
        names = ("status", "severity", "kind", "system")
        narrowed = {name: wanted[name] for name in names if name in wanted}
        filters = listing.Filters(words=wanted.get("q", ""), **narrowed)
        listed = listing.page(filters, before=_place(wanted), size=wanted["limit"])
        rows = Incident.objects.select_related("system").defer("what_happened")
        whole = rows.in_bulk([row.pk for row in listed.rows])
        lines = [whole[row.pk] for row in listed.rows if row.pk in whole]
        return Response(page(request, IncidentLineSerializer, lines, _cursor(listed.older)))

    @operation(
        "incident_open",
        TAG,
        takes=NewIncidentSerializer,
        answers=IncidentSerializer,
        status=201,
        example=_EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Open an incident: four facts, everything else can wait."""
        at = now()
        made = records.open(**sent(NewIncidentSerializer, request), by=person(request), at=at)
        return Response(printed(made, at), status=201)


class IncidentDetail(IncidentView):
    @operation("incident_detail", TAG, answers=IncidentSerializer)
    def get(self, request: Request, id: int) -> Response:
        """Everything about an incident but its timeline."""
        return self.incident_now()

    @operation(
        "incident_edit", TAG, takes=FactsSerializer, answers=IncidentSerializer, example=_EDIT
    )
    def put(self, request: Request, id: int) -> Response:
        """Write the four facts anew: title, kind, system, what happened."""
        read = sent(FactsSerializer, request)
        records.edit(self.incident(), **read, by=person(request), at=now())
        return self.incident_now()


class IncidentSeverity(IncidentView):
    @operation(
        "incident_severity",
        TAG,
        takes=JudgementSerializer,
        answers=IncidentSerializer,
        example={"severity": "severity 1", "reason": "production writes on old data"},
    )
    def put(self, request: Request, id: int) -> Response:
        """Judge how bad it is."""
        read = sent(JudgementSerializer, request)
        records.judge(self.incident(), **read, by=person(request), at=now())
        return self.incident_now()


class IncidentStatus(IncidentView):
    @operation(
        "incident_status",
        TAG,
        takes=NextStatusSerializer,
        answers=IncidentSerializer,
        example={"status": "contained"},
    )
    def put(self, request: Request, id: int) -> Response:
        """Say how far the answer has come; `may_become` names what is allowed."""
        read = sent(NextStatusSerializer, request)
        records.change_status(self.incident(), **read, by=person(request), at=now())
        return self.incident_now()


class IncidentClock(IncidentView):
    @operation(
        "incident_time_set",
        TAG,
        takes=ClockTimeSerializer,
        answers=IncidentSerializer,
        example={"time": "2026-11-22T03:05:00Z", "certainty": "about"},
    )
    def put(self, request: Request, id: int, moment: str) -> Response:
        """Set one moment of the clock, with how sure it is."""
        which, read = moment_of(moment), sent(ClockTimeSerializer, request)
        records.set_time(self.incident(), moment=which, **read, by=person(request), at=now())
        return self.incident_now()

    @operation("incident_time_clear", TAG, asks=SeenQuerySerializer, answers=IncidentSerializer)
    def delete(self, request: Request, id: int, moment: str) -> Response:
        """Take one moment of the clock away; the history keeps it."""
        which, read = moment_of(moment), asked(SeenQuerySerializer, request)
        records.clear_time(self.incident(), moment=which, **read, by=person(request), at=now())
        return self.incident_now()


class IncidentHistory(IncidentView):
    @operation(
        "incident_history", TAG, asks=PageQuerySerializer, answers=page_of(FactChangeSerializer)
    )
    def get(self, request: Request, id: int) -> Response:
        """Who changed which fact, the newest first."""
        lines = self.incident().changes.all()
        rows, cursor = by_key(lines, asked(PageQuerySerializer, request), newest=True)
        return Response(page(request, FactChangeSerializer, rows, cursor))


def _place(wanted: Values) -> tuple[datetime, int] | None:
    """Time of opening and primary key of the last incident of the page before."""
    cursor = wanted.get("cursor", "")
    if not cursor:
        return None
    microseconds, _, pk = cursor.partition("-")
    try:
        return _EPOCH + timedelta(microseconds=int(microseconds)), int(pk)
    except (ValueError, OverflowError):
        raise serializers.ValidationError({"cursor": "This cursor is of another list."}) from None


def _cursor(row: listing.IncidentRow | None) -> str:
    if row is None:
        return ""
    return f"{(row.opened_at - _EPOCH) // timedelta(microseconds=1)}-{row.pk}"
