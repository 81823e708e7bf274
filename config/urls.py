"""All addresses, one include an app."""

from __future__ import annotations

from django.urls import include, path

from config import views
from config.api import pages

handler400 = "config.views.bad_request"
handler500 = "config.views.server_error"

urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("", views.home, name="home"),
    path("accounts/", include("accounts.sign_in")),
    path("people/", include("accounts.urls")),
    path("background/", include("jobs.urls")),
    path("notices/", include("notices.urls")),
    path("inventory/", include("inventory.urls")),
    path("", include("runbooks.urls")),
    path("incidents/", include("incidents.urls")),
    path("webhooks/", include("webhooks.urls")),
    path("api/", pages.api_reference, name="api_reference"),
    path("api/v1/", include("config.api.urls")),
    path("api/<slug:group>/", pages.api_group, name="api_group"),
]
