"""The product's addresses and the two bases."""

from __future__ import annotations

from django.urls import include, path

from bench import views

urlpatterns = [
    path("bench/read/", views.read_one, name="read_one"),
    path("bench/insert/", views.insert_one, name="insert_one"),
    path("", include("config.urls")),
]
