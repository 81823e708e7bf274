"""Addresses of incidents."""

from __future__ import annotations

from django.urls import path

from incidents.views import clock, entries, follow_ups, links, records

app_name = "incidents"
urlpatterns = [
    path("", records.incident_list, name="incident_list"),
    path("new/", records.incident_new, name="incident_new"),
    path("<int:pk>/", records.incident_detail, name="incident_detail"),
    path("<int:pk>/edit/", records.incident_edit, name="incident_edit"),
    path("<int:pk>/severity/", records.incident_severity, name="incident_severity"),
    path("<int:pk>/status/", records.incident_status, name="incident_status"),
    path("<int:pk>/clock/<slug:moment>/", clock.incident_time, name="incident_time"),
    path(
        "<int:pk>/clock/<slug:moment>/clear/", clock.incident_time_clear, name="incident_time_clear"
    ),
    path(
        "<int:pk>/clock/<slug:moment>/unknown/",
        clock.incident_time_unknown,
        name="incident_time_unknown",
    ),
    path("<int:pk>/offers/", clock.incident_offers, name="incident_offers"),
    path("<int:pk>/people/", links.incident_people, name="incident_people"),
    path(
        "<int:pk>/people/<int:link>/remove/",
        links.incident_person_remove,
        name="incident_person_remove",
    ),
    path("<int:pk>/runbooks/", links.incident_runbooks, name="incident_runbooks"),
    path(
        "<int:pk>/runbooks/<slug:slug>/unlink/",
        links.incident_runbook_unlink,
        name="incident_runbook_unlink",
    ),
    path("<int:pk>/runs/", links.incident_runs, name="incident_runs"),
    path("<int:pk>/start/<slug:slug>/<int:number>/", links.run_start, name="run_start"),
    path("<int:pk>/entries/new/", entries.entry_new, name="entry_new"),
    path("<int:pk>/entries/<int:entry>/correct/", entries.entry_correct, name="entry_correct"),
    path("<int:pk>/losses/new/", follow_ups.loss_new, name="loss_new"),
    path("<int:pk>/losses/<int:loss>/strike/", follow_ups.loss_strike, name="loss_strike"),
    path("<int:pk>/reconciliation/", follow_ups.reconciliation, name="reconciliation"),
    path("<int:pk>/notified/new/", follow_ups.notified_new, name="notified_new"),
    path(
        "<int:pk>/notified/<int:note>/strike/", follow_ups.notified_strike, name="notified_strike"
    ),
    path("<int:pk>/saved-by/", follow_ups.saved_by, name="saved_by"),
    path("<int:pk>/actions/new/", follow_ups.action_new, name="action_new"),
    path(
        "<int:pk>/actions/<int:action>/assignment/",
        follow_ups.action_reassign,
        name="action_reassign",
    ),
    path("<int:pk>/actions/<int:action>/status/", follow_ups.action_settle, name="action_settle"),
]
