"""Reviews of overrides by API: those that wait, and closing one with a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import access
from accounts.api.fields import ApiMomentField
from accounts.api.schema import operation
from accounts.api.serializers import AnswerSerializer, InputSerializer, PersonNameSerializer
from accounts.api.views import ApiView, now, person, sent
from accounts.enums import Right
from runbooks.api.fields import JsonTextField
from runbooks.models import Review
from runbooks.runs import reviews
from runbooks.runs.reviews import ReviewedOverride

TAG = "Runs"


@dataclass(frozen=True)
class OpenReviews:
    """The reviews that wait, the newest first."""

    items: Sequence[ReviewedOverride]


class ReviewSerializer(AnswerSerializer[ReviewedOverride]):
    """An override, and what somebody else found when they looked at it."""

    id = serializers.IntegerField(source="review.pk")
    run = serializers.IntegerField(source="review.run_id")
    sequence = serializers.IntegerField(
        source="review.sequence", help_text="Its line in the log of the run."
    )
    gate = serializers.CharField()
    step = serializers.CharField(help_text="Empty: the run as a whole.")
    reason = serializers.CharField()
    overridden_at = ApiMomentField(source="review.overridden_at")
    reviewed_at = ApiMomentField(source="review.reviewed_at", allow_null=True)
    reviewed_by = PersonNameSerializer(source="review.reviewed_by", allow_null=True)
    finding = serializers.CharField(
        source="review.finding", help_text="Empty while the review is open."
    )


class ReviewListSerializer(AnswerSerializer[OpenReviews]):
    """The open reviews."""

    items = ReviewSerializer(many=True)


class SentFindingOfReviewSerializer(InputSerializer):
    """What was found."""

    finding = JsonTextField(help_text="Was it right, and what is to change?")


class ReviewsWaiting(ApiView):
    @operation("review_list", TAG, answers=ReviewListSerializer)
    def get(self, request: Request) -> Response:
        """The open reviews of overrides, the newest first."""
        access.check(person(request), Right.VIEW)
        waiting = reviews.with_overrides(Review.objects.waiting())
        return Response(ReviewListSerializer.printed(OpenReviews(waiting)))


class ReviewClose(ApiView):
    @operation(
        "review_close",
        TAG,
        takes=SentFindingOfReviewSerializer,
        answers=ReviewSerializer,
        example={"finding": "Right. The rota now names a second person for each night."},
    )
    def post(self, request: Request, id: int) -> Response:
        """Close the review of an override with a finding. Whoever overrode may not."""
        review = Review.objects.filter(pk=id).first()
        if review is None:
            raise Http404
        closed = reviews.close(
            review, by=person(request), at=now(), **sent(SentFindingOfReviewSerializer, request)
        )
        return Response(ReviewSerializer.printed(reviews.with_overrides([closed])[0]))
