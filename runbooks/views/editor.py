"""Writing a runbook: the editor with its preview, and the upload of a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Right
from accounts.sessions import signed_in, signed_in_with
from lib.refusals import Invalid, Refused
from lib.verb_forms import see_other
from runbooks.forms.library import EditorForm, UploadForm, shown
from runbooks.library import linting, revisions
from runbooks.library.reading import read
from runbooks.library.reading_view import lay_out
from runbooks.library.revisions import UnreadableText
from runbooks.library.starter import starter
from runbooks.lint.findings import LintResult
from runbooks.models import Revision, Runbook
from runbooks.procedure.difference import difference
from runbooks.procedure.runnable import can_be_done, not_runnable
from runbooks.procedure.serialization import from_json


@require_http_methods(["GET", "HEAD", "POST"])
def runbook_new(request: HttpRequest) -> HttpResponse:
    """Write a runbook from nothing."""
    signed_in_with(request, Right.WRITE_RUNBOOKS)
    form = EditorForm(request.POST or None, initial={"source": starter()})
    return _editor(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def runbook_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the next revision. `?from=<number>` starts from an older text."""
    signed_in_with(request, Right.WRITE_RUNBOOKS)
    runbook = get_object_or_404(Runbook.objects.select_related("system"), slug=slug)
    newest = runbook.revisions.newest()
    base = newest
    if (number := request.GET.get("from", "")).isdecimal():
        base = get_object_or_404(runbook.revisions, number=int(number))
    initial = {
        "source": shown(bytes(base.source)) if base else starter(),
        "seen": newest.number if newest else None,
    }
    return _editor(request, EditorForm(request.POST or None, initial=initial, base=base), runbook)


@require_POST
def runbook_preview(request: HttpRequest) -> HttpResponse:
    """The preview and the findings of the text that is being written: a fragment. Saves nothing."""
    signed_in_with(request, Right.WRITE_RUNBOOKS)
    runbook = Runbook.objects.filter(slug=request.POST.get("runbook", "")).first()
    source = request.POST.get("source", "").encode(errors="replace")
    return render(request, "runbooks/_editor_preview.html", _preview(source, runbook))


@require_http_methods(["GET", "HEAD", "POST"])
def runbook_upload(request: HttpRequest) -> HttpResponse:
    """Keep a file as a revision. A file with errors opens in the editor, with its findings."""
    signed_in_with(request, Right.WRITE_RUNBOOKS)
    initial = {"runbook": request.GET.get("runbook", "")}
    form = UploadForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method != "POST":
        return render(request, "runbooks/runbook_upload.html", {"form": form})
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "runbooks/runbook_upload.html", {"form": form}, status=422)
    source, runbook = form.cleaned_data["file"].read(), form.cleaned_data["runbook"]
    try:
        revision = revisions.save(
            source=source,
            by=signed_in(request),
            at=timezone.now(),
            runbook=runbook,
            summary=form.cleaned_data["summary"],
            name=form.title(),
        )
    except UnreadableText as unreadable:
        if _can_be_edited(source):
            return _correct(request, source, runbook, form, unreadable)
        form.add_error(
            "file", " ".join(f"{f.sentence} {f.suggestion}".strip() for f in unreadable.findings)
        )
        return render(request, "runbooks/runbook_upload.html", {"form": form}, status=422)
    except Refused as refusal:
        context = {"form": form, "refusal": refusal}
        return render(request, "runbooks/runbook_upload.html", context, status=refusal.status)
    return _saved(request, revision)


