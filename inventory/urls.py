"""Addresses of inventory."""

from __future__ import annotations

from django.urls import path

from inventory.views import copies, instances, systems

app_name = "inventory"
urlpatterns = [
    path("", systems.system_list, name="system_list"),
    path("new-system/", systems.system_new, name="system_new"),
    path("systems/<slug:slug>/", systems.system_detail, name="system_detail"),
    path("systems/<slug:slug>/edit/", systems.system_edit, name="system_edit"),
    path("systems/<slug:slug>/new-instance/", instances.instance_new, name="instance_new"),
    path("systems/<slug:slug>/new-copy/", copies.copy_new, name="copy_new"),
    path("instances/<int:pk>/", instances.instance_detail, name="instance_detail"),
    path("instances/<int:pk>/edit/", instances.instance_edit, name="instance_edit"),
    path("instances/<int:pk>/lifecycle/", instances.instance_lifecycle, name="instance_lifecycle"),
    path("copies/<int:pk>/", copies.copy_detail, name="copy_detail"),
    path("copies/<int:pk>/edit/", copies.copy_edit, name="copy_edit"),
    path("copies/<int:pk>/verify/", copies.copy_verify, name="copy_verify"),
    path("copies/<int:pk>/mark/", copies.copy_mark, name="copy_mark"),
]
