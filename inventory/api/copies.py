"""Copies by API."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import PageQuery, by_key, page
from accounts.api.schema import operation, page_of
from accounts.api.views import ApiView, asked, now, person, sent
from inventory import copies
from inventory.api.serializers import (
    ChangeLine,
    CopyChanges,
    CopyFacts,
    CopyLine,
    CopyQuery,
    Marked,
    NewCopy,
    Verified,
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
    """Copies of all systems; a POST registers one."""

    @operation("copy_list", TAG, answers=page_of(CopyLine), asks=CopyQuery)
    def get(self, request: Request) -> Response:
        """Copies, in the order in which they were registered."""
        wanted = asked(CopyQuery, request)
        names = {"system": "system__slug", "state": "state", "medium": "medium"}
        only = {column: wanted[name] for name, column in names.items() if name in wanted}
        rows, cursor = by_key(_ROWS.filter(**only), wanted)
        return Response(page(request, CopyLine, rows, cursor))

    @operation("copy_register", TAG, takes=NewCopy, answers=CopyFacts, status=201, example=_EXAMPLE)
    def post(self, request: Request) -> Response:
        """Register a copy; it is unverified until somebody has read it back."""
        made = copies.register(**sent(NewCopy, request), by=person(request), at=now())
        return Response(CopyFacts(_ROWS.get(pk=made.pk)).data, status=201)


class CopyDetail(ThingView):
    """One copy; a PATCH edits it."""

    rows, facts = _ROWS, CopyFacts

    @operation("copy_detail", TAG, answers=CopyFacts)
    def get(self, request: Request, id: int) -> Response:
        """One copy."""
        return self.told()

    @operation(
        "copy_edit", TAG, takes=CopyChanges, answers=CopyFacts, example={"place": "vault, shelf 3"}
    )
    def patch(self, request: Request, id: int) -> Response:
        """Change what is sent of a copy; the rest stays. A change of what was verified makes it
        unverified again."""
        read, copy = sent(CopyChanges, request), self.thing()
        copies.edit(copy, changes=changes(read), seen=read["seen"], by=person(request), at=now())
        return self.told()


class CopyVerify(ThingView):
    """Say that a copy was read back and is good."""

    rows, facts = _ROWS, CopyFacts

    @operation(
        "copy_verify",
        TAG,
        takes=Verified,
        answers=CopyFacts,
        example={"how": "pg_restore --list on backup-1", "size_bytes": 48117760},
    )
    def post(self, request: Request, id: int) -> Response:
        """Say that a copy was read back and is good, and what was measured."""
        read, copy = sent(Verified, request), self.thing()
        copies.verify(copy, **read, by=person(request), at=now())
        return self.told()


class CopyMark(ThingView):
    """Say that a copy is suspect, quarantined or destroyed."""

    rows, facts = _ROWS, CopyFacts

    @operation(
        "copy_mark",
        TAG,
        takes=Marked,
        answers=CopyFacts,
        example={"state": "suspect", "reason": "the stick was in an unknown machine"},
    )
    def post(self, request: Request, id: int) -> Response:
        """Say that a copy is suspect, quarantined or destroyed, and why."""
        read, copy = sent(Marked, request), self.thing()
        copies.mark(copy, **read, by=person(request), at=now())
        return self.told()


class CopyHistory(HistoryView):
    """Who changed what in a copy."""

    rows = _ROWS

    @operation("copy_history", TAG, answers=page_of(ChangeLine), asks=PageQuery)
    def get(self, request: Request, id: int) -> Response:
        """Who changed what in a copy, the newest first."""
        return self.page(request)
