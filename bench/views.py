"""The bases: the least that a page and a change can cost behind the same middleware, session and
database. What the product needs is told as a multiple of them."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from bench.models import BenchLine


@require_GET
def read_one(request: HttpRequest) -> JsonResponse:
    """Base A: somebody signed in, one SELECT by primary key, JSON."""
    return JsonResponse(BenchLine.objects.values("pk", "text").get(pk=1))


@require_POST
def insert_one(request: HttpRequest) -> JsonResponse:
    """Base I: somebody signed in, one INSERT in a transaction, JSON."""
    with transaction.atomic():
        line = BenchLine.objects.create(text=request.POST["text"])
    return JsonResponse({"pk": line.pk})
