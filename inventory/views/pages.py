"""What the pages of the inventory do alike: who looks, what a form answers, history in pages."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts import access
from accounts.enums import Right
from accounts.models import User
from inventory import history
from inventory.forms import InventoryForm

_LINES = 30


def person(request: HttpRequest, right: Right = Right.VIEW) -> User:
    """Who is asking. Raises `Refused` 403 unless they hold `right`."""
    if not isinstance(request.user, User):
        raise Http404
    access.check(request.user, right)
    return request.user


def page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """A page to read. It knows `at` (now), and whether its reader `may_keep` the inventory."""
    known = {"at": timezone.now(), "may_keep": access.may(person(request), Right.KEEP_INVENTORY)}
    return render(request, template, known | context)


def form_page(
    request: HttpRequest, template: str, form: InventoryForm, **context: object
) -> HttpResponse:
    """A page with a form: 200 when fresh, 422 for bad input, 409 or 403 when the verb refused."""
    known = {"form": form, "refusal": form.refusal, "at": timezone.now(), "may_keep": True}
    return render(request, template, known | context, status=form.http_status)


def see_other(thing: history.Thing) -> HttpResponse:
    """To the page of `thing`, after a POST (303)."""
    answer = redirect(thing)
    answer.status_code = 303
    return answer


def lines(request: HttpRequest, thing: history.Thing) -> dict[str, object]:
    """The history of `thing`, newest first, a page at a time: `?before=` is the last line seen."""
    changes = history.changes_of(thing)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        changes = changes.filter(pk__lt=int(before))
    rows = list(changes[: _LINES + 1])
    older = f"?before={rows[_LINES - 1].pk}#history" if len(rows) > _LINES else ""
    return {"history": rows[:_LINES], "older": older}
