"""Pages of the library: the list, a runbook, its revisions, and what changed between them."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import may
from accounts.enums import Right
from accounts.sessions import signed_in
from inventory.models import System
from lib.refusals import Invalid, Refused
from lib.verb_forms import see_other
from runbooks.forms.library import ApprovalForm, FilterForm, WaiveForm
from runbooks.library import failures, linting, queries, waivers
from runbooks.library.reading_view import lay_out
from runbooks.library.revisions import approve, archive, unarchive
from runbooks.models import Revision, Run, Runbook
from runbooks.procedure.difference import difference
from runbooks.procedure.runnable import not_runnable
from runbooks.procedure.serialization import from_json


@require_safe
def runbook_list(request: HttpRequest) -> HttpResponse:
    """Every runbook in use; `?system=slug` and `?state=` narrow the list."""
    form = FilterForm(request.GET)
    form.is_valid()
    state, slug = form.cleaned_data.get("state", ""), form.cleaned_data.get("system", "")
    runbooks = Runbook.objects.filter(archived_at__isnull=state != "archived")
    if slug:
        runbooks = runbooks.filter(system__slug=slug)
    rows = queries.overview(runbooks)
    if state == "approved":
        rows = [row for row in rows if row.approved]
    elif state == "waiting":
        rows = [row for row in rows if row.awaits_approval]
    context = {
        "rows": rows,
        "states": FilterForm.STATES,
        "state": state,
        "systems": list(System.objects.all()),
        "system": slug,
        "may_write": may(signed_in(request), Right.WRITE_RUNBOOKS),
    }
    return render(request, "runbooks/runbook_list.html", context)


@require_safe
def runbook_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The revision that counts: the newest approved one, else the newest."""
    runbook = get_object_or_404(Runbook.objects.select_related("system"), slug=slug)
    revision = runbook.revisions.approved().newest() or runbook.revisions.newest()
    if revision is None:
        return render(request, "runbooks/runbook_detail.html", {"runbook": runbook})
    return _page(request, revision, "runbooks/runbook_detail.html")


@require_safe
def revision_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One revision, whatever its state."""
    return _page(request, _revision(slug, number), "runbooks/revision_detail.html")


@require_safe
def revision_print(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The revision as a form on paper, with room for initials and times."""
    return _page(request, _revision(slug, number), "runbooks/revision_print.html")


@require_safe
def revision_source(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The source as a file, byte for byte as it came in."""
    revision = _revision(slug, number)
    response = HttpResponse(bytes(revision.source), content_type="text/markdown")
    name = f"{revision.runbook.slug}-{revision.number}.md"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = f'"{revision.sha256}"'
    return response


@require_safe
def revision_diff(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    """What leads from revision `old` to revision `new`."""
    before, after = _revision(slug, old), _revision(slug, new)
    context = {
        "runbook": after.runbook,
        "old": before,
        "new": after,
        "difference": difference(bytes(before.source), bytes(after.source)),
    }
    return render(request, "runbooks/revision_diff.html", context)


@require_POST
def revision_approve(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Approve a revision; a refusal is shown where the button was."""
    revision, at = _revision(slug, number), timezone.now()
    form = ApprovalForm(linting.of_revision(revision, at=at).waivers, request.POST)
    try:
        seen, reason = form.seen(), form.reason()
        approve(revision, by=signed_in(request), at=at, waivers_seen=seen, reason=reason)
    except Invalid as invalid:
        form.full_clean()
        for name, sentence in invalid.errors.items():
            form.add_error(name, sentence)
        more = {"approval": form}
        return _page(request, revision, "runbooks/revision_detail.html", more, status=422)
    except Refused as refusal:
        return _page(
            request,
            revision,
            "runbooks/revision_detail.html",
            {"refusal": refusal, "approval": form},
            status=refusal.status,
        )
    holds = not_runnable(from_json(revision.procedure)) or "It can be run live."
    messages.success(request, f"Revision {number} is approved. {holds}")
    return redirect_to(revision.runbook)


@require_POST
def revision_waive(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Let a locked revision be run live again; what is refused is shown where the form was."""
    revision, form = _revision(slug, number), WaiveForm(request.POST)
    refusal = None
    if form.is_valid():
        try:
            given = form.cleaned_data
            waivers.waive(revision, **given, by=signed_in(request), at=timezone.now())
        except Invalid as invalid:
            for name, sentence in invalid.errors.items():
                form.add_error(name, sentence)
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, f"Revision {number} can be run live again.")
            return redirect_to(revision.runbook)
    more = {"refusal": refusal, "waive_form": form}
    status = refusal.status if refusal else 422
    return _page(request, revision, "runbooks/revision_detail.html", more, status=status)


@require_POST
def runbook_archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the runbook away."""
    runbook = get_object_or_404(Runbook, slug=slug)
    archive(runbook, by=signed_in(request), at=timezone.now())
    messages.success(request, "The runbook is archived. Its runs stay readable.")
    return redirect_to(runbook)


@require_POST
def runbook_unarchive(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the runbook back into use."""
    runbook = get_object_or_404(Runbook, slug=slug)
    unarchive(runbook, by=signed_in(request), at=timezone.now())
    messages.success(request, "The runbook is in use again.")
    return redirect_to(runbook)


def redirect_to(runbook: Runbook) -> HttpResponse:
    """To the runbook's page, with GET whatever came in."""
    return see_other("runbooks:runbook_detail", runbook.slug)


def _revision(slug: str, number: int) -> Revision:
    revisions = Revision.objects.with_people()
    return get_object_or_404(revisions, runbook__slug=slug, number=number)


def _page(
    request: HttpRequest,
    revision: Revision,
    template: str,
    more: Mapping[str, object] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page that shows `revision` laid out like the run form, and its sisters in a table."""
    runbook, by, procedure = revision.runbook, signed_in(request), from_json(revision.procedure)
    revisions = list(runbook.revisions.light().newest_first())
    approved = next((r for r in revisions if r.approved_at), None)
    ties, lock = failures.ties(revision), failures.lock(revision)
    judgement = linting.of_revision(revision, at=timezone.now())
    context = {
        "runbook": runbook,
        "revision": revision,
        "procedure": procedure,
        "not_runnable": not_runnable(procedure),
        "sheet": lay_out(procedure, judgement.noted),
        "judgement": judgement,
        "approval": ApprovalForm(judgement.waivers),
        "revisions": revisions,
        "approved": approved,
        "newest": revisions[0],
        "last_run": Run.objects.latest_of(runbook),
        "may_write": may(by, Right.WRITE_RUNBOOKS),
        "edit": _editor(revision) if may(by, Right.WRITE_RUNBOOKS) else "",
        "may_approve": may(by, Right.APPROVE_RUNBOOKS),
        "may_operate": may(by, Right.OPERATE),
        "own_text": revision.author_id == by.pk,
        "lock": lock,
        "ties": ties,
        "asks_reason": any(tie.asks for tie in ties),
        "own_run": lock is not None and failures.operated(lock.run, by),
        "waive_form": WaiveForm(initial={"run": lock.run.pk}) if lock else None,
        "waivers": list(revision.waivers.newest_first()),
        **(more or {}),
    }
    return render(request, template, context, status=status)


def _editor(revision: Revision) -> str:
    """Where its lines are written; an archived runbook takes no text."""
    if revision.runbook.archived_at is not None:
        return ""
    editor = reverse("runbooks:runbook_edit", kwargs={"slug": revision.runbook.slug})
    return f"{editor}?from={revision.number}"
