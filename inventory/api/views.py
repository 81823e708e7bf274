"""What the API's views of systems, instances and copies share: the history, the board."""

from __future__ import annotations

from typing import Generic, TypeVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import PageQuerySerializer, by_key, page
from accounts.api.schema import operation
from accounts.api.serializers import AnswerSerializer, Values
from accounts.api.views import ApiView, asked, now
from inventory import board
from inventory.api.boards import BoardNow, BoardSerializer
from inventory.api.serializers import ChangeLineSerializer
from inventory.models import Change, Copy, Instance, System

TAG = "Inventory"
Thing = TypeVar("Thing", System, Instance, Copy)


class ThingView(ApiView, Generic[Thing]):
    """One thing: `rows` it is among, `facts` that print it. 409 tells it as it is now."""

    rows: QuerySet[Thing]
    facts: type[AnswerSerializer[Thing]]

    def thing(self) -> Thing:
        """The thing of this address. Raises `Http404`."""
        return get_object_or_404(self.rows.all(), **self.kwargs)

    def thing_now(self) -> Response:
        """The thing as it is kept now."""
        return Response(self.facts.printed(self.thing()))

    def state_now(self, request: Request) -> dict[str, object]:
        """See `ApiView`."""
        return self.facts.printed(self.thing())


class HistoryView(ThingView[Thing]):
    """The history of a thing."""

    def page(self, request: Request) -> Response:
        """A page of it, the newest first."""
        lines = Change.objects.about(self.thing())
        rows, cursor = by_key(lines, asked(PageQuerySerializer, request), newest=True)
        return Response(page(request, ChangeLineSerializer, rows, cursor))


class RecoverabilityBoard(ApiView):
    @operation("recoverability_board", TAG, answers=BoardSerializer)
    def get(self, request: Request) -> Response:
        """What could be restored, and how much would be lost: all systems, the worst first."""
        at = now()
        return Response(BoardSerializer.printed(BoardNow(at, board.summaries(at))))


def changes(read: Values) -> Values:
    """What is to be changed, without `seen`."""
    return {name: value for name, value in read.items() if name != "seen"}
