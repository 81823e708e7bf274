"""Waivers: a text that a failed run has locked is let go on."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import WholeNumberField
from accounts.api.schema import operation
from accounts.api.serializers import InputSerializer
from accounts.api.views import now, person, sent
from runbooks import waivers
from runbooks.api.fields import Text
from runbooks.api.library import OfRunbook, revision_of
from runbooks.api.library_present import revision_json
from runbooks.api.library_shapes import RevisionWhole


class SentWaiver(InputSerializer):
    """Why a text that a run has locked may be run live again."""

    run = WholeNumberField(help_text="The run that went wrong, as `lock` names it.")
    reason = Text(help_text="Why the same steps will not lead there again.")


class RevisionWaive(OfRunbook):
    """Waives a failure."""

    @operation(
        "revision_waive",
        "Runbooks",
        takes=SentWaiver,
        answers=RevisionWhole,
        example={"run": 42, "reason": "Both prompts carry their colours since this morning."},
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Let a locked revision be run live again without a change. The operator of the run that
        went wrong may not."""
        revision, given = revision_of(slug, number), sent(SentWaiver, request)
        waivers.waive(revision, by=person(request), at=now(), **given)
        return Response(revision_json(revision_of(slug, number), at=now()))
