"""Addresses of the API."""

from __future__ import annotations

from django.urls import include, path, re_path

from accounts.api.views import route
from config.api import views

app_name = "api"
urlpatterns = [
    route("", views.Root),
    route("openapi.yml", views.OpenapiYaml),
    route("openapi.json", views.OpenapiJson),
    path("", include("accounts.api.urls")),
    path("", include("inventory.api.urls")),
    path("", include("incidents.api.urls")),
    path("", include("runbooks.api.urls")),
    # Anything else, line breaks too, which a path converter would leave to the pages.
    re_path(r"^(?P<rest>[\s\S]+)$", views.NoSuchAddress.as_view(), name="no_such_address"),
]
