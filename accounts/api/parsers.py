"""Reading a body, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import IO

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from accounts.api.serializers import Values


def body_of(context: Mapping[str, object] | None) -> bytes:
    """The whole body: Django counts it, and the stream that a parser gets knows no bound."""
    request = (context or {}).get("request")
    if not isinstance(request, Request):
        raise TypeError("A parser needs the request.")
    return request._request.body


class Json(JSONParser):
    """JSON within `DATA_UPLOAD_MAX_MEMORY_SIZE`, nested no deeper than Python likes."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, object] | None = None,
    ) -> Values:
        """What was sent. Raises `ParseError` (400), `RequestDataTooBig` (413)."""
        body = body_of(parser_context)
        try:
            return super().parse(BytesIO(body), media_type, parser_context)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None


class AlwaysJson(BaseContentNegotiation):
    """There is one form of answer, so there is nothing to negotiate about."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)
