"""Pages that belong to no app: home, and the answers to errors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts import access
from accounts.enums import Right
from accounts.models import User
from config.needs import needs


def home(request: HttpRequest) -> HttpResponse:
    """What needs me now."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101 - LoginRequiredMiddleware let nobody else in
    access.check(person, Right.VIEW)
    context = {
        "needs": needs(person, timezone.now()),
        "may_open": access.may(person, Right.KEEP_INCIDENTS),
    }
    return render(request, "home.html", context)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came back without a valid token: say that nothing was saved, and how to go on."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)
