"""Addresses of the inventory in the API."""

from __future__ import annotations

from accounts.api.views import route
from inventory.api import copies, instances, systems, views

urlpatterns = [
    route("board/", views.RecoverabilityBoard),
    route("systems/", systems.SystemList),
    route("systems/<slug:slug>/", systems.SystemDetail),
    route("systems/<slug:slug>/history/", systems.SystemHistory),
    route("instances/", instances.InstanceList),
    route("instances/<int:id>/", instances.InstanceDetail),
    route("instances/<int:id>/lifecycle/", instances.InstanceLifecycle),
    route("instances/<int:id>/history/", instances.InstanceHistory),
    route("copies/", copies.CopyList),
    route("copies/<int:id>/", copies.CopyDetail),
    route("copies/<int:id>/verify/", copies.CopyVerify),
    route("copies/<int:id>/mark/", copies.CopyMark),
    route("copies/<int:id>/history/", copies.CopyHistory),
]
