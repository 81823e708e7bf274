"""The pages about the API: the product explains it itself, without a script and without a host
from outside (docs/decisions/api.md)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.forms import scope_choices
from accounts.sessions import signed_in_with
from config.api import reference


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    """How programs use the API, and all its operations by group."""
    signed_in_with(request)
    context = {"groups": reference.groups(), "scopes": [words for _, words in scope_choices()]}
    return render(request, "api/api_reference.html", context)


@require_safe
def api_group(request: HttpRequest, group: str) -> HttpResponse:
    """The operations on one kind of thing, each with what it takes, answers and refuses."""
    signed_in_with(request)
    known = {part.slug: part for part in reference.groups()}
    if group not in known:
        raise Http404("There is no such group of operations.")
    context = {"group": known[group], "groups": reference.groups()}
    return render(request, "api/api_group.html", context)
