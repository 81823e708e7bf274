"""Pages of instances."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Right
from accounts.sessions import signed_in_with
from inventory import history, identifiers, instances
from inventory.enums import IdentifierKind
from inventory.forms import InstanceForm, LifecycleForm, NewInstanceForm, filled
from inventory.models import Copy, Instance, System
from inventory.views.pages import answer, history_page, page
from lib.verb_forms import sent


@require_safe
def instance_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One instance: how to know it, the copies taken from it, its history."""
    signed_in_with(request)
    instance = _instance(pk)
    return page(
        request,
        "inventory/instance_detail.html",
        instance=instance,
        shared=instances.shared(instance),
        reports_role=IdentifierKind.ROLE.value in (instance.first_kind, instance.second_kind),
        copies=Copy.objects.filter(taken_from=instance)
        .marked()
        .select_related("system")
        .newest_first(),
        form=LifecycleForm(initial=filled(instance, LifecycleForm, history.last(instance))),
        **history_page(request, instance),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def instance_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Add an instance of a system."""
    by = signed_in_with(request, Right.KEEP_INVENTORY)
    system = get_object_or_404(System, slug=slug)
    preset = identifiers.preset(request.GET.get("preset", ""))
    form = NewInstanceForm(sent(request), preset=preset)
    return answer(
        request,
        form,
        lambda: instances.register(system=system, **form.facts(), by=by, at=timezone.now()),
        system=system,
        preset=preset,
        presets=identifiers.PRESETS,
        commands=identifiers.READ_BY,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def instance_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit what is known of an instance."""
    by = signed_in_with(request, Right.KEEP_INVENTORY)
    instance = _instance(pk)
    initial = filled(instance, InstanceForm, history.last(instance))
    form = InstanceForm(sent(request), initial=initial)
    return answer(
        request,
        form,
        lambda: instances.edit(
            instance, changes=form.facts(), seen=form.seen_line(), by=by, at=timezone.now()
        ),
        instance=instance,
    )


@require_POST
def instance_lifecycle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say where in its life an instance is."""
    by = signed_in_with(request, Right.KEEP_INVENTORY)
    instance = _instance(pk)
    form = LifecycleForm(request.POST)
    return answer(
        request,
        form,
        lambda: instances.set_lifecycle(
            instance, **form.facts(), seen=form.seen_line(), by=by, at=timezone.now()
        ),
        instance=instance,
    )


def _instance(pk: int) -> Instance:
    return get_object_or_404(Instance.objects.select_related("system"), pk=pk)
