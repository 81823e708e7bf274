"""Addresses of incidents in the API."""

from __future__ import annotations

from accounts.api.views import route
from incidents.api import ending, entries, links, outcome, records

_ONE = "incidents/<int:id>/"
urlpatterns = [
    route("incidents/", records.IncidentList),
    route(_ONE, records.IncidentDetail),
    route(f"{_ONE}severity/", records.IncidentSeverity),
    route(f"{_ONE}status/", records.IncidentStatus),
    route(f"{_ONE}clock/<slug:moment>/", records.IncidentClock),
    route(f"{_ONE}clock/<slug:moment>/unknown/", outcome.IncidentTimeUnknown),
    route(f"{_ONE}offers/", outcome.IncidentOffers),
    route(f"{_ONE}history/", records.IncidentHistory),
    route(f"{_ONE}people/", links.IncidentPeople),
    route(f"{_ONE}people/<int:who>/<slug:part>/", links.IncidentPersonView),
    route(f"{_ONE}runbooks/<slug:slug>/", links.IncidentRunbookView),
    route(f"{_ONE}runs/", links.IncidentRuns),
    route(f"{_ONE}runs/<int:run>/", links.IncidentRunView),
    route(f"{_ONE}timeline/", entries.IncidentTimeline),
    route(f"{_ONE}entries/", entries.EntryList),
    route(f"{_ONE}entries/<int:entry>/correct/", entries.EntryCorrect),
    route(f"{_ONE}losses/", ending.LossList),
    route(f"{_ONE}losses/<int:loss>/strike/", ending.LossStrike),
    route(f"{_ONE}reconciliation/", ending.Reconcile),
    route(f"{_ONE}notified/", ending.NotifiedList),
    route(f"{_ONE}notified/<int:note>/strike/", ending.NotifiedStrike),
    route(f"{_ONE}saved-by/", ending.SavedByView),
    route(f"{_ONE}actions/", ending.ActionList),
    route(f"{_ONE}actions/<int:action>/assignment/", ending.ActionAssignment),
    route(f"{_ONE}actions/<int:action>/status/", ending.ActionStatusView),
]
