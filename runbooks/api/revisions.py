"""Revisions of runbooks: keep one, read it, approve it, waive the failure that locks it."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import WholeNumberField
from accounts.api.paging import PageQuerySerializer, by_key, page
from accounts.api.parsers import Json
from accounts.api.schema import operation, page_of
from accounts.api.serializers import InputSerializer, Values
from accounts.api.views import ApiView, asked, now, person, sent
from lib.answers import answer_to
from runbooks.api import examples
from runbooks.api.fields import JsonTextField
from runbooks.api.library_answer import (
    RevisionAnswer,
    whole_runbook,
)
from runbooks.api.library_inputs import (
    NextQuerySerializer,
    SentApprovalSerializer,
    SentNextSerializer,
)
from runbooks.api.library_serializers import (
    DifferenceSerializer,
    FindingLineSerializer,
    RevisionLineSerializer,
    RevisionWholeSerializer,
    RunbookWholeSerializer,
)
from runbooks.api.markdown import Markdown, given
from runbooks.library import linting, revisions, waivers
from runbooks.library.revisions import UnreadableText
from runbooks.models import Revision, Runbook
from runbooks.procedure.difference import difference
from runbooks.views import library as pages

BODIES: tuple[type[BaseParser], ...] = (Json, Markdown)


class OfRunbook(ApiView):
    """Something that belongs to a runbook."""

    def state_now(self, request: Request) -> dict[str, object] | None:
        """The runbook, for whom something about it was refused."""
        slug = self.kwargs.get("slug")
        return runbook_now(slug) if slug else None


class RevisionList(OfRunbook):
    parser_classes = BODIES

    @operation(
        "revision_list",
        "Runbooks",
        asks=PageQuerySerializer,
        answers=page_of(RevisionLineSerializer),
    )
    def get(self, request: Request, slug: str) -> Response:
        """The revisions, the newest first."""
        query = asked(PageQuerySerializer, request)
        lines = runbook_of(slug).revisions.light().select_related("runbook")
        rows, cursor = by_key(lines, query, newest=True)
        return Response(page(request, RevisionLineSerializer, rows, cursor))

    @operation(
        "revision_save",
        "Runbooks",
        takes={"application/json": SentNextSerializer, "text/markdown": OpenApiTypes.BINARY},
        asks=NextQuerySerializer,
        answers=RevisionWholeSerializer,
        status=201,
        example={**examples.SOURCE, "seen": 1},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Keep a text as the next revision. `seen` is the one that its writer started from."""
        text, more = given(request, SentNextSerializer, NextQuerySerializer)
        if "seen" not in more:
            raise serializers.ValidationError({"seen": "This field is required."})
        return saved(request, text, runbook_of(slug), more)


class RevisionDetail(OfRunbook):
    @operation("revision_detail", "Runbooks", answers=RevisionWholeSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """A revision, with its text, what was read in it, and today's findings."""
        return Response(revision_now(slug, number))


class RevisionSource(OfRunbook):
    @operation("revision_source", "Runbooks", answers=OpenApiTypes.BINARY, media="text/markdown")
    def get(self, request: Request, slug: str, number: int) -> HttpResponseBase:
        """The text, byte for byte. The ETag is its SHA-256."""
        response = pages.revision_source(request._request, slug, number)
        unchanged = get_conditional_response(
            request._request, etag=response["ETag"], response=response
        )
        return response if unchanged is None else unchanged


class RevisionApprove(OfRunbook):
    @operation(
        "revision_approve",
        "Runbooks",
        takes=SentApprovalSerializer,
        answers=RevisionWholeSerializer,
        example={"waivers_seen": ["L05"]},
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Allow the revision to be run live. Nobody approves their own text.

        Refused while an error stands against it (`open_errors`; `state` has all findings), when it
        is to be gone through step by step and has no step (`no_steps`), and when `waivers_seen`
        does not name every rule that the text waives (`waivers_unseen`).
        """
        approval = sent(SentApprovalSerializer, request)
        revisions.approve(revision_of(slug, number), by=person(request), at=now(), **approval)
        return Response(revision_now(slug, number))


class RevisionDiff(OfRunbook):
    @operation("revision_diff", "Runbooks", answers=DifferenceSerializer)
    def get(self, request: Request, slug: str, old: int, new: int) -> Response:
        """What leads from revision `old` to revision `new`, line by line."""
        before, after = revision_of(slug, old), revision_of(slug, new)
        return Response(
            DifferenceSerializer.printed(difference(bytes(before.source), bytes(after.source)))
        )


class SentWaiverSerializer(InputSerializer):
    """Why a text that a run has locked may be run live again."""

    run = WholeNumberField(help_text="The run that went wrong, as `lock` names it.")
    reason = JsonTextField(help_text="Why the same steps will not lead there again.")


class RevisionWaive(OfRunbook):
    @operation(
        "revision_waive",
        "Runbooks",
        takes=SentWaiverSerializer,
        answers=RevisionWholeSerializer,
        example={"run": 42, "reason": "Both prompts carry their colours since this morning."},
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Let a locked revision be run live again without a change. The operator of the run that
        went wrong may not."""
        revision, given = revision_of(slug, number), sent(SentWaiverSerializer, request)
        waivers.waive(revision, by=person(request), at=now(), **given)
        return Response(revision_now(slug, number))


def runbook_of(slug: str) -> Runbook:
    """The runbook. Raises `Http404`."""
    return get_object_or_404(Runbook.objects.select_related("system"), slug=slug)


def runbook_now(slug: str) -> dict[str, object]:
    """The answer about a runbook. Raises `Http404`."""
    return RunbookWholeSerializer.printed(whole_runbook(runbook_of(slug), at=now()))


def revision_now(slug: str, number: int) -> dict[str, object]:
    """The answer about a revision, judged as of now. Raises `Http404`."""
    revision = revision_of(slug, number)
    judgement = linting.of_revision(revision, at=now())
    return RevisionWholeSerializer.printed(RevisionAnswer(revision, judgement))


def revision_of(slug: str, number: int) -> Revision:
    """The revision, with the people behind it. Raises `Http404`."""
    texts = Revision.objects.with_people()
    return get_object_or_404(texts, runbook__slug=slug, number=number)


def saved(request: Request, text: bytes, runbook: Runbook | None, more: Values) -> Response:
    """Keep `text`; a text with errors is answered with all its findings."""
    try:
        made = revisions.save(source=text, by=person(request), at=now(), runbook=runbook, **more)
    except UnreadableText as unreadable:
        answer = answer_to(unreadable)
        problem = answer.as_json() if answer else {}
        findings = [FindingLineSerializer.printed(finding) for finding in unreadable.findings]
        return Response({**problem, "findings": findings}, status=422)
    slug = made.runbook.slug
    response = Response(revision_now(slug, made.number), status=201)
    response["Location"] = reverse("api:revision_detail", args=[slug, made.number])
    return response
