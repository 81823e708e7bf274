"""Addresses of the API."""

from __future__ import annotations

from django.urls import include, path

from accounts.api.views import route
from config.api import views

app_name = "api"
urlpatterns = [
    route("v1/", views.Root),
    route("v1/openapi.yml", views.OpenapiYaml),
    route("v1/openapi.json", views.OpenapiJson),
    path("v1/", include("accounts.api.urls")),
    path("v1/", include("inventory.api.urls")),
    path("v1/", include("incidents.api.urls")),
    path("v1/", include("runbooks.api.urls")),
    route("v1/<path:rest>", views.NoSuchAddress),
]
