"""Runbooks: read a text, keep it, approve it, put a runbook away."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import access
from accounts.answers import answer_to
from accounts.api.paging import PageQuery, by_key, page
from accounts.api.parsers import Json
from accounts.api.schema import operation, page_of
from accounts.api.views import ApiView, asked, now, person, sent
from accounts.enums import Right
from runbooks import judging, library, reading, shelf
from runbooks.api import examples
from runbooks.api.library_present import (
    difference_json,
    finding_json,
    judgement_json,
    line_json,
    procedure_json,
    revision_json,
    revision_line_json,
    whole_json,
)
from runbooks.api.library_shapes import (
    DifferenceShape,
    FirstQuery,
    NextQuery,
    RevisionLine,
    RevisionWhole,
    RunbookLine,
    RunbookQuery,
    RunbookWhole,
    SentApproval,
    SentFirst,
    SentNext,
    SentText,
    TextRead,
)
from runbooks.api.markdown import Markdown, given
from runbooks.difference import difference
from runbooks.judgement import Judgement
from runbooks.library import Unreadable
from runbooks.models import Revision, Runbook
from runbooks.views import library as pages

_BODIES: tuple[type[BaseParser], ...] = (Json, Markdown)


class OfRunbook(ApiView):
    """Something that belongs to a runbook."""

    def state_now(self, request: Request) -> dict[str, Any] | None:
        """The runbook, for whom something about it was refused."""
        slug = self.kwargs.get("slug")
        return whole_json(_runbook(slug), at=now()) if slug else None


class Lint(ApiView):
    """Reads a text and saves nothing."""

    parser_classes = _BODIES

    @operation(
        "lint",
        "Runbooks",
        takes={"application/json": SentText, "text/markdown": OpenApiTypes.BINARY},
        answers=TextRead,
        example=examples.SOURCE,
    )
    def post(self, request: Request) -> Response:
        """Say what is wrong in a text, line by line. Nothing is saved.

        The parser, then the rules of the linter. It is read against this house: whether it knows
        the system, what it promises and when it was drilled, and whether another runbook has the
        title.
        """
        access.check(person(request), Right.WRITE_RUNBOOKS)
        text, more = given(request, SentText)
        slug = more.get("runbook") or request.query_params.get("runbook")
        runbook = Runbook.objects.filter(slug=slug).first() if slug else None
        if slug and runbook is None:
            raise serializers.ValidationError({"runbook": "There is no such runbook."})
        read = reading.read(text, runbook=runbook)
        judgement = judging.of_reading(text, read, runbook=runbook, at=now())
        return Response(
            {
                **judgement_json(judgement),
                "procedure": procedure_json(read.procedure) if read.procedure else None,
            }
        )


class RunbookList(OfRunbook):
    """Runbooks, and the way to keep a new one."""

    parser_classes = _BODIES

    @operation("runbook_list", "Runbooks", asks=RunbookQuery, answers=page_of(RunbookLine))
    def get(self, request: Request) -> Response:
        """Runbooks, in the order in which they were made; the archived ones only when asked for."""
        query = asked(RunbookQuery, request)
        found = Runbook.objects.filter(archived_at__isnull=not query["archived"])
        if query.get("system"):
            found = found.filter(system__slug=query["system"])
        if query["approved"] is not None:
            approved = Revision.objects.filter(runbook=OuterRef("pk"), approved_at__isnull=False)
            found = found.filter(Exists(approved) if query["approved"] else ~Exists(approved))
        rows, cursor = by_key(found, query)
        shown = shelf.overview(found.filter(pk__in=[row.pk for row in rows]))
        listed = {one.runbook.pk: one for one in shown}
        judged = _judged([one.counts for one in listed.values()])
        lines = [line_json(listed[row.pk], judged) for row in rows]
        return Response(page(request, RunbookLine, lines, cursor))

    @operation(
        "runbook_save",
        "Runbooks",
        takes={"application/json": SentFirst, "text/markdown": OpenApiTypes.BINARY},
        asks=FirstQuery,
        answers=RevisionWhole,
        status=201,
        example=examples.SOURCE,
    )
    def post(self, request: Request) -> Response:
        """Keep a text as the first revision of a new runbook.

        A text with errors is not kept: 422, with all its `findings`.
        """
        text, more = given(request, SentFirst, FirstQuery)
        return _saved(request, text, None, more)


class RunbookDetail(OfRunbook):
    """One runbook."""

    @operation("runbook_detail", "Runbooks", answers=RunbookWhole)
    def get(self, request: Request, slug: str) -> Response:
        """A runbook with the revision that counts: the newest approved one, else the newest."""
        return Response(whole_json(_runbook(slug), at=now()))


class RunbookArchive(OfRunbook):
    """Puts a runbook away."""

    @operation("runbook_archive", "Runbooks", answers=RunbookWhole)
    def post(self, request: Request, slug: str) -> Response:
        """Put the runbook away: it stays readable, and starts no new runs."""
        library.archive(_runbook(slug), by=person(request), at=now())
        return Response(whole_json(_runbook(slug), at=now()))


class RunbookUnarchive(OfRunbook):
    """Takes a runbook back into use."""

    @operation("runbook_unarchive", "Runbooks", answers=RunbookWhole)
    def post(self, request: Request, slug: str) -> Response:
        """Take the runbook back into use."""
        library.unarchive(_runbook(slug), by=person(request), at=now())
        return Response(whole_json(_runbook(slug), at=now()))


class RevisionList(OfRunbook):
    """The revisions of a runbook, and the way to keep the next."""

    parser_classes = _BODIES

    @operation("revision_list", "Runbooks", asks=PageQuery, answers=page_of(RevisionLine))
    def get(self, request: Request, slug: str) -> Response:
        """The revisions, the newest first."""
        query = asked(PageQuery, request)
        rows, cursor = by_key(shelf.light().filter(runbook=_runbook(slug)), query, newest=True)
        lines = [revision_line_json(row, slug) for row in rows]
        return Response(page(request, RevisionLine, lines, cursor))

    @operation(
        "revision_save",
        "Runbooks",
        takes={"application/json": SentNext, "text/markdown": OpenApiTypes.BINARY},
        asks=NextQuery,
        answers=RevisionWhole,
        status=201,
        example={**examples.SOURCE, "seen": 1},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Keep a text as the next revision. `seen` is the one that its writer started from."""
        text, more = given(request, SentNext, NextQuery)
        if "seen" not in more:
            raise serializers.ValidationError({"seen": "This field is required."})
        return _saved(request, text, _runbook(slug), more)


