"""A verb said no, and the view let it through: the answer as a page, a fragment, or JSON.

A view that shows a form catches both first, to draw the form again with all that was typed.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from lib.answers import answer_to, wants_fragment, wants_json


class Refusals:
    """The middleware. It stands innermost, so that every other one sees an ordinary answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook: an answer, or None for everything that is a fault of ours."""
        answer = answer_to(exception)
        if answer is None:
            return None
        if wants_json(request):
            return JsonResponse(answer.as_json(), status=answer.status)
        template = "_refused.html" if wants_fragment(request) else "refused.html"
        return render(request, template, {"refused": answer}, status=answer.status)
