"""A runbook's text as it comes in: in JSON, or as the body itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from accounts.api.parsers import body_of
from accounts.api.serializers import SerializerKind, Values
from accounts.api.views import asked, sent


class Markdown(BaseParser):
    """`text/markdown`: the body is the text, byte for byte, whatever its encoding."""

    media_type = "text/markdown"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, object] | None = None,
    ) -> Values:
        """The body as `source`. Raises `RequestDataTooBig` (413)."""
        return {"source": body_of(parser_context)}


def given(
    request: Request,
    body: SerializerKind,
    query: SerializerKind | None = None,
) -> tuple[bytes, Values]:
    """The text, and what was sent with it: in the JSON `body`, or in the `query` of Markdown.

    Raises `ValidationError`, `ParseError`, `RequestDataTooBig`.
    """
    source = request.data.get("source") if isinstance(request.data, dict) else None
    if isinstance(source, bytes):
        return source, asked(query, request) if query else {}
    fields = sent(body, request)
    return fields.pop("source").encode(), fields
