"""What the API's views of incidents share: which incident, and how it is printed."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import ApiView, now
from incidents.api.incident_answer import incident_answer
from incidents.api.serializers import IncidentSerializer
from incidents.enums import Moment
from incidents.models import Incident

TAG = "Incidents"


class IncidentView(ApiView):
    """A view on one incident. 409 tells it as it is now."""

    def incident(self) -> Incident:
        """The incident of this address. Raises `Http404`."""
        rows = Incident.objects.select_related("system", "opened_by")
        return get_object_or_404(rows, pk=self.kwargs["id"])

    def incident_now(self, status: int = 200) -> Response:
        """The incident as it is kept now."""
        return Response(printed(self.incident(), now()), status=status)

    def state_now(self, request: Request) -> dict[str, object]:
        """See `ApiView`."""
        return printed(self.incident(), now())


def printed(incident: Incident, at: datetime) -> dict[str, object]:
    """All of `incident` but its timeline, as of `at` (aware)."""
    return IncidentSerializer.printed(incident_answer(incident, at))


def moment_of(slug: str) -> Moment:
    """Raises `Http404` when no moment is called that: "writes-stopped"."""
    try:
        return Moment(slug.replace("-", " "))
    except ValueError:
        raise Http404 from None
