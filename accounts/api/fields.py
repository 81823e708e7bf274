"""Fields that read and print fixed words, times, lengths of time and sizes alike everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, TypedDict, TypeVar, Unpack

from django.db.models import Model, QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.texts import plain_ends, too_long
from lib.units import lengths, moments, sizes

LARGEST = 2**63 - 1
_SLUG = re.compile(r"[-\w]+", re.ASCII)
_LONGEST = 200
_Value = TypeVar("_Value")


class FieldOptions(TypedDict, total=False):
    """What the fields below pass on to the field of the framework that they are made from."""

    required: bool
    allow_null: bool
    default: Any  # of the type of the field, or a function that makes it
    source: str
    help_text: str


class RowBySlugField(serializers.SlugRelatedField[Model]):
    """A row by its slug. What is no slug names none, and is not asked of the database, which would
    not take a NUL or half a character."""

    def __init__(self, *, queryset: QuerySet[Model]) -> None:
        super().__init__(slug_field="slug", queryset=queryset)

    def to_internal_value(self, data: object) -> Model:
        if isinstance(data, str) and not _SLUG.fullmatch(data):
            shown = data.encode(errors="replace").decode()
            self.fail("does_not_exist", slug_name=self.slug_field, value=shown)
        return super().to_internal_value(data)


class ApiTextField(serializers.CharField):
    """Text that is sent: its lines ended by LF, and counted as on the pages."""

    def to_internal_value(self, data: str) -> str:
        text = plain_ends(str(super().to_internal_value(data)))
        if self.max_length is not None and (sentence := too_long(text, self.max_length)):
            raise serializers.ValidationError(sentence)
        return text


class ApiMomentField(serializers.DateTimeField):
    """A moment: read as on the pages, with its zone (ISO 8601 is one form of many); UTC when
    printed."""

    timezone = UTC

    def read(self, text: str) -> datetime:
        """The moment that `text` names. Raises `ValueError` with a sentence."""
        return moments.read(text, timezone.get_default_timezone())

    def to_internal_value(self, value: object) -> datetime:
        return _read(self.read, value)


@extend_schema_field({"type": "string", "example": "2027-01-15"})
class ApiMomentFromField(ApiMomentField):
    """The moment from which on something holds: also a plain day, which means its start in the zone
    of the settings."""

    def read(self, text: str) -> datetime:
        return moments.read_from(text, timezone.get_default_timezone())


class ApiDayField(serializers.DateField):
    """A day without a time, read as on the pages; ISO 8601 when printed."""

    def to_internal_value(self, value: object) -> date:
        return _read(moments.read_day, value)


@extend_schema_field(OpenApiTypes.INT64)
class SecondsField(serializers.Field[timedelta, object, int, object]):
    """A length of time as a whole number of seconds."""

    most = 10 * 366 * 86400

    def to_internal_value(self, data: object) -> timedelta:
        if isinstance(data, bool) or not isinstance(data, int) or not 0 < data <= self.most:
            raise serializers.ValidationError(
                f"Write a whole number of seconds, 1 to {self.most} (ten years)."
            )
        return timedelta(seconds=data)

    def to_representation(self, value: timedelta) -> int:
        return int(value.total_seconds())


@extend_schema_field({"oneOf": [{"type": "integer", "format": "int64"}, {"type": "string"}]})
class ApiLengthField(SecondsField):
    """A length of time that is sent: a whole number of seconds, or a text such as "1 h 30 min"."""

    def to_internal_value(self, data: object) -> timedelta:
        if not isinstance(data, str):
            return super().to_internal_value(data)
        length = _read(lengths.read, data)
        if length <= timedelta():
            raise serializers.ValidationError("Write a length of time longer than zero.")
        return length


class EnumField(serializers.ChoiceField):
    """One of the fixed words of an enumeration; reads as its member, prints as its text, or as null
    where it may be null and is empty. Words that have a `definition` are described by it."""

    def __init__(
        self,
        words: type[StrEnum],
        *,
        offered: Sequence[StrEnum] | None = None,
        **options: Unpack[FieldOptions],
    ) -> None:
        self.words = words
        words_offered = list(words) if offered is None else offered
        defined = [
            f"`{word}`: {word.definition}" for word in words_offered if hasattr(word, "definition")
        ]
        if defined:
            options.setdefault("help_text", " ".join(defined))
        super().__init__(choices=[(word.value, word.name) for word in words_offered], **options)

    def to_internal_value(self, data: object) -> StrEnum:
        if not isinstance(data, str) or data not in self.choices:
            raise serializers.ValidationError(
                f"Write one of: {', '.join(str(word) for word in self.choices)}."
            )
        return self.words(data)

    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        return str(value) or (None if self.allow_null else "")


class WholeNumberField(serializers.IntegerField):
    """A whole number that a database can keep; no text that looks like one, and no fraction."""

    def __init__(
        self, *, min_value: int = 0, max_value: int = LARGEST, **options: Unpack[FieldOptions]
    ) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: float | int | str) -> int:
        if isinstance(data, bool | float):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"oneOf": [{"type": "integer", "format": "int64"}, {"type": "string"}]})
class ApiSizeField(WholeNumberField):
    """Bytes that are sent: a whole number, or a text such as "45.9 MiB", read as on the pages.
    `precise`: it is compared, and a text needs three digits."""

    def __init__(self, *, precise: bool = False, **options: Unpack[FieldOptions]) -> None:
        super().__init__(**options)
        self.precise = precise

    def to_internal_value(self, data: float | int | str) -> int:
        if isinstance(data, str):
            return _read(partial(sizes.read, precise=self.precise), data)
        return super().to_internal_value(data)


def _read(read: Callable[[str], _Value], data: object) -> _Value:
    if not isinstance(data, str):
        raise serializers.ValidationError("Write a text.")
    if sentence := too_long(data, _LONGEST):
        raise serializers.ValidationError(sentence)
    try:
        return read(data)
    except ValueError as error:
        raise serializers.ValidationError(str(error)) from None
