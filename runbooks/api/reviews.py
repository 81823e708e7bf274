"""Reviews of overrides by API: those that wait, and closing one with a finding."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import access
from accounts.api.fields import ApiMomentField
from accounts.api.schema import operation
from accounts.api.serializers import InputSerializer, PersonNameSerializer
from accounts.api.views import ApiView, now, person, sent
from accounts.enums import Right
from runbooks import reviews
from runbooks.api.fields import Text
from runbooks.models import Review
from runbooks.reviews import Told

TAG = "Runs"
Shape = serializers.Serializer[Any]


class ReviewShape(Shape):
    """An override, and what somebody else found when they looked at it."""

    id = serializers.IntegerField()
    run = serializers.IntegerField()
    sequence = serializers.IntegerField(help_text="Its line in the log of the run.")
    gate = serializers.CharField()
    step = serializers.CharField(help_text="Empty: the run as a whole.")
    reason = serializers.CharField()
    overridden_at = ApiMomentField()
    reviewed_at = ApiMomentField(allow_null=True)
    reviewed_by = PersonNameSerializer(allow_null=True)
    finding = serializers.CharField(help_text="Empty while the review is open.")


class ReviewList(Shape):
    """The open reviews."""

    items = ReviewShape(many=True)


class SentFindingOfReview(InputSerializer):
    """What was found."""

    finding = Text(help_text="Was it right, and what is to change?")


class ReviewsWaiting(ApiView):
    """The reviews that wait."""

    @operation("review_list", TAG, answers=ReviewList)
    def get(self, request: Request) -> Response:
        """The open reviews of overrides, the newest first."""
        access.check(person(request), Right.VIEW)
        found = [_json(one) for one in reviews.told(reviews.waiting())]
        return Response(ReviewList({"items": found}).data)


class ReviewClose(ApiView):
    """Closes a review."""

    @operation(
        "review_close",
        TAG,
        takes=SentFindingOfReview,
        answers=ReviewShape,
        example={"finding": "Right. The rota now names a second person for each night."},
    )
    def post(self, request: Request, id: int) -> Response:
        """Close the review of an override with a finding. Whoever overrode may not."""
        review = Review.objects.filter(pk=id).first()
        if review is None:
            raise Http404
        closed = reviews.close(
            review, by=person(request), at=now(), **sent(SentFindingOfReview, request)
        )
        return Response(ReviewShape(_json(reviews.told([closed])[0])).data)


def _json(told: Told) -> dict[str, Any]:
    review = told.review
    by = review.reviewed_by
    return {
        "id": review.pk,
        "run": review.run_id,
        "sequence": review.sequence,
        "gate": told.gate,
        "step": told.step,
        "reason": told.reason,
        "overridden_at": review.overridden_at,
        "reviewed_at": review.reviewed_at,
        "reviewed_by": {"id": by.pk, "name": by.name, "initials": by.initials} if by else None,
        "finding": review.finding,
    }
