"""Near misses by API: each of them, and how many by guard and by runbook. No names of people."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import ApiMomentField, EnumField, WholeNumberField
from accounts.api.paging import PageQuerySerializer, page
from accounts.api.schema import operation, page_of
from accounts.api.serializers import AnswerSerializer, InputSerializer, Values
from accounts.api.views import ApiView, asked, person
from runbooks.audit import near_misses
from runbooks.audit.near_misses import NearMiss, NearMissFilters, NearMissPlace, Tally
from runbooks.enums import NoticedBy, RunKind

TAG = "Near misses"


@dataclass(frozen=True)
class CountedAnswer:
    """The near misses of one guard or runbook, and the query of the list that shows them."""

    tally: Tally
    query: str

    @property
    def url(self) -> str:
        return f"{reverse('api:near_miss_list')}?{self.query}"


@dataclass(frozen=True)
class TalliesAnswer:
    """How many there are, for a query that narrowed them."""

    tallies: near_misses.Tallies
    query: QueryDict

    @property
    def guards(self) -> list[CountedAnswer]:
        return [self._counted("guard", tally) for tally in self.tallies.guards]

    @property
    def runbooks(self) -> list[CountedAnswer]:
        return [self._counted("runbook", tally) for tally in self.tallies.runbooks]

    def _counted(self, name: str, tally: Tally) -> CountedAnswer:
        query = self.query.copy()
        query[name] = tally.key
        return CountedAnswer(tally, query.urlencode())


class NarrowingSerializer(InputSerializer):
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


class NearMissQuerySerializer(NarrowingSerializer, PageQuerySerializer):
    """Which near misses."""

    what = EnumField(
        NoticedBy,
        source="noticed_by",
        required=False,
        help_text="Left out: refusals and mismatches, without overrides.",
    )


class TallyQuerySerializer(NarrowingSerializer):
    """What is counted."""


class NearMissLineSerializer(AnswerSerializer[NearMiss]):
    """A near miss, or an override. Who it was stands in the log of the run."""

    what = EnumField(NoticedBy, source="noticed_by")
    at = ApiMomentField()
    guard = serializers.CharField(help_text="Key of the guard, or `rules`.")
    guard_name = serializers.CharField(help_text="What the guard watches over.")
    run = serializers.IntegerField()
    kind = EnumField(RunKind)
    runbook = serializers.CharField(help_text="Slug.")
    revision = serializers.IntegerField()
    sequence = serializers.IntegerField(help_text="Its line in the log of the run.")
    step = serializers.IntegerField(
        source="step_index", allow_null=True, help_text="Null: the run as a whole."
    )
    tried = serializers.CharField(help_text="The attempt, without what was typed.")
    sentence = serializers.CharField(help_text="What was wrong; of an override, its reason.")
    remedy = serializers.CharField(help_text="May be empty.")
    caught = serializers.CharField(
        help_text="What the guard caught, such as `wrong target`; empty for an override."
    )


class TallyLineSerializer(AnswerSerializer[CountedAnswer]):
    """How many of one guard, or of one runbook."""

    key = serializers.CharField(
        source="tally.key", help_text="Key of the guard, or slug of the runbook."
    )
    name = serializers.CharField(source="tally.name")
    n = serializers.IntegerField(
        source="tally.n", help_text="Near misses: refusals and mismatches."
    )
    mismatches = serializers.IntegerField(
        source="tally.mismatches", help_text="Of these, mismatches."
    )
    overrides = serializers.IntegerField(source="tally.overrides", help_text="Beside them.")
    url = serializers.CharField(help_text="The list of the near misses that were counted.")


class TalliesSerializer(AnswerSerializer[TalliesAnswer]):
    """How many there are. Nothing here is about a person."""

    n = serializers.IntegerField(
        source="tallies.n", help_text="Near misses: refusals and mismatches."
    )
    mismatches = serializers.IntegerField(
        source="tallies.mismatches", help_text="Of these, mismatches."
    )
    overrides = serializers.IntegerField(source="tallies.overrides", help_text="Beside them.")
    guards = TallyLineSerializer(many=True, help_text="The filter on the guard is left aside.")
    runbooks = TallyLineSerializer(many=True, help_text="The filter on the runbook is left aside.")


class NearMissList(ApiView):
    @operation(
        "near_miss_list", TAG, asks=NearMissQuerySerializer, answers=page_of(NearMissLineSerializer)
    )
    def get(self, request: Request) -> Response:
        """Near misses, the newest first: what was refused, and mismatches seen in time."""
        query = asked(NearMissQuerySerializer, request)
        cursor = query.get("cursor", "")
        before = NearMissPlace.read(cursor)
        if cursor and before is None:
            raise serializers.ValidationError({"cursor": "This cursor is of another list."})
        caught = near_misses.page(
            _filters(query), before=before, size=query["limit"], reader=person(request).pk
        )
        following = str(caught.older) if caught.older else ""
        return Response(page(request, NearMissLineSerializer, caught.rows, following))


class NearMissTallies(ApiView):
    @operation("near_miss_tallies", TAG, asks=TallyQuerySerializer, answers=TalliesSerializer)
    def get(self, request: Request) -> Response:
        """How many near misses and overrides there are, by guard and by runbook."""
        tallies = near_misses.tallies(_filters(asked(TallyQuerySerializer, request)))
        return Response(TalliesSerializer.printed(TalliesAnswer(tallies, request.query_params)))


def _filters(query: Values) -> NearMissFilters:
    names = ("noticed_by", "guard", "runbook", "kind", "run", "since", "until")
    return NearMissFilters(**{name: query[name] for name in names if name in query})
