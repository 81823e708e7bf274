"""Pages of systems."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Right
from inventory import board, history, systems
from inventory.enums import CopyState
from inventory.forms import SystemForm, filled
from inventory.models import Copy, Instance, System
from inventory.views.pages import form_page, lines, page, person, see_other


@require_safe
def system_list(request: HttpRequest) -> HttpResponse:
    """All systems, the worst first."""
    return page(request, "inventory/system_list.html", lines=board.lines(timezone.now()))


@require_safe
def system_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One system: what could be restored, its instances, its copies, its history."""
    person(request)
    system = get_object_or_404(System.objects.select_related("owner"), slug=slug)
    rows = Copy.objects.of_system(system).marked().select_related("system", "taken_from")
    copies = list(rows.newest_first())
    return page(
        request,
        "inventory/system_detail.html",
        system=system,
        line=board.line(system, timezone.now()),
        instances=Instance.objects.of_system(system),
        copies=[copy for copy in copies if copy.state != CopyState.DESTROYED.value],
        destroyed=[copy for copy in copies if copy.state == CopyState.DESTROYED.value],
        **lines(request, system),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def system_new(request: HttpRequest) -> HttpResponse:
    """Add a system."""
    by = person(request, Right.KEEP_INVENTORY)
    form = SystemForm(request.POST if request.method == "POST" else None, initial={"owner": by})
    if form.is_valid():
        with form.kept_when_refused():
            system = systems.register(**form.facts(), by=by, at=timezone.now())
            return see_other(system)
    return form_page(request, "inventory/system_new.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
def system_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Edit a system."""
    by = person(request, Right.KEEP_INVENTORY)
    system = get_object_or_404(System.objects.select_related("owner"), slug=slug)
    form = SystemForm(
        request.POST if request.method == "POST" else None,
        initial=filled(system, SystemForm, history.last(system)),
    )
    if form.is_valid():
        with form.kept_when_refused():
            systems.edit(
                system, changes=form.facts(), seen=form.seen_line(), by=by, at=timezone.now()
            )
            return see_other(system)
    return form_page(request, "inventory/system_edit.html", form, system=system)
