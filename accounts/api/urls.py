"""Addresses of people in the API."""

from __future__ import annotations

from accounts.api import people
from accounts.api.views import route

urlpatterns = [
    route("me/", people.Me),
    route("people/", people.PersonList),
    route("people/<int:id>/", people.PersonDetail),
    route("people/<int:id>/roles/", people.PersonRoles),
    route("people/<int:id>/disable/", people.PersonDisable),
    route("people/<int:id>/enable/", people.PersonEnable),
]
