"""People, runbooks and runs of an incident by API."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.schema import operation
from accounts.api.views import now, person, sent
from accounts.models import User
from incidents import links, response
from incidents.api.serializers import (
    IncidentSerializer,
    LinkedRunSerializer,
    NewPartSerializer,
    NewRunSerializer,
)
from incidents.api.views import TAG, IncidentView
from incidents.enums import Part
from lib import clock
from runbooks.models import Run, Runbook


class IncidentPeople(IncidentView):
    @operation(
        "incident_person_add",
        TAG,
        takes=NewPartSerializer,
        answers=IncidentSerializer,
        example={"person": 3, "part": "lead"},
    )
    def post(self, request: Request, id: int) -> Response:
        """Name somebody for a part."""
        read = sent(NewPartSerializer, request)
        links.add_person(self.incident(), **read, by=person(request), at=now())
        return self.incident_now()


class IncidentPersonView(IncidentView):
    @operation("incident_person_remove", TAG, answers=IncidentSerializer)
    def delete(self, request: Request, id: int, who: int, part: str) -> Response:
        """Take somebody from a part; the history keeps that they had it."""
        somebody = get_object_or_404(User, pk=who)
        if part not in set(Part):
            raise Http404
        links.remove_person(
            self.incident(), person=somebody, part=Part(part), by=person(request), at=now()
        )
        return self.incident_now()


class IncidentRunbookView(IncidentView):
    @operation("incident_runbook_link", TAG, answers=IncidentSerializer)
    def put(self, request: Request, id: int, slug: str) -> Response:
        """Offer a runbook at this incident."""
        runbook = get_object_or_404(Runbook, slug=slug)
        links.link_runbook(self.incident(), runbook=runbook, by=person(request), at=now())
        return self.incident_now()

    @operation("incident_runbook_unlink", TAG, answers=IncidentSerializer)
    def delete(self, request: Request, id: int, slug: str) -> Response:
        """Offer a runbook here no longer; its runs stay linked."""
        runbook = get_object_or_404(Runbook, slug=slug)
        links.unlink_runbook(self.incident(), runbook=runbook, by=person(request), at=now())
        return self.incident_now()


class IncidentRuns(IncidentView):
    @operation(
        "incident_run_start",
        TAG,
        takes=NewRunSerializer,
        answers=LinkedRunSerializer,
        status=201,
        example={
            "runbook": "restore-the-ledger",
            "revision": 1,
            "parameters": {"source": "1"},
            "key": "5d1c8c1e-start",
        },
    )
    def post(self, request: Request, id: int) -> Response:
        """Prepare a live run of a runbook for this incident, and link it: both or neither."""
        read, incident = sent(NewRunSerializer, request), self.incident()
        runbook, number = read.pop("runbook"), read.pop("revision")
        revision = runbook.revisions.filter(number=number).first()
        if revision is None:
            raise serializers.ValidationError({"revision": "There is no such revision."})
        by, at = person(request), clock.now()
        run = response.start_run(incident, revision=revision, **read, by=by, at=at)
        line = incident.runs.with_runbook().get(run=run)
        return Response(LinkedRunSerializer.printed(line), status=201)


class IncidentRunView(IncidentView):
    @operation("incident_run_link", TAG, answers=IncidentSerializer)
    def put(self, request: Request, id: int, run: int) -> Response:
        """Say that a run which was started elsewhere answers this incident."""
        started = get_object_or_404(Run, pk=run)
        links.link_run(self.incident(), run=started, by=person(request), at=now())
        return self.incident_now()
