"""The brief: what one reads, chooses and says before a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import may
from accounts.enums import Right
from accounts.models import User
from accounts.sessions import signed_in
from inventory.models import System
from lib import clock
from lib.refusals import Invalid, Refused
from lib.verb_forms import see_other, sent
from runbooks.enums import RunKind
from runbooks.forms.start import PrepareForm
from runbooks.library import failures, linting
from runbooks.library.shown_commands import in_run
from runbooks.machine.interlocks.loss import LastWrite
from runbooks.models import Revision
from runbooks.procedure.model import Procedure
from runbooks.procedure.runnable import not_runnable
from runbooks.procedure.serialization import from_json
from runbooks.runs import other_runs, preparation
from runbooks.screen import briefs, expected


@require_http_methods(["GET", "HEAD", "POST"])
def run_prepare(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The brief of a revision; a POST prepares the run and leads to it. With `?incident=<id>` the
    incident's own page takes over, which links the run to it."""
    if (incident := request.GET.get("incident", "")).isdecimal():
        return redirect("incidents:run_start", pk=int(incident), slug=slug, number=number)
    revision, at = start_revision(slug, number), clock.now()
    form = prepare_form(request, revision, at=at)
    if request.method != "POST":
        return brief_page(request, revision, form)
    if not form.is_valid():
        return brief_page(request, revision, form, status=422)
    try:
        kind, by = RunKind(form.cleaned_data["kind"]), signed_in(request)
        run = preparation.prepare(**run_facts(revision, form), kind=kind, by=by, at=at)
    except Invalid as invalid:
        form.take_errors(invalid.errors)
        return brief_page(request, revision, form, status=422)
    except Refused as refusal:
        form = form.renewed()
        return brief_page(request, revision, form, refusal=refusal, status=refusal.status)
    return see_other("runbooks:run_detail", run.pk)


def start_revision(slug: str, number: int) -> Revision:
    """The revision that is to be run. Raises `Http404`."""
    revisions = Revision.objects.with_people()
    return get_object_or_404(revisions, runbook__slug=slug, number=number)


def prepare_form(
    request: HttpRequest, revision: Revision, *, at: datetime, until: LastWrite | None = None
) -> PrepareForm:
    """The form of this request. `?kind=` fills in what the link already said; `until` is the last
    good write, where an incident knows it."""
    kind = request.GET.get("kind", "")
    initial = {"kind": kind} if kind in {k.value for k in RunKind} else {}
    return PrepareForm(
        sent(request),
        procedure=from_json(revision.procedure),
        system=revision.runbook.system,
        approved=revision.approved_at is not None,
        at=at,
        until=until,
        initial=initial,
    )


class RunFacts(TypedDict):
    """What a run is prepared from, besides its kind, by the names of the verb's arguments."""

    revision: Revision
    parameters: Mapping[str, str]
    title: str
    key: str


def run_facts(revision: Revision, form: PrepareForm) -> RunFacts:
    """What a valid form says of the run."""
    return {
        "revision": revision,
        "parameters": form.parameters(),
        "title": form.cleaned_data["title"],
        "key": form.cleaned_data["key"],
    }


def brief_context(by: User, revision: Revision, form: PrepareForm) -> dict[str, object]:
    """Everything that the brief shows. Its template takes `form_action` too, so that another page
    (an incident's) can send the same form to an address of its own."""
    runbook, procedure = revision.runbook, form.procedure
    approved = runbook.revisions.approved().newest()
    fields = [form[name] for name in form.fields if name.startswith("parameter_")]
    return {
        "runbook": runbook,
        "revision": revision,
        "procedure": procedure,
        "not_runnable": not_runnable(procedure),
        "intro_html": in_run(procedure.intro_html, procedure.intro_commands),
        "form": form,
        "parameters": [
            {
                "field": field,
                "copies": form.copies.get(field.name),
                "instances": form.instances.get(field.name),
                "into": field.name == f"parameter_{procedure.written_into()}",
                "picked": str(field.value() or ""),
            }
            for field in fields
        ],
        "judgement": linting.of_revision(revision, at=timezone.now()),
        "last": briefs.last_run(runbook),
        "failure": failures.last_failure(runbook),
        "lock": failures.lock(revision),
        "others": _others(procedure, runbook.system),
        "asked": expected.parts(procedure),
        "plan": briefs.time_plan(procedure, runbook.system),
        "newer": approved if approved and approved.number > revision.number else None,
        "may_operate": may(by, Right.OPERATE),
        "form_action": "",
    }


def _others(procedure: Procedure, system: System | None) -> tuple[other_runs.OtherRun, ...]:
    return other_runs.of_system(system, timezone.now()) if other_runs.targets(procedure) else ()


def brief_page(
    request: HttpRequest,
    revision: Revision,
    form: PrepareForm,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    """The page of the brief; `more` adds to its context (`refusal`, `form_action`, `incident`)."""
    context = brief_context(signed_in(request), revision, form) | more
    return render(request, "runbooks/run_prepare.html", context, status=status)
