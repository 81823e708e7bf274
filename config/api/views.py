"""The root of the API, its OpenAPI document, and the answer at addresses that do not exist."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.schema import operation
from accounts.api.serializers import AnswerSerializer
from accounts.api.views import ApiView
from config.api import document

_PARTS = (
    "me",
    "person_list",
    "recoverability_board",
    "system_list",
    "instance_list",
    "copy_list",
    "runbook_list",
    "run_list",
    "near_miss_list",
    "incident_list",
)


@dataclass(frozen=True)
class StartingPoint:
    """Where to begin."""

    @property
    def addresses(self) -> dict[str, str]:
        return {name: reverse(f"api:{name}") for name in _PARTS}


class PartsSerializer(AnswerSerializer[StartingPoint]):
    """Where to begin: the addresses of the lists, by name."""

    addresses = serializers.DictField(child=serializers.CharField())


class Root(ApiView):
    @operation("root", "Start", answers=PartsSerializer)
    def get(self, request: Request) -> Response:
        """Where to begin."""
        return Response(PartsSerializer.printed(StartingPoint()))


class OpenapiYaml(ApiView):
    """The OpenAPI document as YAML."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """The OpenAPI document as YAML."""
        return HttpResponse(document.as_yaml(), content_type="application/yaml")


class OpenapiJson(ApiView):
    """The OpenAPI document as JSON."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """The OpenAPI document as JSON."""
        return JsonResponse(document.made())


class NoSuchAddress(ApiView):
    """An address that the API does not have: 404 in the API's own shape."""

    def _none(self, request: Request, rest: str) -> Response:
        raise Http404

    get = post = put = patch = delete = extend_schema(exclude=True)(_none)
