"""Pages of copies."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Right
from inventory import copies, doubts, history
from inventory.forms import CopyForm, MarkForm, VerifyForm, filled
from inventory.models import Copy, System
from inventory.views.pages import form_page, lines, page, person, see_other


@require_safe
def copy_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One copy: where it is, how old its data is, whether it was proven, its history."""
    person(request)
    copy = _copy(pk)
    return page(
        request,
        "inventory/copy_detail.html",
        copy=copy,
        compared=doubts.compared(copy),
        **lines(request, copy),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def copy_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Register a copy of a system's data."""
    by = person(request, Right.KEEP_INVENTORY)
    system = get_object_or_404(System, slug=slug)
    at = timezone.now()
    form = CopyForm(request.POST if request.method == "POST" else None, system=system, at=at)
    if form.is_valid():
        with form.kept_when_refused():
            copy = copies.register(system=system, **form.facts(), by=by, at=at)
            return see_other(copy)
    return form_page(request, "inventory/copy_new.html", form, system=system)


@require_http_methods(["GET", "HEAD", "POST"])
def copy_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit what is known of a copy."""
    by = person(request, Right.KEEP_INVENTORY)
    copy = _copy(pk)
    at = timezone.now()
    form = CopyForm(
        request.POST if request.method == "POST" else None,
        initial=filled(copy, CopyForm, history.last(copy)),
        system=copy.system,
        at=at,
    )
    if form.is_valid():
        with form.kept_when_refused():
            copies.edit(copy, changes=form.facts(), seen=form.seen_line(), by=by, at=at)
            return see_other(copy)
    return form_page(request, "inventory/copy_edit.html", form, copy=copy)


@require_http_methods(["GET", "HEAD", "POST"])
def copy_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a copy was read back and is good."""
    by = person(request, Right.KEEP_INVENTORY)
    copy = _copy(pk)
    form = VerifyForm(
        request.POST if request.method == "POST" else None,
        initial={"seen": history.last(copy)},
    )
    if form.is_valid():
        with form.kept_when_refused():
            copies.verify(copy, **form.facts(), seen=form.seen_line(), by=by, at=timezone.now())
            return see_other(copy)
    return form_page(request, "inventory/copy_verify.html", form, copy=copy)


@require_http_methods(["GET", "HEAD", "POST"])
def copy_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a copy is suspect, quarantined or destroyed."""
    by = person(request, Right.KEEP_INVENTORY)
    copy = _copy(pk)
    form = MarkForm(
        request.POST if request.method == "POST" else None,
        initial={"seen": history.last(copy)},
    )
    if form.is_valid():
        with form.kept_when_refused():
            copies.mark(copy, **form.facts(), seen=form.seen_line(), by=by, at=timezone.now())
            return see_other(copy)
    return form_page(request, "inventory/copy_mark.html", form, copy=copy)


def _copy(pk: int) -> Copy:
    rows = Copy.objects.marked().select_related("system", "taken_from", "verified_by")
    return get_object_or_404(rows, pk=pk)
