"""Systems by API."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import PageQuerySerializer, by_key, page
from accounts.api.schema import operation, page_of
from accounts.api.views import ApiView, asked, now, person, sent
from inventory import systems
from inventory.api.serializers import (
    ChangeLineSerializer,
    NewSystemSerializer,
    SystemChangesSerializer,
    SystemLineSerializer,
    SystemSerializer,
)
from inventory.api.views import TAG, HistoryView, ThingView, changes
from inventory.models import System

_ROWS = System.objects.select_related("owner")
_EXAMPLE = {
    "name": "ledger",
    "description": "Accounts and entries of every customer.",
    "owner": 1,
    "data_class": "confidential",
    "rpo": 3600,
    "rto": 7200,
    "mtd": 86400,
}


class SystemList(ApiView):
    @operation("system_list", TAG, answers=page_of(SystemLineSerializer), asks=PageQuerySerializer)
    def get(self, request: Request) -> Response:
        """Systems, in the order in which they were registered."""
        rows, cursor = by_key(_ROWS, asked(PageQuerySerializer, request))
        return Response(page(request, SystemLineSerializer, rows, cursor))

    @operation(
        "system_register",
        TAG,
        takes=NewSystemSerializer,
        answers=SystemSerializer,
        status=201,
        example=_EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Register a system. Its slug is made from its name, once, and stays."""
        made = systems.register(**sent(NewSystemSerializer, request), by=person(request), at=now())
        return Response(SystemSerializer.printed(made), status=201)


class SystemDetail(ThingView[System]):
    rows, facts = _ROWS, SystemSerializer

    @operation("system_detail", TAG, answers=SystemSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """One system."""
        return self.thing_now()

    @operation(
        "system_edit",
        TAG,
        takes=SystemChangesSerializer,
        answers=SystemSerializer,
        example={"rpo": 1800},
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change what is sent of a system; the rest stays."""
        read, system = sent(SystemChangesSerializer, request), self.thing()
        systems.edit(system, changes=changes(read), seen=read["seen"], by=person(request), at=now())
        return self.thing_now()


class SystemHistory(HistoryView[System]):
    rows = _ROWS

    @operation(
        "system_history", TAG, answers=page_of(ChangeLineSerializer), asks=PageQuerySerializer
    )
    def get(self, request: Request, slug: str) -> Response:
        """Who changed what in a system, the newest first."""
        return self.page(request)
