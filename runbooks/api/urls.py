"""Addresses of the API about runbooks and runs."""

from __future__ import annotations

from django.urls import URLPattern

from accounts.api.views import route
from runbooks.api import library, log, moving, near_misses, reviews, revisions, runs

_REVISION = "runbooks/<slug:slug>/revisions/<int:number>/"

urlpatterns: list[URLPattern] = [
    route("lint/", library.Lint),
    route("runbooks/", library.RunbookList),
    route("runbooks/<slug:slug>/", library.RunbookDetail),
    route("runbooks/<slug:slug>/archive/", library.RunbookArchive),
    route("runbooks/<slug:slug>/unarchive/", library.RunbookUnarchive),
    route("runbooks/<slug:slug>/revisions/", revisions.RevisionList),
    route("runbooks/<slug:slug>/revisions/<int:old>..<int:new>/", revisions.RevisionDiff),
    route(_REVISION, revisions.RevisionDetail),
    route(f"{_REVISION}source/", revisions.RevisionSource),
    route(f"{_REVISION}approve/", revisions.RevisionApprove),
    route(f"{_REVISION}waive/", revisions.RevisionWaive),
    route("near-misses/", near_misses.NearMissList),
    route("near-misses/tallies/", near_misses.NearMissTallies),
    route("reviews/", reviews.ReviewsWaiting),
    route("reviews/<int:id>/close/", reviews.ReviewClose),
    route("runs/", runs.RunList),
    route("runs/<int:id>/", runs.RunDetail),
    route("runs/<int:id>/events/", log.EventList),
    route("runs/<int:id>/export/", log.RunExport),
    route("runs/<int:id>/verification/", log.RunVerification),
    route("runs/<int:id>/evidence/", log.EvidenceList),
    route("runs/<int:id>/evidence/<int:evidence>/", log.EvidenceFile),
    *moving.addresses(),
]
