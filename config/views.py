"""What belongs to no app: home, the answers to errors, and what machines ask (the probes)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.views import defaults
from prometheus_client import CONTENT_TYPE_LATEST

from accounts import access
from accounts.enums import Right
from accounts.models import User
from accounts.views import lost_session
from config import health
from config.home import needs
from config.metrics import exposition
from lib import clock
from lib.answers import answer_to, wants_json


def home(request: HttpRequest) -> HttpResponse:
    """What needs me now."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101 - LoginRequiredMiddleware let nobody else in
    access.check(person, Right.VIEW)
    context = {
        "needs": needs(person, clock.now()),
        "may_open": access.may(person, Right.KEEP_INCIDENTS),
    }
    return render(request, "home.html", context)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came back without a valid token: nothing was saved, and what was typed is kept."""
    return lost_session.stale_form(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What could not even be read. Of a text that is too big we say so, as a page or as JSON."""
    answer = answer_to(exception)
    if answer is None:
        return defaults.bad_request(request, exception)
    if wants_json(request):
        return JsonResponse(answer.as_json(), status=answer.status)
    return render(request, "refused.html", {"refused": answer}, status=answer.status)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: the page, or JSON, with the id under which the log tells what it was."""
    name = vars(request).get("request_id", "")
    if wants_json(request):
        body = {
            "code": "fault",
            "sentence": "Something broke on the server. What you sent was probably not saved.",
            "remedy": f"Look at it again before you go on. The log knows this as {name}.",
            "request": name,
        }
        return JsonResponse(body, status=500)
    page = loader.render_to_string("500.html", {"request_id": name})
    return HttpResponse(page, status=500)


@login_not_required
def livez(request: HttpRequest) -> HttpResponse:
    """Whether the process answers at all. Touches nothing, so a broken database restarts nobody."""
    return _fresh(JsonResponse({"status": "alive"}))


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether requests may be sent here (200) or not (503), with the word of each check.

    What to do is told to whoever may read the metrics."""
    health_now = health.look(timezone.now())
    words = {check.name: check.word.value for check in health_now.checks}
    body: dict[str, object] = {"status": health_now.word.value, "checks": words}
    remedies = [check.remedy for check in health_now.checks if check.remedy]
    if remedies and _trusted(request):
        body["remedies"] = remedies
    return _fresh(JsonResponse(body, status=200 if health_now.ready else 503))


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers for Prometheus: for the bearer of COUNTERSIGN_METRICS_TOKEN, or this machine."""
    if not _trusted(request):
        says = (
            "The metrics are for the bearer of COUNTERSIGN_METRICS_TOKEN; where none is set, for"
            " this machine, asked directly and not through a proxy.\n"
        )
        return _fresh(HttpResponse(says, status=403, content_type="text/plain; charset=utf-8"))
    text = exposition(timezone.now())
    return _fresh(HttpResponse(text, content_type=CONTENT_TYPE_LATEST))


def _trusted(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.META.get("HTTP_AUTHORIZATION", "").encode()
        return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    forwarded = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"} & request.META.keys()
    try:
        here = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        here = False
    return here and not forwarded


def _fresh(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/livez": livez,
    "/readyz": readyz,
    "/metrics": metrics,
}
