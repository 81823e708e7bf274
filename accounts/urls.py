"""Addresses of the pages about people."""

from __future__ import annotations

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.people_list, name="people_list"),
    path("invite/", views.person_invite, name="person_invite"),
    path("<int:pk>/", views.person_detail, name="person_detail"),
    path("<int:pk>/roles/", views.person_roles, name="person_roles"),
    path("<int:pk>/disable/", views.person_disable, name="person_disable"),
    path("<int:pk>/enable/", views.person_enable, name="person_enable"),
]
