"""Answers of the API against its OpenAPI document, to the letter: no field may be missing, and none
may come that is not named."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from django.test import Client
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from config.api import document


def check(value: Any, name: str) -> None:
    """Fail unless `value` is a `name` of the document."""
    _validator(f"schemas/{name}").validate(value)


def check_answer(answer: Any) -> str:
    """Fail unless the document has this answer at its address: status, type and body. Gives the
    name of the operation, "" for what is not documented."""
    route = answer.resolver_match.route if answer.resolver_match else ""
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    methods = document.made()["paths"].get(path, {})
    operation = methods.get(answer.request["REQUEST_METHOD"].lower())
    if operation is None or answer.status_code in {304, 405}:
        return ""  # the addresses of the document itself, and what is nowhere
    described = operation["responses"].get(str(answer.status_code))
    assert described, f"{operation['operationId']} answers {answer.status_code}: {answer.content!r}"
    if "$ref" in described:
        name = described["$ref"].rsplit("/", 1)[1]
        described = document.made()["components"]["responses"][name]
    media = answer["Content-Type"].split(";")[0]
    assert media in described["content"], f"{operation['operationId']} answers {media}"
    if media == "application/json":
        schema = json.dumps(described["content"][media]["schema"])
        _validator_of(schema).validate(answer.json())
    return str(operation["operationId"])


class Program(Client):
    """A client of the API all of whose answers are checked."""

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        check_answer(answer)
        return answer


@cache
def _registry() -> Any:
    whole = {"components": _strict(document.made()["components"])}
    resource = Resource.from_contents(whole, default_specification=DRAFT202012)
    return Registry().with_resource("urn:api", resource)


@cache
def _validator(name: str) -> Any:
    return _validator_of(json.dumps({"$ref": f"#/components/{name}"}))


@cache
def _validator_of(schema: str) -> Any:
    whole = json.loads(schema.replace("#/components/", "urn:api#/components/"))
    return jsonschema.Draft202012Validator(whole, registry=_registry())


def _strict(schema: Any) -> Any:
    """The schema, in which no field may come that is not named."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _strict(value) for name, value in schema.items()}
    if "properties" in made:
        made.setdefault("additionalProperties", False)
    return made
