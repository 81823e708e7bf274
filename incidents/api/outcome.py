"""What an incident takes from its runs, and what nobody can know, by API."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import ApiTextField
from accounts.api.schema import operation
from accounts.api.views import now, person, sent
from incidents import offers, unknowns
from incidents.api.serializers import IncidentSerializer, SeenVersionSerializer
from incidents.api.views import TAG, IncidentView, moment_of


class WhyUnknownSerializer(SeenVersionSerializer):
    """Why nobody can know when something happened."""

    reason = ApiTextField(max_length=300, allow_blank=True, default="")


class ChosenOffersSerializer(SeenVersionSerializer):
    """The keys of what is used."""

    offers = serializers.ListField(
        child=serializers.CharField(max_length=300), max_length=100, default=list
    )


class IncidentTimeUnknown(IncidentView):
    @operation(
        "incident_time_unknown",
        TAG,
        takes=WhyUnknownSerializer,
        answers=IncidentSerializer,
        example={"reason": "the log of that night was rotated"},
    )
    def put(self, request: Request, id: int, moment: str) -> Response:
        """Record that one moment of the clock is unknown, and why."""
        which, read = moment_of(moment), sent(WhyUnknownSerializer, request)
        unknowns.state(self.incident(), moment=which, **read, by=person(request), at=now())
        return self.incident_now()


class IncidentOffers(IncidentView):
    @operation(
        "incident_offers_use",
        TAG,
        takes=ChosenOffersSerializer,
        answers=IncidentSerializer,
        example={"offers": ["42:5:writes_stopped:ledger"]},
    )
    def post(self, request: Request, id: int) -> Response:
        """Use what runs offer (`offers` of the incident): all that is named, or nothing."""
        read = sent(ChosenOffersSerializer, request)
        offers.use(self.incident(), **read, by=person(request), at=now())
        return self.incident_now()
