"""Near misses by API: each of them, and how many by guard and by runbook. No names of people."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import ApiMomentField, EnumField, WholeNumberField
from accounts.api.paging import PageQuery, page
from accounts.api.schema import operation, page_of
from accounts.api.serializers import InputSerializer
from accounts.api.views import ApiView, asked, person
from runbooks import near_misses
from runbooks.enums import RunKind
from runbooks.missed import Filters, What
from runbooks.near_misses import NearMiss, Place

TAG = "Near misses"
Shape = serializers.Serializer[Any]


class _Narrowed(InputSerializer):
    guard = serializers.CharField(
        required=False,
        max_length=60,
        help_text="Key of the guard; `rules` is what the rules of every run refused.",
    )
    runbook = serializers.SlugField(required=False, help_text="Slug.")
    kind = EnumField(RunKind, required=False)
    run = WholeNumberField(required=False, help_text="Number of the run.")
    since = ApiMomentField(required=False, help_text="From this moment on.")
    until = ApiMomentField(required=False, help_text="Before this moment.")


class NearMissQuery(_Narrowed, PageQuery):
    """Which near misses."""

    what = EnumField(
        What, required=False, help_text="Left out: refusals and mismatches, without overrides."
    )


class TallyQuery(_Narrowed):
    """What is counted."""


class NearMissLine(Shape):
    """A near miss, or an override. Who it was stands in the log of the run."""

    what = EnumField(What)
    at = ApiMomentField()
    guard = serializers.CharField(help_text="Key of the guard, or `rules`.")
    guard_name = serializers.CharField(help_text="What the guard watches over.")
    run = serializers.IntegerField()
    kind = EnumField(RunKind)
    runbook = serializers.CharField(help_text="Slug.")
    revision = serializers.IntegerField()
    sequence = serializers.IntegerField(help_text="Its line in the log of the run.")
    step = serializers.IntegerField(allow_null=True, help_text="Null: the run as a whole.")
    tried = serializers.CharField(help_text="The attempt, without what was typed.")
    sentence = serializers.CharField(help_text="What was wrong; of an override, its reason.")
    remedy = serializers.CharField(help_text="May be empty.")
    caught = serializers.CharField(
        help_text="What the guard caught, such as `wrong target`; empty for an override."
    )


class TallyLine(Shape):
    """How many of one guard, or of one runbook."""

    key = serializers.CharField(help_text="Key of the guard, or slug of the runbook.")
    name = serializers.CharField()
    n = serializers.IntegerField(help_text="Near misses: refusals and mismatches.")
    mismatches = serializers.IntegerField(help_text="Of these, mismatches.")
    overrides = serializers.IntegerField(help_text="Beside them.")
    url = serializers.CharField(help_text="The list of the near misses that were counted.")


class Tallies(Shape):
    """How many there are. Nothing here is about a person."""

    n = serializers.IntegerField(help_text="Near misses: refusals and mismatches.")
    mismatches = serializers.IntegerField(help_text="Of these, mismatches.")
    overrides = serializers.IntegerField(help_text="Beside them.")
    guards = TallyLine(many=True, help_text="The filter on the guard is left aside.")
    runbooks = TallyLine(many=True, help_text="The filter on the runbook is left aside.")


class NearMissList(ApiView):
    """Near misses, one by one."""

    @operation("near_miss_list", TAG, asks=NearMissQuery, answers=page_of(NearMissLine))
    def get(self, request: Request) -> Response:
        """Near misses, the newest first: what was refused, and mismatches seen in time."""
        query = asked(NearMissQuery, request)
        cursor = query.get("cursor", "")
        before = Place.read(cursor)
        if cursor and before is None:
            raise serializers.ValidationError({"cursor": "This cursor is of another list."})
        found = near_misses.page(
            _filters(query), before=before, size=query["limit"], reader=person(request).pk
        )
        following = str(found.older) if found.older else ""
        return Response(page(request, NearMissLine, [_line(row) for row in found.rows], following))


class NearMissTallies(ApiView):
    """Near misses, counted."""

    @operation("near_miss_tallies", TAG, asks=TallyQuery, answers=Tallies)
    def get(self, request: Request) -> Response:
        """How many near misses and overrides there are, by guard and by runbook."""
        query = request.query_params.copy()
        counted = near_misses.tallies(_filters(asked(TallyQuery, request)))
        told: dict[str, Any] = asdict(counted)
        for name in ("guard", "runbook"):
            for line in told[f"{name}s"]:
                query[name] = line["key"]
                line["url"] = f"{reverse('api:near_miss_list')}?{query.urlencode()}"
            query = request.query_params.copy()
        return Response(Tallies(told).data)


def _filters(query: dict[str, Any]) -> Filters:
    names = ("what", "guard", "runbook", "kind", "run", "since", "until")
    return Filters(**{name: query[name] for name in names if name in query})


def _line(row: NearMiss) -> dict[str, Any]:
    return {**vars(row), "step": row.step_index}
