"""What the pages of the inventory do alike: who looks, what a form answers, history in pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts import access
from accounts.enums import Right
from accounts.sessions import signed_in_with
from inventory import history
from inventory.forms import InventoryForm
from inventory.models import Change
from lib.verb_forms import see_other

_LINES = 30


def page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """A page to read. It knows `at` (now), and whether its reader `may_keep` the inventory."""
    known = {
        "at": timezone.now(),
        "may_keep": access.may(signed_in_with(request), Right.KEEP_INVENTORY),
    }
    return render(request, template, known | context)


def form_page(
    request: HttpRequest, template: str, form: InventoryForm, **context: object
) -> HttpResponse:
    """A page with a form: 200 when fresh, 422 for bad input, 409 or 403 when the verb refused."""
    known = {"form": form, "refusal": form.refusal, "at": timezone.now(), "may_keep": True}
    return render(request, template, known | context, status=form.http_status)


def answer(
    request: HttpRequest,
    form: InventoryForm,
    verb: Callable[[], history.Thing],
    **context: object,
) -> HttpResponse:
    """Call `verb` when `form` holds what it needs, and go on to the page of what it returns;
    otherwise show the form on its page, which has the name of its address, with the reason when
    `verb` refused."""
    match = request.resolver_match
    assert match is not None  # noqa: S101 - Django sets it before it calls a view
    if form.is_valid():
        with form.kept_when_refused():
            return see_other(verb())
    return form_page(request, f"inventory/{match.url_name}.html", form, **context)


def history_page(request: HttpRequest, thing: history.Thing) -> dict[str, object]:
    """The history of `thing`, newest first, a page at a time: `?before=` is the last line seen."""
    changes = Change.objects.about(thing)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        changes = changes.filter(pk__lt=int(before))
    rows = list(changes[: _LINES + 1])
    older = f"?before={rows[_LINES - 1].pk}#history" if len(rows) > _LINES else ""
    return {"history": rows[:_LINES], "older": older}
