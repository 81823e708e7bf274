"""Pages about one's own notices."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.enums import Role
from accounts.sessions import signed_in
from lib.verb_forms import see_other
from notices import preferences, queries


@never_cache
@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """What you were told, the newest first; `?before=` goes on."""
    person = signed_in(request)
    before = _number(request.GET.get("before", ""))
    page = queries.page(person, before=before)
    manages = Role.MANAGER in person.roles
    return render(
        request,
        "notices/notice_list.html",
        {
            "notices": page.notices,
            "unread_here": any(notice.is_unread for notice in page.notices),
            "upto": page.notices[0].pk if page.notices else 0,
            "before": before or "",
            "older": f"?before={page.older}" if page.older else "",
            "newer": "?" if before else "",
            "manages": manages,
            "digest": manages and preferences.wants_digest(person),
        },
    )


@require_POST
def notice_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one of your notices as read."""
    by = signed_in(request)
    if not by.notices.filter(pk=pk).exists():
        raise Http404("You have no such notice.")
    queries.mark_read(pk, by=by, at=timezone.now())
    return _back(request)


@require_POST
def notice_read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of your notices as read, up to the newest that the page showed."""
    upto = _number(request.POST.get("upto", ""))
    if upto:
        queries.mark_all_read(upto=upto, by=signed_in(request), at=timezone.now())
    return _back(request)


@require_POST
def digest_switch(request: HttpRequest) -> HttpResponse:
    """Switch the weekly digest on or off for yourself."""
    wanted = request.POST.get("digest") == "on"
    preferences.set_digest(wanted, by=signed_in(request), at=timezone.now())
    message = "You will get the weekly digest." if wanted else "You get no weekly digest any more."
    messages.success(request, message)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page of notices that the form stood on (303)."""
    before = _number(request.POST.get("before", ""))
    response = see_other("notices:notice_list")
    response["Location"] += f"?before={before}" if before else ""
    return response


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None
