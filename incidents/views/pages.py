"""What the pages of incidents do alike: who looks, which incident, what a form answers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts import access
from accounts.enums import Right
from accounts.sessions import signed_in_with
from incidents.models import Incident
from lib import verb_forms
from lib.verb_forms import VerbForm


def kept(pk: int) -> Incident:
    """The incident with its system. Raises `Http404`."""
    rows = Incident.objects.select_related("system", "opened_by")
    return get_object_or_404(rows, pk=pk)


def kept_for(request: HttpRequest, pk: int) -> Incident:
    """The incident, for somebody who may change it. Raises `Refused` 403, `Http404`."""
    signed_in_with(request, Right.KEEP_INCIDENTS)
    return kept(pk)


def page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """A page to read. It knows `at` (now), and whether its reader `may_keep` incidents."""
    known = {
        "at": timezone.now(),
        "may_keep": access.may(signed_in_with(request), Right.KEEP_INCIDENTS),
    }
    return render(request, template, known | context)


def form_page(
    request: HttpRequest, template: str, form: VerbForm, **context: object
) -> HttpResponse:
    """A page with a form: 200 when fresh, 422 for bad input, 409 or 403 when the verb refused."""
    known = {"form": form, "refusal": form.refusal, "at": timezone.now(), "may_keep": True}
    return render(request, template, known | context, status=form.http_status)


def answer(
    request: HttpRequest,
    incident: Incident,
    form: VerbForm,
    verb: Callable[..., object],
    part: str = "",
    *,
    to: str = "incident_detail",
    **context: object,
) -> HttpResponse:
    """Call `verb` with what `form` was sent, and go on to `part` of the page `to`; otherwise show
    the form on its page, which has the name of its address, with the reason when `verb` refused."""
    match = request.resolver_match
    assert match is not None  # noqa: S101 - Django sets it before it calls a view
    if form.is_valid():
        with form.kept_when_refused():
            by = signed_in_with(request, Right.KEEP_INCIDENTS)
            verb(**form.cleaned_data, by=by, at=timezone.now())
            return see_other(to, incident.pk, part=part)
    return form_page(
        request, f"incidents/{match.url_name}.html", form, incident=incident, **context
    )


def see_other(name: str, *args: int, part: str = "") -> HttpResponse:
    """To the page `name`, after a POST (303); `part` is a place in it."""
    response = verb_forms.see_other(f"incidents:{name}", *args)
    response["Location"] += f"#{part}" if part else ""
    return response
