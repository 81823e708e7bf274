"""What the API's views of incidents share: which incident, and how it is printed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import ApiView, now
from incidents import closing, lifecycle, offers, summary
from incidents.api.serializers import facts
from incidents.contamination import contamination
from incidents.enums import Moment, Status
from incidents.models import Incident

TAG = "Incidents"


class IncidentView(ApiView):
    """A view on one incident. 409 tells it as it is now."""

    def incident(self) -> Incident:
        """The incident of this address. Raises `Http404`."""
        rows = Incident.objects.select_related("system", "opened_by")
        return get_object_or_404(rows, pk=self.kwargs["id"])

    def told(self, status: int = 200) -> Response:
        """The incident as it is kept now."""
        return Response(printed(self.incident(), now()), status=status)

    def state_now(self, request: Request) -> dict[str, Any]:
        """See `ApiView`."""
        return printed(self.incident(), now())


def printed(incident: Incident, at: datetime) -> dict[str, Any]:
    """All of `incident` but its timeline, as of `at` (aware)."""
    ticks = summary.clock(incident.times.all())
    runs = list(summary.runs(incident))
    offered = offers.read(incident, ticks, runs)
    return facts(
        incident=incident,
        may_become=lifecycle.following(Status(incident.status)),
        clock=ticks,
        outcome=summary.figures(incident, ticks, at, offers.claimed(offered)),
        contamination=contamination(incident, ticks, offered, at),
        offers=offered,
        people=incident.people.select_related("person"),
        runbooks=incident.runbooks.only("slug", "title"),
        runs=runs,
        ending=_ending(incident, closing.ending(incident, ticks)),
    )


def _ending(incident: Incident, end: closing.Ending) -> dict[str, Any]:
    decided = ("reconciliation", "reconciliation_note", "saved_by", "saved_by_note")
    return {
        **{name: getattr(incident, name) for name in decided},
        "losses": [stated.row for stated in end.losses],
        "lost_window": end.window,
        "notified": [stated.row for stated in end.notified],
        "actions": [action.row for action in end.actions],
        "lacking": end.lacking,
    }


def moment_of(slug: str) -> Moment:
    """Raises `Http404` when no moment is called that: "writes-stopped"."""
    try:
        return Moment(slug.replace("-", " "))
    except ValueError:
        raise Http404 from None
