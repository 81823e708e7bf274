"""How the views describe themselves in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from accounts.api.answers import ProblemSerializer
from accounts.api.authentication import BearerToken
from accounts.api.serializers import SerializerKind
from lib.answers import TOO_BIG

F = TypeVar("F", bound=Callable[..., object])
OpenApi = dict[str, Any]  # a part of the document
Body = SerializerKind | OpenApiTypes
#: Status → when it is answered, and an example: code, sentence, remedy.
_WHEN: dict[str, tuple[str, tuple[str, str, str]]] = {
    "400": (
        "The body is no JSON.",
        ("unreadable", "JSON parse error - Expecting value.", "Send one JSON object in UTF-8."),
    ),
    "401": (
        "There is no token, or it opens nothing.",
        (
            "not_signed_in",
            "The token “nightly” expired on 2026-11-22.",
            "Make a token on the page “Your tokens”.",
        ),
    ),
    "403": (
        "You may not, or the token may not.",
        (
            "token_scope",
            "This token may not keep systems, instances and copies.",
            "Use a token with the scope “author”.",
        ),
    ),
    "404": (
        "There is no such thing.",
        ("not_found", "There is nothing at this address.", "Look at the list it should be in."),
    ),
    "409": (
        "Not allowed as things are now; `state` says how they are.",
        (
            "destroyed",
            "ledger-0606.dump is destroyed; a destroyed copy stays destroyed.",
            "If there is another copy after all, register it under its own name.",
        ),
    ),
    "413": (
        "The body is too big.",
        (TOO_BIG.code, TOO_BIG.sentence, TOO_BIG.remedy),
    ),
    "415": (
        "The body is of another kind than is documented.",
        (
            "media_type",
            'Unsupported media type "text/plain" in request.',
            "Send “Content-Type: application/json”.",
        ),
    ),
    "422": (
        "What was sent cannot be read; `errors` names the fields.",
        (
            "invalid",
            "Nothing was saved. Missing or unreadable: taken_at.",
            "Correct what is named here, and send it again.",
        ),
    ),
    "429": (
        "Too many requests in this minute; the header Retry-After says how long to wait.",
        (
            "too_many_requests",
            "There were too many requests in this minute.",
            "Wait 12 s, then go on more slowly.",
        ),
    ),
}


class Described(AutoSchema):
    """Adds the answers that every operation may give, so that no view has to repeat them."""

    def get_operation(
        self,
        path: str,
        path_regex: str,
        path_prefix: str,
        method: str,
        registry: ComponentRegistry,
    ) -> OpenApi | None:
        """The operation with its refusals; None for one that is kept out of the document."""
        operation: OpenApi | None = super().get_operation(
            path, path_regex, path_prefix, method, registry
        )
        if operation is None:
            return None
        self.resolve_serializer(ProblemSerializer, "response")  # `refusals` below refers to it
        for status in (*self._refusals(operation), *operation.pop("x-refuses", ())):
            reference = {"$ref": f"#/components/responses/Refused{status}"}
            operation["responses"].setdefault(status, reference)
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _refusals(self, operation: OpenApi) -> Sequence[str]:
        places = {parameter["in"] for parameter in operation.get("parameters", ())}
        statuses = ["401", "403", "429"]
        statuses += ["404"] if "path" in places else []
        statuses += ["422"] if "query" in places or self.method != "GET" else []
        statuses += ["409"] if self.method != "GET" else []
        statuses += ["400", "413", "415"] if "requestBody" in operation else []
        return statuses


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document speaks of tokens."""

    target_class = BearerToken
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from the page “Your tokens”: `Bearer cst_…`.",
        }


def refusals(result: OpenApi, **context: object) -> OpenApi:
    """Hook of the document's making: the refusals, once, for all operations to refer to."""
    responses: OpenApi = {
        f"Refused{status}": {"description": sentence, "content": _problem(*example)}
        for status, (sentence, example) in _WHEN.items()
    }
    responses["Refused401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    responses["Refused429"]["headers"] = {
        "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}
    }
    result["components"]["responses"] = responses
    return result


def _problem(code: str, sentence: str, remedy: str) -> OpenApi:
    example = {"code": code, "sentence": sentence, "remedy": remedy}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"application/json": {"schema": schema, "example": example}}


def nothing_else(result: OpenApi, **context: object) -> OpenApi:
    """Hook: a body holds the fields that it names and no others (`InputSerializer`)."""
    for name, shape in result["components"]["schemas"].items():
        if name.endswith("Request") and "properties" in shape:
            shape.setdefault("additionalProperties", False)
    return result


def plain_words(result: OpenApi, **context: object) -> OpenApi:
    """Hook: words stand where they are offered. The library would give each set of words a name of
    its own making, which changes with every set that is added."""
    places: list[object] = [result]
    while places:
        place = places.pop()
        if isinstance(place, dict):
            place.pop("x-spec-enum-id", None)
            places += place.values()
        elif isinstance(place, list):
            places += place
    return result


@cache
def page_of(row: SerializerKind) -> SerializerKind:
    """The shape of a page of a list of `row`s (`accounts.api.paging.page`)."""
    fields = {
        "results": row(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="The address of the next page; null on the last."
        ),
        "__doc__": "A page of a list.",
    }
    name = row.__name__.removesuffix("Serializer")
    return type(f"{name}PageSerializer", (serializers.Serializer,), fields)


def operation(
    name: str,
    tag: str,
    *,
    answers: Body,
    status: int = 200,
    media: str = "application/json",
    takes: Body | Mapping[str, Body] | None = None,
    asks: SerializerKind | OpenApiParameter | None = None,
    example: Mapping[str, object] | None = None,
    answer_example: Mapping[str, object] | None = None,
    refuses: Sequence[int] = (),
) -> Callable[[F], F]:
    """Describe one method of a view: its stable `name`, the group `tag`, what it `takes` (the body)
    and `asks` (the query), what it `answers` and in which `media` type, and examples of both. The
    text is the docstring. `refuses`: statuses beyond those that every operation of its kind has."""
    examples = []
    if example is not None:
        examples.append(OpenApiExample("request", value=example, request_only=True))
    if answer_example is not None:
        examples.append(
            OpenApiExample(
                "answer", value=answer_example, response_only=True, status_codes=[str(status)]
            )
        )
    parameters: list[SerializerKind | OpenApiParameter] = []
    if asks is not None:
        parameters.append(asks)
    described = OpenApiResponse(answers, description="Done.")
    decorate: Callable[[F], F] = extend_schema(
        operation_id=name,
        tags=[tag],
        request=takes,
        responses={(status, media): described},
        parameters=parameters,
        examples=examples,
        extensions={"x-refuses": [str(status) for status in refuses]},
    )
    return decorate
