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
from runbooks.api.moves import MOVES
from runbooks.api.runs import run_now
from runbooks.enums import Move
from runbooks.models import Run
from runbooks.runs.moves import VERBS

_VALUE = "value_"  # how a verb names a value that it cannot read


class MoveView(ApiView):
    """One move on a run. Nothing of the run is read before the verb, which locks and reads it."""

    move: ClassVar[Move]

    def state_now(self, request: Request) -> dict[str, object]:
        """The run, for a sender whose move was refused."""
        return run_now(self.kwargs["id"], person(request))

    def make(self, request: Request, id: int) -> Response:
        """Parse, call the verb, print."""
        key = idempotency_key(request)
        given = sent(MOVES[self.move], request)
        try:
            answer = VERBS[self.move](id, by=person(request), at=None, key=key, **given)
        except Run.DoesNotExist:
            raise Http404 from None
        except Invalid as invalid:
            raise Invalid({_named(n): told for n, told in invalid.errors.items()}) from None
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


def _view(move: Move) -> type[MoveView]:
    """The view of one move; its words are the verb's own."""
    words = " ".join((VERBS[move].__doc__ or "").split("\n\n")[0].split())

    def post(self: MoveView, request: Request, id: int) -> Response:
        return self.make(request, id)

    post.__doc__ = words
    described = operation(
        f"move_{move.value}",
        "Moves",
        takes={"multipart/form-data": MOVES[move]} if move is Move.ATTACH else MOVES[move],
        asks=KEY,
        answers=MoveDoneSerializer,
        example=examples.MOVES.get(move),
        answer_example=examples.DONE if move is Move.TICK else None,
    )(post)
    name = "Move" + "".join(part.title() for part in move.value.split("_"))
    kind = AttachView if move is Move.ATTACH else MoveView
    return type(name, (kind,), {"__doc__": words, "move": move, "post": described})


VIEWS: dict[Move, type[MoveView]] = {move: _view(move) for move in VERBS}


def addresses() -> list[URLPattern]:
    """`runs/<id>/moves/<move>/`, for each."""
    return [route(f"runs/<int:id>/moves/{move.value}/", view) for move, view in VIEWS.items()]
