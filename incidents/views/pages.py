"""What the pages of incidents do alike: who looks, which incident, what a form answers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts import access
from accounts.enums import Right
from accounts.models import User
from accounts.verb_forms import VerbForm
from incidents.models import Incident


def person(request: HttpRequest, right: Right = Right.VIEW) -> User:
    """Who is asking. Raises `Refused` 403 unless they hold `right`."""
    if not isinstance(request.user, User):
        raise Http404
    access.check(request.user, right)
    return request.user


def kept(pk: int) -> Incident:
    """The incident with its system. Raises `Http404`."""
    rows = Incident.objects.select_related("system", "opened_by")
    return get_object_or_404(rows, pk=pk)


def page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """A page to read. It knows `at` (now), and whether its reader `may_keep` incidents."""
    known = {"at": timezone.now(), "may_keep": access.may(person(request), Right.KEEP_INCIDENTS)}
    return render(request, template, known | context)


def form_page(request: HttpRequest, template: str, form: VerbForm, **context: Any) -> HttpResponse:
    """A page with a form: 200 when fresh, 422 for bad input, 409 or 403 when the verb refused."""
    known = {"form": form, "refusal": form.refusal, "at": timezone.now(), "may_keep": True}
    return render(request, template, known | context, status=form.http_status)


def see_other(name: str, *args: int, part: str = "") -> HttpResponse:
    """To the page `name`, after a POST (303); `part` is a place in it."""
    answer = redirect(f"incidents:{name}", *args)
    answer["Location"] += f"#{part}" if part else ""
    answer.status_code = 303
    return answer
