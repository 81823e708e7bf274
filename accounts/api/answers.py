"""Every answer that is no success, in one shape: code, sentence, remedy, and what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lib.answers import answer_to, unread
from lib.refusals import ChangedMeanwhile, Invalid, Refused

_AGAIN = "Correct what is named here, and send it again."
_REMEDIES: dict[type[exceptions.APIException], tuple[str, str]] = {
    exceptions.ParseError: ("unreadable", "Send one JSON object in UTF-8."),
    exceptions.AuthenticationFailed: ("not_signed_in", "Make a token on the page “Your tokens”."),
    exceptions.NotAuthenticated: (
        "not_signed_in",
        "Send “Authorization: Bearer” and a token from the page “Your tokens”.",
    ),
    exceptions.PermissionDenied: ("not_allowed", "Ask somebody who may."),
    exceptions.NotFound: ("not_found", "Look at the list it should be in."),
    exceptions.MethodNotAllowed: ("method", "The header Allow names the methods it knows."),
    exceptions.UnsupportedMediaType: ("media_type", "Send “Content-Type: application/json”."),
}


class ViewContext(TypedDict):
    """Where an exception was raised."""

    view: APIView
    request: Request


class ProblemSerializer(serializers.Serializer[None]):
    """Why nothing was done, for people (`sentence`, `remedy`) and for programs (`code`)."""

    code = serializers.CharField(help_text="Stable; made for programs.")
    sentence = serializers.CharField(help_text="What is wrong.")
    remedy = serializers.CharField(help_text="What to do instead.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(),
        required=False,
        help_text="With 422: the sentence of each wrong field; '' speaks of the whole.",
    )
    sequence = serializers.IntegerField(
        required=False, help_text="The number of the last event of the run now."
    )
    kept = serializers.CharField(
        required=False,
        help_text="With `key_used`: what was first sent under this key and kept, in words.",
    )
    seen = serializers.IntegerField(
        required=False, help_text="With `changed_meanwhile`: send this once you read the change."
    )
    findings = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="With a text that has errors: all of them, as `lint` answers them.",
    )
    state = serializers.DictField(
        required=False, help_text="With 409: the thing as it is now, as a GET of it answers."
    )


def handle(exception: Exception, context: ViewContext) -> Response | None:
    """DRF's hook: the answer to `exception`, None for a fault of ours (which becomes a 500).

    A view may have `state_now(request)`, which tells the thing of its address as it is now; it
    belongs to every 409.
    """
    answer = answer_to(exception)
    if answer is not None:
        problem = answer.as_json()
        if isinstance(exception, Invalid):
            problem["remedy"] = _AGAIN  # a program has no page to go back to
        if isinstance(exception, ChangedMeanwhile):
            problem["seen"] = exception.seen
        if isinstance(exception, Refused) and exception.status == 409:
            problem |= _state(context)
        return Response(problem, status=answer.status)
    if isinstance(exception, SuspiciousOperation):
        return _plain(
            400, "unreadable", "The body holds too many parts.", "Send what is asked for."
        )
    if isinstance(exception, Http404):
        exception = exceptions.NotFound("There is nothing at this address.")
    elif isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    if isinstance(exception, exceptions.ValidationError):
        return _invalid(exception)
    if isinstance(exception, exceptions.Throttled):
        return _throttled(exception)
    if isinstance(exception, exceptions.APIException):
        return _of_the_framework(exception)
    return None


def _state(context: ViewContext) -> dict[str, object]:
    state_now = getattr(context["view"], "state_now", None)
    state = state_now(context["request"]) if state_now else None
    return {} if state is None else {"state": state}


def _plain(status: int, code: str, sentence: str, remedy: str) -> Response:
    return Response({"code": code, "sentence": sentence, "remedy": remedy}, status=status)


def _invalid(exception: exceptions.ValidationError) -> Response:
    errors = dict(_flat("", exception.detail))
    response = _plain(
        422,
        "invalid",
        unread(errors),
        _AGAIN,
    )
    response.data["errors"] = errors
    return response


def _flat(name: str, detail: object) -> list[tuple[str, str]]:
    """DRF's nested detail as `values.entries` → sentence."""
    if isinstance(detail, Mapping):
        inner = {"" if key == "non_field_errors" else str(key): v for key, v in detail.items()}
        return [
            pair
            for key, value in inner.items()
            for pair in _flat(".".join(part for part in (name, key) if part), value)
        ]
    if isinstance(detail, list) and any(isinstance(part, list | Mapping) for part in detail):
        return [
            pair
            for number, part in enumerate(detail)
            for pair in _flat(f"{name}.{number}".lstrip("."), part)
        ]
    return [(name, " ".join(map(str, detail)) if isinstance(detail, list) else str(detail))]


def _throttled(exception: exceptions.Throttled) -> Response:
    wait = max(1, int(getattr(exception, "wait", None) or 1))
    response = _plain(
        429,
        "too_many_requests",
        "There were too many requests in this minute.",
        f"Wait {wait} s, then go on more slowly.",
    )
    response["Retry-After"] = str(wait)
    return response


def _of_the_framework(exception: exceptions.APIException) -> Response:
    known = (pair for kind, pair in _REMEDIES.items() if isinstance(exception, kind))
    code, remedy = next(known, (exception.default_code, "Look into the documentation at /api/."))
    response = _plain(exception.status_code, code, str(exception.detail), remedy)
    if header := getattr(exception, "auth_header", None):
        response["WWW-Authenticate"] = header
    return response