class RevisionDetail(OfRunbook):
    """One revision."""

    @operation("revision_detail", "Runbooks", answers=RevisionWhole)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """A revision, with its text, what was read in it, and today's findings."""
        return Response(revision_json(revision_of(slug, number), at=now()))


class RevisionSource(OfRunbook):
    """The text of a revision."""

    @operation("revision_source", "Runbooks", answers=OpenApiTypes.BINARY, media="text/markdown")
    def get(self, request: Request, slug: str, number: int) -> HttpResponseBase:
        """The text, byte for byte. The ETag is its SHA-256."""
        response = pages.revision_source(request._request, slug, number)
        unchanged = get_conditional_response(
            request._request, etag=response["ETag"], response=response
        )
        return response if unchanged is None else unchanged


class RevisionApprove(OfRunbook):
    """Approves a revision."""

    @operation(
        "revision_approve",
        "Runbooks",
        takes=SentApproval,
        answers=RevisionWhole,
        example={"waivers_seen": ["L05"]},
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Allow the revision to be run live. Nobody approves their own text.

        Refused while an error stands against it (`open_errors`; `state` has all findings), when it
        is to be gone through step by step and has no step (`no_steps`), and when `waivers_seen`
        does not name every rule that the text waives (`waivers_unseen`).
        """
        said = sent(SentApproval, request)
        library.approve(revision_of(slug, number), by=person(request), at=now(), **said)
        return Response(revision_json(revision_of(slug, number), at=now()))


class RevisionDiff(OfRunbook):
    """What changed between two revisions."""

    @operation("revision_diff", "Runbooks", answers=DifferenceShape)
    def get(self, request: Request, slug: str, old: int, new: int) -> Response:
        """What leads from revision `old` to revision `new`, line by line."""
        before, after = revision_of(slug, old), revision_of(slug, new)
        return Response(difference_json(difference(bytes(before.source), bytes(after.source))))


def _runbook(slug: str) -> Runbook:
    return get_object_or_404(Runbook.objects.select_related("system"), slug=slug)


def revision_of(slug: str, number: int) -> Revision:
    """The revision, with the people behind it. Raises `Http404`."""
    revisions = Revision.objects.select_related("runbook__system", "author", "approved_by")
    return get_object_or_404(revisions, runbook__slug=slug, number=number)


def _judged(revisions: list[Revision | None]) -> dict[int, Judgement]:
    """What is wrong in the texts that a list counts; it came without them."""
    keys = [revision.pk for revision in revisions if revision]
    whole = Revision.objects.filter(pk__in=keys).select_related("runbook__system")
    return judging.of_revisions(whole, at=now())


def _saved(
    request: Request, text: bytes, runbook: Runbook | None, more: dict[str, Any]
) -> Response:
    """Keep `text`; a text with errors is answered with all its findings."""
    try:
        made = library.save(source=text, by=person(request), at=now(), runbook=runbook, **more)
    except Unreadable as unreadable:
        answer = answer_to(unreadable)
        told = answer.as_json() if answer else {}
        findings = [finding_json(finding) for finding in unreadable.findings]
        return Response({**told, "findings": findings}, status=422)
    slug = made.runbook.slug
    response = Response(revision_json(revision_of(slug, made.number), at=now()), status=201)
    response["Location"] = reverse("api:revision_detail", args=[slug, made.number])
    return response
