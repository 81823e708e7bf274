"""What the API's views of systems, instances and copies share: the history, the board."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import PageQuery, by_key, page
from accounts.api.schema import operation
from accounts.api.views import ApiView, asked, now
from inventory import board, history
from inventory.api.boards import Board
from inventory.api.serializers import ChangeLine
from inventory.models import Copy, Instance, System

TAG = "Inventory"
Thing = TypeVar("Thing", System, Instance, Copy)


class ThingView(ApiView):
    """One thing: `rows` it is among, `facts` that print it. 409 tells it as it is now."""

    rows: QuerySet[Any]
    facts: type[serializers.Serializer[Any]]

    def thing(self) -> Any:
        """The thing of this address. Raises `Http404`."""
        return get_object_or_404(self.rows.all(), **self.kwargs)

    def told(self) -> Response:
        """The thing as it is kept now."""
        return Response(self.facts(self.thing()).data)

    def state_now(self, request: Request) -> dict[str, Any]:
        """See `ApiView`."""
        return dict(self.facts(self.thing()).data)


class HistoryView(ThingView):
    """The history of a thing."""

    def page(self, request: Request) -> Response:
        """A page of it, the newest first."""
        lines = history.changes_of(self.thing())
        rows, cursor = by_key(lines, asked(PageQuery, request), newest=True)
        return Response(page(request, ChangeLine, rows, cursor))


class RecoverabilityBoard(ApiView):
    """What could be restored, and how much would be lost: all systems, the worst first."""

    @operation("recoverability_board", TAG, answers=Board)
    def get(self, request: Request) -> Response:
        """What could be restored, and how much would be lost: all systems, the worst first."""
        at = now()
        return Response(Board({"at": at, "lines": board.lines(at)}).data)


def changes(read: dict[str, Any]) -> dict[str, Any]:
    """What is to be changed, without `seen`."""
    return {name: value for name, value in read.items() if name != "seen"}
