"""Addresses of the pages about background work."""

from __future__ import annotations

from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.schedule_list, name="schedule_list"),
    path("schedules/<str:kind>/", views.schedule_detail, name="schedule_detail"),
    path("schedules/<str:kind>/off/", views.schedule_off, name="schedule_off"),
    path("schedules/<str:kind>/on/", views.schedule_on, name="schedule_on"),
    path("schedules/<str:kind>/default/", views.schedule_default, name="schedule_default"),
    path("schedules/<str:kind>/run/", views.schedule_run, name="schedule_run"),
    path("jobs/", views.job_list, name="job_list"),
    path("jobs/<int:pk>/", views.job_detail, name="job_detail"),
    path("jobs/<int:pk>/again/", views.job_again, name="job_again"),
]
