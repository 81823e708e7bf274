"""Copies by API."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import PageQuerySerializer, by_key, page
from accounts.api.schema import operation, page_of
from accounts.api.views import ApiView, asked, now, person, sent
from inventory import copies
from inventory.api.serializers import (
    ChangeLineSerializer,
    CopyChangesSerializer,
    CopyLineSerializer,
    CopyQuerySerializer,
    CopySerializer,
    MarkedSerializer,
    NewCopySerializer,
    VerifiedSerializer,
)
from inventory.api.views import TAG, HistoryView, ThingView, changes
from inventory.models import Copy

_ROWS = Copy.objects.marked().select_related("system", "verified_by")
_EXAMPLE = {
    "system": "ledger",
    "name": "ledger-20261122.dump",
    "taken_at": "2026-11-22T03:00:00Z",
    "data_as_of": "2026-11-22T02:58:00Z",
    "medium": "disk",
    "place": "backup-1:/srv/backup",
    "holder": "backup-1",
    "size_bytes": 48117760,
    "encrypted": "yes",
}


class CopyList(ApiView):
    @operation("copy_list", TAG, answers=page_of(CopyLineSerializer), asks=CopyQuerySerializer)
    def get(self, request: Request) -> Response:
        """Copies, in the order in which they were registered."""
        wanted = asked(CopyQuerySerializer, request)
        names = {"system": "system__slug", "state": "state", "medium": "medium"}
        only = {column: wanted[name] for name, column in names.items() if name in wanted}
        rows, cursor = by_key(_ROWS.filter(**only), wanted)
        return Response(page(request, CopyLineSerializer, rows, cursor))

    @operation(
        "copy_register",
        TAG,
        takes=NewCopySerializer,
        answers=CopySerializer,
        status=201,
        example=_EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Register a copy; it is unverified until somebody has read it back."""
        made = copies.register(**sent(NewCopySerializer, request), by=person(request), at=now())
        return Response(CopySerializer.printed(_ROWS.get(pk=made.pk)), status=201)


class CopyDetail(ThingView[Copy]):
    rows, facts = _ROWS, CopySerializer

    @operation("copy_detail", TAG, answers=CopySerializer)
    def get(self, request: Request, id: int) -> Response:
        """One copy."""
        return self.thing_now()

    @operation(
        "copy_edit",
        TAG,
        takes=CopyChangesSerializer,
        answers=CopySerializer,
        example={"place": "vault, shelf 3"},
    )
    def patch(self, request: Request, id: int) -> Response:
        """Change what is sent of a copy; the rest stays. A change of what was verified makes it
        unverified again."""
        read, copy = sent(CopyChangesSerializer, request), self.thing()
        copies.edit(copy, changes=changes(read), seen=read["seen"], by=person(request), at=now())
        return self.thing_now()


class CopyVerify(ThingView[Copy]):
    rows, facts = _ROWS, CopySerializer

    @operation(
        "copy_verify",
        TAG,
        takes=VerifiedSerializer,
        answers=CopySerializer,
        example={"how": "pg_restore --list on backup-1", "size_bytes": 48117760},
    )
    def post(self, request: Request, id: int) -> Response:
        """Say that a copy was read back and is good, and what was measured."""
        read, copy = sent(VerifiedSerializer, request), self.thing()
        copies.verify(copy, **read, by=person(request), at=now())
        return self.thing_now()


class CopyMark(ThingView[Copy]):
    rows, facts = _ROWS, CopySerializer

    @operation(
        "copy_mark",
        TAG,
        takes=MarkedSerializer,
        answers=CopySerializer,
        example={"state": "suspect", "reason": "the stick was in an unknown machine"},
    )
    def post(self, request: Request, id: int) -> Response:
        """Say that a copy is suspect, quarantined or destroyed, and why."""
        read, copy = sent(MarkedSerializer, request), self.thing()
        copies.mark(copy, **read, by=person(request), at=now())
        return self.thing_now()


class CopyHistory(HistoryView[Copy]):
    rows = _ROWS

    @operation("copy_history", TAG, answers=page_of(ChangeLineSerializer), asks=PageQuerySerializer)
    def get(self, request: Request, id: int) -> Response:
        """Who changed what in a copy, the newest first."""
        return self.page(request)
