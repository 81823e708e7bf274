"""Instances by API."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import PageQuerySerializer, by_key, page
from accounts.api.schema import operation, page_of
from accounts.api.views import ApiView, asked, now, person, sent
from inventory import instances
from inventory.api.serializers import (
    ChangeLineSerializer,
    InstanceChangesSerializer,
    InstanceLifeSerializer,
    InstanceLineSerializer,
    InstanceQuerySerializer,
    InstanceSerializer,
    NewInstanceSerializer,
)
from inventory.api.views import TAG, HistoryView, ThingView, changes
from inventory.models import Instance

_ROWS = Instance.objects.select_related("system")
_EXAMPLE = {
    "system": "ledger",
    "name": "ledger",
    "environment": "production",
    "host": "db-prod-1",
    "first_kind": "host name",
    "first_value": "db-prod-1",
    "second_kind": "database system identifier",
    "second_value": "7301442219883460001",
}


class InstanceList(ApiView):
    @operation(
        "instance_list", TAG, answers=page_of(InstanceLineSerializer), asks=InstanceQuerySerializer
    )
    def get(self, request: Request) -> Response:
        """Instances, in the order in which they were registered."""
        wanted = asked(InstanceQuerySerializer, request)
        names = {"system": "system__slug", "environment": "environment", "lifecycle": "lifecycle"}
        only = {column: wanted[name] for name, column in names.items() if name in wanted}
        rows, cursor = by_key(_ROWS.filter(**only), wanted)
        return Response(page(request, InstanceLineSerializer, rows, cursor))

    @operation(
        "instance_register",
        TAG,
        takes=NewInstanceSerializer,
        answers=InstanceSerializer,
        status=201,
        example=_EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Register a place where a system's data lives."""
        made = instances.register(
            **sent(NewInstanceSerializer, request), by=person(request), at=now()
        )
        return Response(InstanceSerializer.printed(made), status=201)


class InstanceDetail(ThingView[Instance]):
    rows, facts = _ROWS, InstanceSerializer

    @operation("instance_detail", TAG, answers=InstanceSerializer)
    def get(self, request: Request, id: int) -> Response:
        """One instance."""
        return self.thing_now()

    @operation(
        "instance_edit",
        TAG,
        takes=InstanceChangesSerializer,
        answers=InstanceSerializer,
        example={"host": "db-prod-2"},
    )
    def patch(self, request: Request, id: int) -> Response:
        """Change what is sent of an instance; the rest stays."""
        read, instance = sent(InstanceChangesSerializer, request), self.thing()
        instances.edit(
            instance, changes=changes(read), seen=read["seen"], by=person(request), at=now()
        )
        return self.thing_now()


class InstanceLifecycle(ThingView[Instance]):
    rows, facts = _ROWS, InstanceSerializer

    @operation(
        "instance_lifecycle",
        TAG,
        takes=InstanceLifeSerializer,
        answers=InstanceSerializer,
        example={"lifecycle": "frozen", "reason": "nobody writes here during the restore"},
    )
    def put(self, request: Request, id: int) -> Response:
        """Say where in its life an instance is."""
        read, instance = sent(InstanceLifeSerializer, request), self.thing()
        instances.set_lifecycle(instance, **read, by=person(request), at=now())
        return self.thing_now()


class InstanceHistory(HistoryView[Instance]):
    rows = _ROWS

    @operation(
        "instance_history", TAG, answers=page_of(ChangeLineSerializer), asks=PageQuerySerializer
    )
    def get(self, request: Request, id: int) -> Response:
        """Who changed what in an instance, the newest first."""
        return self.page(request)
