"""Pages of systems."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Right
from accounts.sessions import signed_in_with
from inventory import board, history, systems
from inventory.enums import CopyState
from inventory.forms import SystemForm, filled
from inventory.models import Copy, Instance, System
from inventory.views.pages import answer, history_page, page
from lib.verb_forms import sent


@require_safe
def system_list(request: HttpRequest) -> HttpResponse:
    """All systems, the worst first."""
    return page(request, "inventory/system_list.html", lines=board.summaries(timezone.now()))


@require_safe
def system_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One system: what could be restored, its instances, its copies, its history."""
    signed_in_with(request)
    system = get_object_or_404(System.objects.select_related("owner"), slug=slug)
    rows = Copy.objects.of_system(system).marked().select_related("system", "taken_from")
    copies = list(rows.newest_first())
    return page(
        request,
        "inventory/system_detail.html",
        system=system,
        line=board.summary(system, timezone.now()),
        instances=Instance.objects.of_system(system),
        copies=[copy for copy in copies if copy.state != CopyState.DESTROYED.value],
        destroyed=[copy for copy in copies if copy.state == CopyState.DESTROYED.value],
        **history_page(request, system),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def system_new(request: HttpRequest) -> HttpResponse:
    """Add a system."""
    by = signed_in_with(request, Right.KEEP_INVENTORY)
    form = SystemForm(sent(request), initial={"owner": by})
    return answer(request, form, lambda: systems.register(**form.facts(), by=by, at=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def system_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Edit a system."""
    by = signed_in_with(request, Right.KEEP_INVENTORY)
    system = get_object_or_404(System.objects.select_related("owner"), slug=slug)
    form = SystemForm(sent(request), initial=filled(system, SystemForm, history.last(system)))
    return answer(
        request,
        form,
        lambda: systems.edit(
            system, changes=form.facts(), seen=form.seen_line(), by=by, at=timezone.now()
        ),
        system=system,
    )
