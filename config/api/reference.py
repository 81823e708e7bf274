"""The page about the API: the OpenAPI document laid out for people, made once for each process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.text import slugify

from accounts.api.schema import OpenApi
from config.api import document

_DEEPEST = 4  # levels of an example that is made up from a shape


@dataclass(frozen=True)
class Field:
    """One thing that is sent: in the path, the query, a header or the body."""

    name: str
    place: str
    kind: str
    required: bool
    help: str


@dataclass(frozen=True)
class DescribedOperation:
    """One operation: `sent` and `answered` are JSON to show, '' for none; `curl` a line to try."""

    name: str
    method: str
    path: str
    paragraphs: tuple[str, ...]
    fields: tuple[Field, ...]
    sent: str
    answered: str
    status: str
    refusals: tuple[str, ...]
    curl: str


@dataclass(frozen=True)
class OperationGroup:
    """The operations on one kind of thing, under the address `slug`."""

    name: str
    slug: str
    operations: tuple[DescribedOperation, ...]


@cache
def groups() -> tuple[OperationGroup, ...]:
    """All operations of the API, by group, each group in the order of its paths."""
    by_tag: dict[str, list[DescribedOperation]] = {}
    for path, methods in document.made()["paths"].items():
        for method, described in methods.items():
            by_tag.setdefault(described["tags"][0], []).append(_operation(path, method, described))
    return tuple(
        OperationGroup(name, slugify(name), tuple(by_tag[name])) for name in sorted(by_tag)
    )


def _operation(path: str, method: str, described: OpenApi) -> DescribedOperation:
    status = next(code for code in described["responses"] if code < "400")
    body = described.get("requestBody", {}).get("content", {})
    sent = _shown(body.get("application/json", {}))
    return DescribedOperation(
        name=described["operationId"],
        method=method.upper(),
        path=path,
        paragraphs=tuple(
            " ".join(paragraph.split())
            for paragraph in described.get("description", "").split("\n\n")
        ),
        fields=tuple(_fields(described)),
        sent=sent,
        answered=_shown(
            described["responses"][status].get("content", {}).get("application/json", {})
        ),
        status=status,
        refusals=tuple(code for code in described["responses"] if code >= "400"),
        curl=_curl(method, path, described, sent),
    )


def _fields(described: OpenApi) -> Iterator[Field]:
    for parameter in described.get("parameters", ()):
        yield _field(
            parameter["name"],
            parameter["in"],
            {"description": parameter.get("description", ""), **parameter["schema"]},
            parameter.get("required", False),
        )
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    shape = _resolved(body.get("schema", {}))
    for name, schema in shape.get("properties", {}).items():
        yield _field(name, "body", schema, name in shape.get("required", ()))


def _field(name: str, place: str, schema: OpenApi, required: bool) -> Field:
    whole = _resolved(schema)
    text = str(schema.get("description") or whole.get("description", ""))
    return Field(name, place, _kind(whole), required, text.replace("`", ""))


def _kind(schema: OpenApi) -> str:
    """The kind of a value in words: "text, at most 80 characters", "one of: yes, no"."""
    if "enum" in schema:
        return "one of: " + ", ".join(str(word) for word in schema["enum"] if word)
    if _type(schema) == "array":
        return f"list of {_kind(_resolved(schema['items']))}"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    formats = {"date-time": "moment with its zone", "email": "e-mail address", "binary": "bytes"}
    kind = formats.get(schema.get("format", ""), names.get(_type(schema), "object"))
    return kind + (f", at most {schema['maxLength']} characters" if "maxLength" in schema else "")


def _type(schema: OpenApi) -> str:
    """The type of a value; of one that may be null, the other one. '' where it is not described."""
    types = schema.get("type", ())
    known = [types] if isinstance(types, str) else [name for name in types if name != "null"]
    return known[0] if known else ""


def _resolved(schema: OpenApi) -> OpenApi:
    """`schema`, looked up where it only refers to another, which may be null."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        component: OpenApi = document.made()["components"]["schemas"][name]
        return component
    for key in ("allOf", "oneOf"):
        shapes = [shape for shape in schema.get(key, ()) if shape.get("type") != "null"]
        if len(shapes) == 1:
            return {**_resolved(shapes[0]), **{k: schema[k] for k in schema if k != key}}
    return schema


def _shown(content: OpenApi) -> str:
    """The example of a body as JSON: the documented one, else one made up from the shape."""
    if not content:
        return ""
    examples = list(content.get("examples", {}).values())
    value = examples[0]["value"] if examples else _made_up(content["schema"], 0)
    return json.dumps(value, indent=2, ensure_ascii=False)


def _made_up(schema: OpenApi, depth: int) -> object:
    whole = _resolved(schema)
    if "enum" in whole:
        return whole["enum"][0]
    if "default" in whole:
        return whole["default"]
    kind = _type(whole) or "object"
    if kind == "array":
        return [] if depth >= _DEEPEST else [_made_up(whole["items"], depth + 1)]
    if kind == "object":
        inner = whole.get("properties", {}) if depth < _DEEPEST else {}
        return {name: _made_up(part, depth + 1) for name, part in inner.items()}
    plain = {"integer": 1, "number": 1.5, "boolean": True}
    return "2026-11-22T03:12:00Z" if whole.get("format") == "date-time" else plain.get(kind, "…")


def _curl(method: str, path: str, described: OpenApi, sent: str) -> str:
    """The operation as a line for a shell, with the address and the token in variables."""
    parts = ["curl", '-H "Authorization: Bearer $TOKEN"']
    if method != "get":
        parts.append(f"-X {method.upper()}")
    for parameter in described.get("parameters", ()):
        if parameter["in"] == "header" and parameter.get("required"):
            parts.append(f'-H "{parameter["name"]}: $(uuidgen)"')
    if sent:
        line = json.dumps(json.loads(sent), ensure_ascii=False).replace("'", "'\\''")
        parts += ['-H "Content-Type: application/json"', f"-d '{line}'"]
    return " ".join([*parts, f'"$COUNTERSIGN{path}"'])
