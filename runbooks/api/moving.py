"""The moves: one address each, one way through all of them."""

from __future__ import annotations

from typing import ClassVar

from django.http import Http404
from django.urls import URLPattern
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.schema import operation
from accounts.api.views import ApiView, person, route, sent
from lib.refusals import Invalid
from runbooks.api import examples
from runbooks.api.fields import KEY, idempotency_key
from runbooks.api.log_serializers import MoveDoneSerializer
from runbooks.api.moves import MoveSerializer, description_of, example_of, serializer_of
from runbooks.api.runs import run_now
from runbooks.machine.move import Move
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.steps import Tick
from runbooks.models import Run
from runbooks.runs.moves import make_sent

_VALUE = "value_"  # how a verb names a value that it cannot read


class MoveView(ApiView):
    """One move on a run. Nothing of the run is read before the verb, which locks and reads it."""

    move: ClassVar[type[Move]]
    body: ClassVar[type[MoveSerializer]]

    def state_now(self, request: Request) -> dict[str, object]:
        """The run, for a sender whose move was refused."""
        return run_now(self.kwargs["id"], person(request))

    def make(self, request: Request, id: int) -> Response:
        """Parse, call the verb, print."""
        key = idempotency_key(request)
        given = sent(self.body, request)
        try:
            answer = make_sent(
                id, self.move, given, by=person(request), at=None, key=key, seen=given.pop("seen")
            )
        except Run.DoesNotExist:
            raise Http404 from None
        except Invalid as invalid:
            errors = {_named(name): sentence for name, sentence in invalid.errors.items()}
            raise Invalid(errors) from None
        return Response(MoveDoneSerializer.printed(answer))


class AttachView(MoveView):
    """The one move that is sent as a form, because it carries a file."""

    parser_classes = (MultiPartParser,)

    def make(self, request: Request, id: int) -> Response:
        """As the others; but a file is not kept for a run that there is not."""
        if not Run.objects.filter(pk=id).exists():
            raise Http404
        return super().make(request, id)


def _named(field: str) -> str:
    """Where this body has what the verb's sentence is about."""
    return f"values.{field.removeprefix(_VALUE)}" if field.startswith(_VALUE) else field


def _view(move: type[Move]) -> type[MoveView]:
    """The view of one move; its words are those of the declaration."""
    words, body = description_of(move), serializer_of(move)

    def post(self: MoveView, request: Request, id: int) -> Response:
        return self.make(request, id)

    post.__doc__ = words
    described = operation(
        f"move_{move.kind}",
        "Moves",
        takes={"multipart/form-data": body} if move.takes_file else body,
        asks=KEY,
        answers=MoveDoneSerializer,
        example=None if move.takes_file else example_of(move),
        answer_example=examples.DONE if move is Tick else None,
    )(post)
    kind = AttachView if move.takes_file else MoveView
    name = "Move" + "".join(part.title() for part in move.kind.split("_"))
    members = {"__doc__": words, "move": move, "body": body, "post": described}
    return type(name, (kind,), members)


def addresses() -> list[URLPattern]:
    """`runs/<id>/moves/<move>/`, for each."""
    return [route(f"runs/<int:id>/moves/{move.kind}/", _view(move)) for move in MOVES]
