"""Pages that belong to no app: home, and the answers to errors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What needs me now."""
    return render(request, "home.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came back without a valid token: say that nothing was saved, and how to go on."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)
