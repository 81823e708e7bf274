"""Pages about background work: schedules and what came of them, jobs, and how to adjust both."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access
from accounts.enums import Right
from accounts.fields import TextField
from accounts.sessions import signed_in, signed_in_with
from jobs import heartbeat, queries, retrying, rules, schedules
from jobs.models import Job, JobStatus
from lib.refusals import Refused
from lib.verb_forms import VerbForm, see_other


class RuleForm(VerbForm):
    """When a schedule is due."""

    rule = TextField(
        max_length=40,
        label="When",
        help_text=f"Such as {rules.EXAMPLES}. At the shortest every 5 s.",
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off"}),
        error_messages={"required": f"Write when it is due, such as {rules.EXAMPLES}."},
    )


@require_safe
def schedule_list(request: HttpRequest) -> HttpResponse:
    """What the background does by itself, what came of it, and jobs that failed."""
    context = {
        "lines": queries.schedule_lines(),
        "failures": Job.objects.failed()[:5],
        "failed": Job.objects.failed().count(),
        "seen": heartbeat.last_heartbeat(timezone.now()),
    }
    return _page(request, "jobs/schedule_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def schedule_detail(request: HttpRequest, kind: str) -> HttpResponse:
    """One schedule: its rule, its last results, its history; the form that changes the rule."""
    if request.method != "POST":
        return _schedule(request, kind)
    by, form = signed_in(request), RuleForm(request.POST)
    if form.is_valid():
        with form.kept_when_refused():
            row = schedules.adjust(kind, rule=form.cleaned_data["rule"], by=by, at=timezone.now())
            messages.success(request, f"From now on: {row.rule}.")
            return see_other("jobs:schedule_detail", kind)
    return _schedule(request, kind, form=form)


@require_POST
def schedule_off(request: HttpRequest, kind: str) -> HttpResponse:
    """Put no further job of this schedule."""
    return _changed(request, kind, schedules.switch_off, "It is switched off.")


@require_POST
def schedule_on(request: HttpRequest, kind: str) -> HttpResponse:
    """Put jobs of this schedule again."""
    return _changed(request, kind, schedules.switch_on, "It is switched on.")


@require_POST
def schedule_default(request: HttpRequest, kind: str) -> HttpResponse:
    """Back to the rule as delivered, and switched on."""
    return _changed(request, kind, schedules.restore_default, "It is as delivered again.")


@require_POST
def schedule_run(request: HttpRequest, kind: str) -> HttpResponse:
    """Put one job of this schedule at once."""
    return _changed(request, kind, schedules.run_now, "It waits now, and is done within seconds.")


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """Jobs, the newest first, narrowed by status and kind."""
    status, kind = request.GET.get("status", ""), request.GET.get("kind", "")
    if status not in {*JobStatus, ""} or kind not in {*settings.JOB_HANDLERS, ""}:
        raise Http404
    shown = queries.job_page(
        status, kind=kind, before=_number(request, "before"), after=_number(request, "after")
    )
    narrowed = {name: v for name, v in (("status", status), ("kind", kind)) if v}
    context = {
        "jobs": shown.jobs,
        "status": status,
        "kind": kind,
        "statuses": list(JobStatus),
        "kinds": queries.kinds(),
        "newer": "?" + urlencode(narrowed | {"after": shown.newer}) if shown.newer else "",
        "older": "?" + urlencode(narrowed | {"before": shown.older}) if shown.older else "",
    }
    return _page(request, "jobs/job_list.html", context)


@require_safe
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One job: what came of it, or why it failed and when it is tried again."""
    return _job(request, get_object_or_404(Job, pk=pk))


@require_POST
def job_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a failed job again, or one that waits for a later time at once."""
    job = get_object_or_404(Job, pk=pk)
    try:
        retrying.retry(job, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        if refusal.status == 403:
            raise
        return _job(request, get_object_or_404(Job, pk=pk), refusal=refusal)
    messages.success(request, "It is tried again, within seconds.")
    return see_other("jobs:job_detail", pk)


def _job(request: HttpRequest, job: Job, *, refusal: Refused | None = None) -> HttpResponse:
    context = {
        "job": job,
        "refusal": refusal,
        "retry": job.status == JobStatus.FAILED.value
        or (job.status == JobStatus.WAITING.value and job.due_at > timezone.now()),
        "data": json.dumps(job.data, indent=2, ensure_ascii=False) if job.data else "",
        "scheduled": job.kind in settings.JOB_SCHEDULES,
    }
    status = refusal.status if refusal else 200
    return _page(request, "jobs/job_detail.html", context, status=status)


def _schedule(
    request: HttpRequest,
    kind: str,
    *,
    form: RuleForm | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    if kind not in settings.JOB_SCHEDULES:
        raise Http404
    line = queries.schedule_line(kind)
    form = form or RuleForm(initial={"rule": line.row.rule})
    refusal = refusal or form.refusal
    context = {
        "line": line,
        "recent": Job.objects.of_schedule(kind).ended()[: queries.RECENT],
        "changes": line.row.changes.all()[:50] if line.row.pk else [],
        "form": form,
        "refusal": refusal,
        "zone": settings.TIME_ZONE,
    }
    status = refusal.status if refusal else form.http_status
    return _page(request, "jobs/schedule_detail.html", context, status=status)


def _changed(
    request: HttpRequest, kind: str, verb: Callable[..., object], message: str
) -> HttpResponse:
    """What came of a button: back to the schedule, with a line that says it."""
    try:
        verb(kind, by=signed_in(request), at=timezone.now())
    except Refused as refusal:
        if refusal.status != 409:
            raise
        return _schedule(request, kind, refusal=refusal)
    messages.success(request, message)
    return see_other("jobs:schedule_detail", kind)


def _page(
    request: HttpRequest, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """A page for who may see the product; it knows now, and whether they `may_manage` it."""
    by = signed_in_with(request)
    known = {"at": timezone.now(), "may_manage": access.may(by, Right.MANAGE_PRODUCT)}
    return render(request, template, {**known, **context}, status=status)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
