"""Addresses of the pages about people and their tokens."""

from __future__ import annotations

from django.urls import path

from accounts.views import people, tokens

app_name = "accounts"
urlpatterns = [
    path("", people.people_list, name="people_list"),
    path("invite/", people.person_invite, name="person_invite"),
    path("<int:pk>/", people.person_detail, name="person_detail"),
    path("<int:pk>/roles/", people.person_roles, name="person_roles"),
    path("<int:pk>/disable/", people.person_disable, name="person_disable"),
    path("<int:pk>/enable/", people.person_enable, name="person_enable"),
    path("me/tokens/", tokens.token_list, name="token_list"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
]
