"""Addresses of runbooks."""

from __future__ import annotations

from django.urls import URLPattern, path

from runbooks.views import (
    editor,
    library,
    near_misses,
    reviews,
    run,
    run_copies,
    run_reads,
    start,
    verification,
)

app_name = "runbooks"
urlpatterns: list[URLPattern] = [
    path("runbooks/", library.runbook_list, name="runbook_list"),
    path("runbooks/new/", editor.runbook_new, name="runbook_new"),
    path("runbooks/upload/", editor.runbook_upload, name="runbook_upload"),
    path("runbooks/preview/", editor.runbook_preview, name="runbook_preview"),
    path("runbooks/<slug:slug>/", library.runbook_detail, name="runbook_detail"),
    path("runbooks/<slug:slug>/edit/", editor.runbook_edit, name="runbook_edit"),
    path("runbooks/<slug:slug>/archive/", library.runbook_archive, name="runbook_archive"),
    path("runbooks/<slug:slug>/unarchive/", library.runbook_unarchive, name="runbook_unarchive"),
    path("runbooks/<slug:slug>/<int:number>/", library.revision_detail, name="revision_detail"),
    path(
        "runbooks/<slug:slug>/<int:number>/source/", library.revision_source, name="revision_source"
    ),
    path("runbooks/<slug:slug>/<int:number>/print/", library.revision_print, name="revision_print"),
    path(
        "runbooks/<slug:slug>/<int:number>/approve/",
        library.revision_approve,
        name="revision_approve",
    ),
    path("runbooks/<slug:slug>/<int:number>/waive/", library.revision_waive, name="revision_waive"),
    path("runbooks/<slug:slug>/<int:number>/start/", start.run_prepare, name="run_prepare"),
    path("runbooks/<slug:slug>/<int:old>..<int:new>/", library.revision_diff, name="revision_diff"),
    path("near-misses/", near_misses.near_miss_list, name="near_miss_list"),
    path("reviews/", reviews.review_list, name="review_list"),
    path("reviews/<int:pk>/", reviews.review_detail, name="review_detail"),
    path("reviews/<int:pk>/close/", reviews.review_close, name="review_close"),
    path("runs/", run_reads.run_list, name="run_list"),
    path("runs/verification/", verification.log_check_list, name="log_check_list"),
    path("runs/<int:pk>/", run.run_detail, name="run_detail"),
    path("runs/<int:pk>/log/", run_reads.run_log, name="run_log"),
    path("runs/<int:pk>/copies/", run_copies.run_copies, name="run_copies"),
    path("runs/<int:pk>/print/", run_reads.run_print, name="run_print"),
    path("runs/<int:pk>/export.json", run_reads.run_export, name="run_export"),
    path("runs/<int:pk>/evidence/<int:evidence>/", run_reads.evidence_file, name="evidence_file"),
    path("runs/<int:pk>/<slug:move>/", run.run_move, name="run_move"),
]
