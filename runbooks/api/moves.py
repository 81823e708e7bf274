"""What each move takes as JSON: a serializer made from the declaration of the move.

It parses and judges nothing: which step is open, who may act and whether a value fits is for the
verbs of `runbooks.runs.moves` to say, as it is for the forms of the pages.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields

from rest_framework import serializers

from accounts.api.fields import (
    LARGEST,
    ApiMomentField,
    EnumField,
    FieldOptions,
    WholeNumberField,
)
from accounts.api.serializers import InputSerializer
from runbooks.api.fields import JsonBooleanField, JsonTextField, JsonTextsField
from runbooks.machine.entries import Entry, EntryKind
from runbooks.machine.move import Move
from runbooks.machine.moves.second_person import Countersign

LAST_STEP = 999_999  # the last index of a step that any runbook could have
_SEEN = 9  # in examples
_ApiField = (
    ApiMomentField
    | EnumField
    | JsonBooleanField
    | JsonTextField
    | JsonTextsField
    | WholeNumberField
    | serializers.FileField
)


class MoveSerializer(InputSerializer):
    """What every move carries."""

    seen = WholeNumberField(help_text="`sequence` of the run as its sender knew it.")


def serializer_of(move: type[Move]) -> type[MoveSerializer]:
    """What is sent with `move`."""
    sent: dict[str, _ApiField] = {
        each.name: _field(each) for each in fields(move) if "entry" in each.metadata
    }
    if move is Countersign:
        sent["signer"] = JsonTextField(
            max_length=254,
            default="",
            help_text="Name at the sign-in of the second person, who signs on this screen.",
        )
    if move.signature:
        sent["password"] = JsonTextField(
            max_length=200,
            default="",
            write_only=True,
            help_text="The password again, where a signature asks for it. It is kept nowhere.",
        )
    if move.takes_file:
        sent["file"] = serializers.FileField(
            error_messages={"required": "Choose a file.", "empty": "The file is empty."}
        )
    name = f"{move.__name__}MoveSerializer"
    return type(name, (MoveSerializer,), {**sent, "__doc__": description_of(move)})


def description_of(move: type[Move]) -> str:
    """The text of `move` in the OpenAPI document: the first paragraph of its docstring."""
    return " ".join((move.__doc__ or "").split("\n\n")[0].split())


def example_of(move: type[Move]) -> dict[str, object]:
    """A body of `move` that could be sent."""
    examples = {name: entry.example for name, entry in move.entries().items()}
    sent = {name: example for name, example in examples.items() if example is not None}
    return {"seen": _SEEN, **sent}


def _field(field: Field[object]) -> _ApiField:
    entry: Entry = field.metadata["entry"]
    options = _options(field, entry)
    match entry.kind:
        case EntryKind.STEP:
            return WholeNumberField(max_value=LAST_STEP, **options)
        case EntryKind.NUMBER:
            most = LARGEST if entry.most is None else entry.most
            return WholeNumberField(min_value=entry.least, max_value=most, **options)
        case EntryKind.PERSON:
            return WholeNumberField(**options)
        case EntryKind.YES:
            return JsonBooleanField(**options)
        case EntryKind.MOMENT:
            return ApiMomentField(**options)
        case EntryKind.VALUES:
            return JsonTextsField(**options)
        case EntryKind.CHOICE if entry.words:
            return EnumField(entry.words, **options)
        case _:
            return JsonTextField(max_length=entry.max_length, **options)


def _options(field: Field[object], entry: Entry) -> FieldOptions:
    options = FieldOptions()
    if entry.described:
        options["help_text"] = entry.described
    if field.default_factory is not MISSING:
        options["default"] = field.default_factory
    elif field.default is None:
        options["required"] = False
    elif field.default is not MISSING:
        options["default"] = field.default
    return options
