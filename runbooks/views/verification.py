"""The page on which the checks of the logs are seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.sessions import signed_in_with
from lib.times import stamp
from lib.units.durations import words
from runbooks.audit import nightly
from runbooks.models import Anchor, LogCheck, Run

PAGE = 30


@dataclass(frozen=True)
class CheckLine:
    """One check, written out."""

    check: LogCheck
    runs: str
    events: str
    heads: str
    took: str


def _line(check: LogCheck) -> CheckLine:
    took = words(check.took) if check.took >= timedelta(seconds=1) else "less than 1 s"
    return CheckLine(check, f"{check.runs:,}", f"{check.events:,}", f"{check.heads:,}", took)


@require_GET
def log_check_list(request: HttpRequest) -> HttpResponse:
    """The verifications of all logs: the newest with its faults, then those before it."""
    signed_in_with(request)
    typed = request.GET.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None
    checks = LogCheck.objects.order_by("-pk")
    rows = list((checks.filter(pk__lt=before) if before else checks)[: PAGE + 1])
    newest = None if before or not rows else rows[0]
    missed = None if before else nightly.missed_since(timezone.now(), newest)
    faulty = {fault["run"] for fault in newest.faults} if newest else set()
    return render(
        request,
        "runbooks/log_check_list.html",
        {
            "newest": newest,
            "sentence": nightly.sentence(newest) if newest else "",
            "there": set(Run.objects.filter(pk__in=faulty - {None}).values_list("pk", flat=True)),
            "untold": newest.fault_count - len(newest.faults) if newest else 0,
            "missed": stamp(missed) if missed else "",
            "checks": [_line(check) for check in rows[:PAGE]],
            "anchor": Anchor.objects.order_by("pk").last(),
            "older": f"?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
            "newer": "?" if before else "",
        },
    )
