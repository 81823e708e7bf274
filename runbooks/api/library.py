"""Runbooks: read a text, keep it, approve it, put a runbook away."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import access
from accounts.api.paging import by_key, page
from accounts.api.schema import operation, page_of
from accounts.api.views import ApiView, asked, now, person
from accounts.enums import Right
from runbooks.api import examples
from runbooks.api.library_answer import (
    TextAnswer,
    runbook_line,
)
from runbooks.api.library_inputs import (
    FirstQuerySerializer,
    RunbookQuerySerializer,
    SentFirstSerializer,
    SentTextSerializer,
)
from runbooks.api.library_serializers import (
    RevisionWholeSerializer,
    RunbookLineSerializer,
    RunbookWholeSerializer,
    TextReadSerializer,
)
from runbooks.api.markdown import given
from runbooks.api.revisions import BODIES, OfRunbook, runbook_now, runbook_of, saved
from runbooks.library import linting, queries, reading, revisions
from runbooks.lint.findings import LintResult
from runbooks.models import Revision, Runbook


class Lint(ApiView):
    parser_classes = BODIES

    @operation(
        "lint",
        "Runbooks",
        takes={"application/json": SentTextSerializer, "text/markdown": OpenApiTypes.BINARY},
        answers=TextReadSerializer,
        example=examples.SOURCE,
    )
    def post(self, request: Request) -> Response:
        """Say what is wrong in a text, line by line. Nothing is saved.

        The parser, then the rules of the linter. It is read against this house: whether it knows
        the system, what it promises and when it was drilled, and whether another runbook has the
        title.
        """
        access.check(person(request), Right.WRITE_RUNBOOKS)
        text, more = given(request, SentTextSerializer)
        slug = more.get("runbook") or request.query_params.get("runbook")
        runbook = Runbook.objects.filter(slug=slug).first() if slug else None
        if slug and runbook is None:
            raise serializers.ValidationError({"runbook": "There is no such runbook."})
        read = reading.read(text, runbook=runbook)
        judgement = linting.of_reading(text, read, runbook=runbook, at=now())
        return Response(TextReadSerializer.printed(TextAnswer(read, judgement)))


class RunbookList(OfRunbook):
    parser_classes = BODIES

    @operation(
        "runbook_list",
        "Runbooks",
        asks=RunbookQuerySerializer,
        answers=page_of(RunbookLineSerializer),
    )
    def get(self, request: Request) -> Response:
        """Runbooks, in the order in which they were made; the archived ones only when asked for."""
        query = asked(RunbookQuerySerializer, request)
        runbooks = Runbook.objects.filter(archived_at__isnull=not query["archived"])
        if query.get("system"):
            runbooks = runbooks.filter(system__slug=query["system"])
        if query["approved"] is not None:
            approved = Revision.objects.approved().filter(runbook=OuterRef("pk"))
            runbooks = runbooks.filter(Exists(approved) if query["approved"] else ~Exists(approved))
        rows, cursor = by_key(runbooks, query)
        shown = queries.overview(runbooks.filter(pk__in=[row.pk for row in rows]))
        listed = {line.runbook.pk: line for line in shown}
        judged = _judged([line.counts for line in shown])
        lines = [runbook_line(listed[row.pk], judged) for row in rows]
        return Response(page(request, RunbookLineSerializer, lines, cursor))

    @operation(
        "runbook_save",
        "Runbooks",
        takes={"application/json": SentFirstSerializer, "text/markdown": OpenApiTypes.BINARY},
        asks=FirstQuerySerializer,
        answers=RevisionWholeSerializer,
        status=201,
        example=examples.SOURCE,
    )
    def post(self, request: Request) -> Response:
        """Keep a text as the first revision of a new runbook.

        A text with errors is not kept: 422, with all its `findings`.
        """
        text, more = given(request, SentFirstSerializer, FirstQuerySerializer)
        return saved(request, text, None, more)


class RunbookDetail(OfRunbook):
    @operation("runbook_detail", "Runbooks", answers=RunbookWholeSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """A runbook with the revision that counts: the newest approved one, else the newest."""
        return Response(runbook_now(slug))


class RunbookArchive(OfRunbook):
    @operation("runbook_archive", "Runbooks", answers=RunbookWholeSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Put the runbook away: it stays readable, and starts no new runs."""
        revisions.archive(runbook_of(slug), by=person(request), at=now())
        return Response(runbook_now(slug))


class RunbookUnarchive(OfRunbook):
    @operation("runbook_unarchive", "Runbooks", answers=RunbookWholeSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Take the runbook back into use."""
        revisions.unarchive(runbook_of(slug), by=person(request), at=now())
        return Response(runbook_now(slug))


def _judged(counted: list[Revision | None]) -> dict[int, LintResult]:
    """What is wrong in the texts that a list counts; it came without them."""
    keys = [revision.pk for revision in counted if revision]
    whole = Revision.objects.filter(pk__in=keys).select_related("runbook__system")
    return linting.of_revisions(whole, at=now())
