"""A runbook's text as it comes in: in JSON, or as the body itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from accounts.api.views import asked, sent


class Markdown(BaseParser):
    """`text/markdown`: the body is the text, byte for byte, whatever its encoding."""

    media_type = "text/markdown"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body. Raises `RequestDataTooBig` (413)."""
        request: Request = (parser_context or {})["request"]
        return bytes(request._request.body)


def given(
    request: Request,
    body: type[serializers.Serializer[Any]],
    query: type[serializers.Serializer[Any]] | None = None,
) -> tuple[bytes, dict[str, Any]]:
    """The text, and what was sent with it: in the JSON `body`, or in the `query` of Markdown.

    Raises `ValidationError`, `ParseError`, `RequestDataTooBig`.
    """
    text: Any = request.data
    if isinstance(text, bytes):
        return text, asked(query, request) if query else {}
    fields = sent(body, request)
    return fields.pop("source").encode(), fields
