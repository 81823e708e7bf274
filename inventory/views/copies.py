"""Pages of copies."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Right
from accounts.sessions import signed_in_with
from inventory import copies, doubts, history
from inventory.forms import CopyForm, MarkForm, VerifyForm, filled
from inventory.models import Copy, System
from inventory.views.pages import answer, history_page, page
from lib.verb_forms import sent


@require_safe
def copy_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One copy: where it is, how old its data is, whether it was proven, its history."""
    signed_in_with(request)
    copy = _copy(pk)
    return page(
        request,
        "inventory/copy_detail.html",
        copy=copy,
        compared=doubts.compared(copy),
        **history_page(request, copy),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def copy_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Register a copy of a system's data."""
    by = signed_in_with(request, Right.KEEP_INVENTORY)
    system = get_object_or_404(System, slug=slug)
    at = timezone.now()
    form = CopyForm(sent(request), system=system, at=at)
    return answer(
        request,
        form,
        lambda: copies.register(system=system, **form.facts(), by=by, at=at),
        system=system,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def copy_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit what is known of a copy."""
    by = signed_in_with(request, Right.KEEP_INVENTORY)
    copy = _copy(pk)
    at = timezone.now()
    initial = filled(copy, CopyForm, history.last(copy))
    form = CopyForm(sent(request), initial=initial, system=copy.system, at=at)
    return answer(
        request,
        form,
        lambda: copies.edit(copy, changes=form.facts(), seen=form.seen_line(), by=by, at=at),
        copy=copy,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def copy_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a copy was read back and is good."""
    by = signed_in_with(request, Right.KEEP_INVENTORY)
    copy = _copy(pk)
    form = VerifyForm(sent(request), initial={"seen": history.last(copy)})
    return answer(
        request,
        form,
        lambda: copies.verify(
            copy, **form.facts(), seen=form.seen_line(), by=by, at=timezone.now()
        ),
        copy=copy,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def copy_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a copy is suspect, quarantined or destroyed."""
    by = signed_in_with(request, Right.KEEP_INVENTORY)
    copy = _copy(pk)
    form = MarkForm(sent(request), initial={"seen": history.last(copy)})
    return answer(
        request,
        form,
        lambda: copies.mark(copy, **form.facts(), seen=form.seen_line(), by=by, at=timezone.now()),
        copy=copy,
    )


def _copy(pk: int) -> Copy:
    rows = Copy.objects.marked().select_related("system", "taken_from", "verified_by")
    return get_object_or_404(rows, pk=pk)