def _editor(request: HttpRequest, form: EditorForm, runbook: Runbook | None) -> HttpResponse:
    """Show the editor, preview or save: what the pressed button says."""
    context: dict[str, Any] = {"runbook": runbook, "form": form}
    if request.method != "POST":
        return _show(request, context | _preview(form.initial["source"].encode(), runbook))
    if not form.is_valid():
        return _show(request, context, status=422)
    source = form.source_bytes()
    if "preview" in request.POST:
        return _show(request, context | _preview(source, runbook))
    try:
        revision = revisions.save(
            source=source,
            by=signed_in(request),
            at=timezone.now(),
            runbook=runbook,
            summary=form.cleaned_data["summary"],
            seen=form.cleaned_data["seen"],
        )
    except UnreadableText as unreadable:
        context |= _found(source, unreadable)
        return _show(request, context, status=422)
    except Invalid as invalid:
        for field, sentence in invalid.errors.items():
            form.add_error(field or None, sentence)
        return _show(request, context, status=422)
    except Refused as refusal:
        context |= _preview(source, runbook) | {"refusal": refusal}
        if refusal.code == "changed_meanwhile" and runbook:
            context |= _meanwhile(request, runbook, source, form)
        return _show(request, context, status=refusal.status)
    return _saved(request, revision)


def _meanwhile(
    request: HttpRequest, runbook: Runbook, source: bytes, form: EditorForm
) -> dict[str, Any]:
    """What saving this text would undo in the revision somebody else saved; now it has been seen,
    so that the next save is the writer's decision."""
    newest = runbook.revisions.newest()
    if newest is None:
        return {}
    data = request.POST.copy()
    data["seen"] = str(newest.number)
    return {
        "form": EditorForm(data, base=form.base),
        "meanwhile": newest,
        "difference": difference(bytes(newest.source), source),
    }


def _correct(
    request: HttpRequest,
    source: bytes,
    runbook: Runbook | None,
    form: UploadForm,
    unreadable: UnreadableText,
) -> HttpResponse:
    """The uploaded text in the editor, to be mended there."""
    newest = runbook.revisions.newest() if runbook else None
    initial = {
        "source": shown(source),
        "summary": form.cleaned_data["summary"],
        "seen": newest.number if newest else None,
    }
    context = {
        "runbook": runbook,
        "form": EditorForm(initial=initial),
        **_found(source, unreadable),
        "from_file": form.cleaned_data["file"].name,
    }
    return _show(request, context, status=422)


def _show(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    runbook: Runbook | None = context["runbook"]
    context["form_action"] = (
        reverse("runbooks:runbook_edit", kwargs={"slug": runbook.slug})
        if runbook
        else reverse("runbooks:runbook_new")
    )
    newest = runbook.revisions.newest() if runbook else None
    context["next_number"] = newest.number + 1 if newest else 1
    template = "runbooks/runbook_edit.html" if runbook else "runbooks/runbook_new.html"
    return render(request, template, context, status=status)


def _saved(request: HttpRequest, revision: Revision) -> HttpResponse:
    errors = len(linting.of_revision(revision, at=timezone.now()).errors)
    procedure = from_json(revision.procedure)
    # The page that comes next says itself of a text without steps what can be done with it.
    holds = "" if not_runnable(procedure) else f" {can_be_done(procedure, errors)}"
    messages.success(request, f"Saved as revision {revision.number}.{holds}")
    return see_other("runbooks:revision_detail", revision.runbook.slug, revision.number)


def _preview(source: bytes, runbook: Runbook | None) -> dict[str, Any]:
    """How the text reads, and everything that is found in it."""
    reading = read(source, runbook=runbook)
    judgement = linting.of_reading(source, reading, runbook=runbook, at=timezone.now())
    procedure = reading.procedure
    return {
        "judgement": judgement,
        "notes": judgement.noted,
        "written": shown(source).split("\n"),
        "procedure": procedure,
        "not_runnable": not_runnable(procedure) if procedure else "",
        "sheet": lay_out(procedure) if procedure else None,
        "previewed": True,
    }


def _found(source: bytes, unreadable: UnreadableText) -> dict[str, Any]:
    """Why a text was not saved, and at which lines."""
    return {
        "notes": LintResult(unreadable.findings).noted,
        "written": shown(source).split("\n"),
        "unreadable": unreadable.errors["source"],
    }


def _can_be_edited(source: bytes) -> bool:
    try:
        return "\0" not in source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
