"""Runs: the list, one run as it is now, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import EnumField, WholeNumberField
from accounts.api.paging import PageQuerySerializer, by_key, page
from accounts.api.schema import operation, page_of
from accounts.api.serializers import InputSerializer
from accounts.api.views import ApiView, asked, now, person, sent
from accounts.models import User
from lib import clock
from lib.refusals import Invalid
from runbooks.api import examples
from runbooks.api.fields import KEY, JsonTextField, JsonTextsField, idempotency_key
from runbooks.api.run_answer import HandOverNote, RunAnswer
from runbooks.api.run_serializers import RunLineSerializer, RunNowSerializer
from runbooks.enums import RunKind, RunStatus
from runbooks.library import failures
from runbooks.live.presence import PersonHere
from runbooks.log import texts
from runbooks.machine.events.people import HandOverOffered
from runbooks.machine.state import RunState
from runbooks.models import Revision, Run
from runbooks.procedure.serialization import from_json
from runbooks.runs import other_runs, preparation
from runbooks.views import run_page

_UNCHANGED = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the last answer: 304 when nothing has changed since.",
)


class RunQuerySerializer(PageQuerySerializer):
    """Which runs."""

    status = EnumField(RunStatus, required=False)
    kind = EnumField(RunKind, required=False)
    runbook = serializers.SlugField(required=False, help_text="Slug.")
    system = serializers.SlugField(required=False, help_text="Slug.")


class SentRunSerializer(InputSerializer):
    """A run to prepare. An instance or a copy is named by its id in the inventory, as text."""

    runbook = JsonTextField(max_length=120, help_text="Slug.")
    revision = WholeNumberField(help_text="Number of the revision.")
    kind = EnumField(RunKind)
    title = JsonTextField(max_length=None, default="", help_text="Left empty, it is the runbook's.")
    parameters = JsonTextsField(default=dict)


class RunList(ApiView):
    @operation("run_list", "Runs", asks=RunQuerySerializer, answers=page_of(RunLineSerializer))
    def get(self, request: Request) -> Response:
        """Runs, the newest first."""
        query = asked(RunQuerySerializer, request)
        runs_asked = Run.objects.with_system().prefetch_related("people")
        for name, column in _FILTERS.items():
            if query.get(name):
                runs_asked = runs_asked.filter(**{column: query[name]})
        rows, cursor = by_key(runs_asked, query, newest=True)
        return Response(page(request, RunLineSerializer, rows, cursor))

    @operation(
        "run_prepare",
        "Runs",
        takes=SentRunSerializer,
        asks=KEY,
        answers=RunNowSerializer,
        status=201,
        example=examples.PREPARE,
    )
    def post(self, request: Request) -> Response:
        """Prepare a run: it is opened in its briefing, with its parameters chosen.

        A live run needs an approved revision that no failed run has locked; a drill does not. The
        same key again gives the same run.
        """
        key, by, at = idempotency_key(request), person(request), clock.now()
        given = sent(SentRunSerializer, request)
        revision = _revision(given.pop("runbook"), given.pop("revision"))
        try:
            run = preparation.prepare(revision=revision, by=by, at=at, key=key, **given)
        except Invalid as invalid:
            raise Invalid(_named(invalid.errors, revision, given["parameters"])) from None
        response = Response(run_now(run.pk, by), status=201)
        response["Location"] = reverse("api:run_detail", args=[run.pk])
        return response


class RunDetail(ApiView):
    @operation(
        "run_detail", "Runs", asks=_UNCHANGED, answers=RunNowSerializer, answer_example=examples.RUN
    )
    def get(self, request: Request, id: int) -> HttpResponseBase:
        """A run as you may see it now, with everything that you may do.

        What the page hides is hidden here too: commands of steps that are not open, and values that
        you are to measure again without knowing them.
        """
        by, at = person(request), clock.now()
        run, state = run_page.load(id)
        here = run_page.present(id, now())
        etag = run_page.version(run, state, by, here, at, "api/1")
        response = get_conditional_response(request._request, etag=etag)
        if response is None:
            response = Response(_printed(run, state, by, at, here))
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response


_FILTERS = {
    "status": "status",
    "kind": "kind",
    "runbook": "revision__runbook__slug",
    "system": "revision__runbook__system__slug",
}


def run_now(pk: int, by: User) -> dict[str, object]:
    """The run as `by` may see it now. Raises `Http404`."""
    at = clock.now()
    run, state = run_page.load(pk)
    return _printed(run, state, by, at, run_page.present(pk, now()))


def _printed(
    run: Run, state: RunState, by: User, at: datetime, here: tuple[PersonHere, ...]
) -> dict[str, object]:
    earlier = failures.before_run(run)
    return RunNowSerializer.printed(
        RunAnswer(
            run,
            run_page.context_for(state, by, at),
            here,
            _note(run, state),
            earlier["failure"],
            earlier["lock"],
            other_runs.beside(run, state, at),
        )
    )


def _note(run: Run, state: RunState) -> HandOverNote:
    """What was said when the hand-over that is pending was offered."""
    if state.hand_over_to is None:
        return HandOverNote()
    row = run.events.filter(kind=HandOverOffered.kind).order_by("-sequence").first()
    event = texts.read(row.text).event if row else None
    if not isinstance(event, HandOverOffered):
        return HandOverNote()
    return HandOverNote(event.position, event.running, event.next_step, event.worries)


def _revision(slug: str, number: int) -> Revision:
    """The revision that is to be run. Raises `Invalid`."""
    revisions = Revision.objects.with_people()
    revision = revisions.filter(runbook__slug=slug, number=number).first()
    if revision is None:
        raise Invalid({"revision": f"There is no revision {number} of a runbook “{slug}”."})
    return revision


def _named(
    errors: Mapping[str, str], revision: Revision, given: Mapping[str, str]
) -> dict[str, str]:
    """The verb's sentences, each by the place where this body has what it is about."""
    names = {*from_json(revision.procedure).parameters_by_name, *given}
    return {f"parameters.{n}" if n in names else n: error for n, error in errors.items()}
