"""Runs to read: the list, the log, the sheet for paper, the export, the files."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from accounts.sessions import signed_in_with
from lib import clock
from lib.times import stamp
from runbooks.enums import RunStatus
from runbooks.log.export import export
from runbooks.models import Evidence, Run
from runbooks.runs import replay
from runbooks.screen.listing import RunLine, run_line
from runbooks.views import run_page

PAGE = 30
LINES = 400
LIVING = (RunStatus.BRIEFING.value, RunStatus.RUNNING.value, RunStatus.ON_HOLD.value)


@require_GET
def run_list(request: HttpRequest) -> HttpResponse:
    """Runs: those under way first, then the ended ones, newest first. `?status=` shows one kind."""
    signed_in_with(request)
    status = request.GET.get("status", "")
    status = status if status in {s.value for s in RunStatus} else ""
    runs = Run.objects.with_system().prefetch_related("people")
    before = request.GET.get("before", "")
    paged = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    living = [] if paged else list(_of(runs, status, LIVING)[:100])
    ended = _of(runs, status, (RunStatus.COMPLETED.value, RunStatus.ABORTED.value))
    if paged:
        ended = ended.filter(pk__lt=paged)
    rows = list(ended[: PAGE + 1])
    return render(
        request,
        "runbooks/run_list.html",
        {
            "living": _lines(living),
            "ended": _lines(rows[:PAGE]),
            "status": status,
            "statuses": [(s.value, s.label) for s in RunStatus],
            "older": f"?status={status}&before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
            "newer": f"?status={status}" if paged else "",
        },
    )


def _of(runs: QuerySet[Run], status: str, among: tuple[str, ...]) -> QuerySet[Run]:
    wanted = [s for s in among if not status or s == status]
    return runs.filter(status__in=wanted).order_by("-pk")


def _lines(runs: list[Run]) -> list[RunLine]:
    at = timezone.now()
    return [run_line(run, at) for run in runs]


@require_GET
def run_log(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole log in sentences, with the digests; `?verify=1` checks it, `?near-misses=1` leaves
    only those."""
    by, at = signed_in_with(request), clock.now()
    run, state = run_page.load(pk)
    after = request.GET.get("after", "0")
    first = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    page = run_page.context_for(state, by, at)
    struck = run_page.struck_in(run)
    narrowed = bool(request.GET.get("near-misses"))
    events = run.events.near_misses() if narrowed else run.events.all()
    rows = list(events.filter(sequence__gt=first).order_by("sequence")[: LINES + 1])
    lines = [run_page.told_of(page, event, struck) for event in rows[:LINES]]
    kept = "near-misses=1&" if narrowed else ""
    return render(
        request,
        "runbooks/run_log.html",
        {
            "run": run,
            "lines": lines,
            "verdict": replay.verify(run) if request.GET.get("verify") else None,
            "narrowed": narrowed,
            "missed": run.events.near_misses().count(),
            "newer": f"?{kept}" if first else "",
            "older": f"?{kept}after={lines[-1].sequence}" if len(rows) > LINES else "",
        },
    )


@require_GET
def run_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The run on paper: boxes to slash, lines for values, initials and time."""
    by, at = signed_in_with(request), clock.now()
    run, state = run_page.load(pk)
    return render(
        request,
        "runbooks/run_print.html",
        {
            "run": run,
            "screen": run_page.screen(run, state, by, at),
            "procedure": state.procedure,
            "printed": stamp(at),
        },
    )


@require_safe
def run_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is needed to verify the log without this product, as a JSON file; the text of
    the runbook comes with it once the run has ended.

    Raises `Refused` while a blind measurement of this person is due: the file holds the first one.
    """
    by = signed_in_with(request)
    run, state = run_page.load(pk)
    run_page.check_may_read_exactly(state, by)
    response = JsonResponse(export(run), json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="run-{pk}-log.json"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def evidence_file(request: HttpRequest, pk: int, evidence: int) -> FileResponse:
    """A file of the run, to save and never to show: nothing that was uploaded runs in our pages.

    Raises `Refused` while its step is to be measured by this person too.
    """
    by = signed_in_with(request)
    row = get_object_or_404(Evidence, pk=evidence, run_id=pk)
    run_page.check_may_read_file(row, run_page.load(pk)[1], by)
    response = FileResponse(
        default_storage.open(str(row.file.name), "rb"), as_attachment=True, filename=row.name
    )
    response["Content-Type"] = "application/octet-stream"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
