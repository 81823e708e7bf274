"""Fields that only the parts about runbooks and runs need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Unpack

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from accounts.api.fields import ApiTextField, FieldOptions
from lib.refusals import Refused

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="New for each move; the same again gives the first answer again, and with other"
    " contents it is refused (`key_used`).",
)
LONGEST = 4000  # characters of a text, as on the pages
_QUOTED = re.compile(r'"(.*)"')
_KEY = re.compile(r"[\x21-\x7e]{1,64}")


class TextOptions(FieldOptions, total=False):
    """What a field of text passes on."""

    allow_blank: bool
    write_only: bool


class JsonTextField(ApiTextField):
    """A JSON string, kept as it is. The verb says what it wants where it is empty."""

    default_error_messages = {"invalid": "Write a text, in quotes."}

    def __init__(self, *, max_length: int | None = LONGEST, **options: Unpack[TextOptions]) -> None:
        options.setdefault("allow_blank", True)
        super().__init__(max_length=max_length, trim_whitespace=False, **options)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class JsonTextsField(serializers.DictField):
    """Names and texts, such as the values of a step."""

    default_error_messages = {
        "not_a_dict": "Write an object: names, and a text for each.",
        "name": "A name here has 1 to 80 characters that can be read.",
    }

    def __init__(self, **options: Unpack[FieldOptions]) -> None:
        super().__init__(child=JsonTextField(max_length=None), **options)

    def run_child_validation(self, data: Mapping[str, object]) -> dict[str, str]:
        if not all(name.isprintable() and 0 < len(name) <= 80 for name in data):
            self.fail("name")
        texts: dict[str, str] = super().run_child_validation(data)
        return texts


class JsonBooleanField(serializers.BooleanField):
    """`true` or `false`, and nothing that might mean one of them."""

    default_error_messages = {"invalid": "Write true or false, without quotes."}

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


def idempotency_key(request: Request) -> str:
    """The header `Idempotency-Key`, with or without the quotes that its standard asks for.

    Raises `Refused` (400): a move that is sent again, because its answer was lost, must be known as
    the same one.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if quoted := _QUOTED.fullmatch(key):
        key = quoted[1]
    if not key:
        raise Refused(
            "key_missing",
            "The header Idempotency-Key is missing.",
            "Send a new random key with each move, and the same one when you send it again.",
            status=400,
        )
    if not _KEY.fullmatch(key):
        raise Refused(
            "key_unusable",
            "The idempotency key has 1 to 64 plain characters, without blanks.",
            "Send a UUID.",
            status=400,
        )
    return key
