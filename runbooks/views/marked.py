"""Marks what is an answer about a run, so that the run page takes nothing else for one: neither a
proxy's page nor the sign-in page of a network, whatever their status says."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

RUN = "X-Countersign-Run"
PERSON = "X-Countersign-Person"
_MARKED = frozenset({"runbooks:run_detail", "runbooks:run_move"})


class RunAnswers:
    """The middleware: answers of the run page and of moves, refusals and faults too, name their run
    and the person who is signed in ('' for nobody)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match and match.view_name in _MARKED:
            response.headers[RUN] = str(match.kwargs["pk"])
            response.headers[PERSON] = str(request.user.pk or "")
        return response
