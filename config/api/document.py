"""The OpenAPI document, made from the views once for each process."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from accounts.api.schema import OpenApi


@cache
def made() -> OpenApi:
    """The document as a dict that can be written as JSON."""
    generator: Any = SchemaGenerator  # its functions have no types
    document: OpenApi = generator().get_schema(request=None, public=True)
    return document


@cache
def as_yaml() -> str:
    """The document as it lies in docs/reference/openapi.yml."""
    renderer: Any = OpenApiYamlRenderer()
    text: bytes = renderer.render(made(), renderer_context={})
    return "# Made by `manage.py document`. Do not edit.\n" + text.decode()
