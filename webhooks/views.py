"""Pages about outgoing webhooks. All are for those who may manage the product: an address and what
is sent to it are no reading for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Right
from accounts.models import User
from accounts.sessions import signed_in_with
from lib.refusals import Refused
from webhooks import endpoints, history, queries
from webhooks.delivering import keys
from webhooks.forms import DeliveryFilterForm, EndpointForm
from webhooks.models import Delivery, Endpoint

ATTEMPTS = 50
LINES = 20


def _admin(request: HttpRequest) -> User:
    return signed_in_with(request, Right.MANAGE_PRODUCT)


@require_GET
def endpoint_list(request: HttpRequest) -> HttpResponse:
    """Every endpoint with how it is, the enabled first."""
    _admin(request)
    lines = queries.endpoint_lines(at=timezone.now())
    return render(request, "webhooks/endpoint_list.html", {"lines": lines})


@never_cache
@require_http_methods(["GET", "POST"])
def endpoint_new(request: HttpRequest) -> HttpResponse:
    """A form; then the secret of the new endpoint, which is shown this once."""
    by = _admin(request)
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.kept_when_refused():
            made = endpoints.add(**form.facts(), by=by, at=timezone.now())
            return _secret_page(request, made, shown=True)
    context = {"form": form}
    return render(request, "webhooks/endpoint_new.html", context, status=form.http_status)


@require_GET
def endpoint_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One endpoint with its deliveries, newest first; `?status=` and `?kind=` narrow them."""
    _admin(request)
    return _page(request, get_object_or_404(Endpoint, pk=pk))


@never_cache
@require_http_methods(["GET", "POST"])
def endpoint_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, address, form or events."""
    by = _admin(request)
    endpoint = get_object_or_404(Endpoint, pk=pk)
    form = EndpointForm.to_edit(endpoint, history.last(endpoint))
    if request.method == "POST":
        form = EndpointForm(request.POST)
        if form.is_valid():
            with form.kept_when_refused():
                seen = form.cleaned_data["seen"]
                endpoints.edit(endpoint, **form.facts(), seen=seen, by=by, at=timezone.now())
                messages.success(request, "Saved.")
                return redirect("webhooks:endpoint_detail", pk)
    context = {"form": form, "endpoint": endpoint}
    return render(request, "webhooks/endpoint_edit.html", context, status=form.http_status)


@require_POST
def endpoint_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Send to it again, what happens from now on."""
    return _do(request, pk, endpoints.switch_on, "It is switched on.")


@require_POST
def endpoint_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Send nothing more to it."""
    return _do(request, pk, endpoints.switch_off, "It is switched off.")


@require_POST
def endpoint_secret_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the former secret sign nothing more."""
    return _do(request, pk, endpoints.end_former, "Only the new secret signs now.")


@never_cache
@require_http_methods(["GET", "POST"])
def endpoint_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """What the secret is for, and a new one, which is shown this once."""
    by = _admin(request)
    endpoint = get_object_or_404(Endpoint, pk=pk)
    if request.method == "GET":
        return _secret_page(request, endpoint)
    try:
        endpoint = endpoints.rotate(endpoint, by=by, at=timezone.now())
    except Refused as refusal:
        return _secret_page(request, endpoint, refusal=refusal)
    return _secret_page(request, endpoint, shown=True)


@require_POST
def endpoint_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it a test event."""
    by = _admin(request)
    endpoint = get_object_or_404(Endpoint, pk=pk)
    try:
        sent = endpoints.send_test(endpoint, by=by, at=timezone.now())
    except Refused as refusal:
        return _page(request, endpoint, refusal=refusal)
    messages.success(request, "A test is on its way. Reload to see what the receiver answers.")
    return redirect("webhooks:delivery_detail", sent.pk)


@require_GET
def delivery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery: the text that is sent, and each attempt with its answer."""
    _admin(request)
    return _delivery_page(request, _delivery(pk))


@require_POST
def delivery_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it again, under the same number."""
    by, delivery = _admin(request), _delivery(pk)
    try:
        endpoints.resend(delivery, by=by, at=timezone.now())
    except Refused as refusal:
        return _delivery_page(request, delivery, refusal)
    messages.success(request, "It is sent again. Reload to see what the receiver answers.")
    return redirect("webhooks:delivery_detail", pk)


def _do(request: HttpRequest, pk: int, verb: Callable[..., Endpoint], message: str) -> HttpResponse:
    by = _admin(request)
    verb(get_object_or_404(Endpoint, pk=pk), by=by, at=timezone.now())
    messages.success(request, message)
    return redirect("webhooks:endpoint_detail", pk)


def _delivery(pk: int) -> Delivery:
    return get_object_or_404(Delivery.objects.select_related("endpoint"), pk=pk)


def _delivery_page(
    request: HttpRequest, delivery: Delivery, refusal: Refused | None = None
) -> HttpResponse:
    context = {
        "delivery": delivery,
        "attempts": delivery.attempts.all()[:ATTEMPTS],
        "next_attempt": queries.next_attempt(delivery),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "webhooks/delivery_detail.html", context, status=status)


def _secret_page(
    request: HttpRequest,
    endpoint: Endpoint,
    *,
    shown: bool = False,
    refusal: Refused | None = None,
) -> HttpResponse:
    context = {
        "endpoint": endpoint,
        "secret": endpoint.secret if shown else "",
        "both": _both(endpoint, timezone.now()),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "webhooks/endpoint_secret.html", context, status=status)


def _both(endpoint: Endpoint, at: datetime) -> bool:
    """Whether the former secret still signs beside the present one."""
    return len(keys(endpoint, at=at)) > 1


def _page(
    request: HttpRequest, endpoint: Endpoint, *, refusal: Refused | None = None
) -> HttpResponse:
    at, filters = timezone.now(), DeliveryFilterForm(request.GET)
    narrowed = dict(filters.cleaned_data) if filters.is_valid() else {"status": "", "kind": ""}
    before = request.GET.get("before", "")
    paged = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    page = queries.delivery_page(endpoint, **narrowed, before=paged)
    state, sign = queries.state(endpoint, at=at)
    context = {
        "endpoint": endpoint,
        "address": queries.address(endpoint),
        "state": state,
        "sign": sign,
        "both": _both(endpoint, at),
        "form": filters,
        "narrowed": any(narrowed.values()) or paged is not None,
        "deliveries": page.deliveries,
        "older": f"?{urlencode({**narrowed, 'before': page.older})}" if page.older else "",
        "newer": f"?{urlencode(narrowed)}" if paged else "",
        "changes": endpoint.changes.all()[:LINES],
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "webhooks/endpoint_detail.html", context, status=status)
