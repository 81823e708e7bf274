"""Addresses of a person's own notices."""

from __future__ import annotations

from django.urls import path

from notices import views

app_name = "notices"
urlpatterns = [
    path("", views.notice_list, name="notice_list"),
    path("read/", views.notice_read_all, name="notice_read_all"),
    path("digest/", views.digest_switch, name="digest_switch"),
    path("<int:pk>/read/", views.notice_read, name="notice_read"),
]
