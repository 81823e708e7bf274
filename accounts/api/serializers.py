"""Fields that read and write the product's words, times and lengths of time alike everywhere.

Serializers only parse and print: what may be is decided by the verbs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from accounts.texts import plain_ends, too_long
from accounts.units import lengths, moments, sizes

LARGEST = 2**63 - 1
_SLUG = re.compile(r"[-\w]+", re.ASCII)
_LONGEST = 200
_Value = TypeVar("_Value")


class Sent(serializers.Serializer[Any]):
    """What is sent, in a body or in the query. A name that is not known is refused rather than
    ignored: it is a slip of the pen, and ignoring it would do something else than was meant."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError({"non_field_errors": ["Send one JSON object."]})
        # Half a character (a surrogate) can be sent in JSON, but not be sent back.
        unknown = [
            str(name).encode(errors="replace").decode() for name in data if name not in self.fields
        ]
        if unknown:
            known = ", ".join(self.fields) or "none at all"
            raise serializers.ValidationError(
                dict.fromkeys(unknown, f"There is no field of this name here; there is {known}.")
            )
        return super().to_internal_value(data)


class Named(serializers.SlugRelatedField[Any]):
    """A row by its slug. What is no slug names none, and is not asked of the database, which would
    not take a NUL or half a character."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="slug", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and not _SLUG.fullmatch(data):
            shown = data.encode(errors="replace").decode()
            self.fail("does_not_exist", slug_name=self.slug_field, value=shown)
        return super().to_internal_value(data)


class SentText(serializers.CharField):
    """Text that is sent: its lines ended by LF, and counted as on the pages."""

    def to_internal_value(self, data: Any) -> str:
        text = plain_ends(str(super().to_internal_value(data)))
        if self.max_length is not None and (sentence := too_long(text, self.max_length)):
            raise serializers.ValidationError(sentence)
        return text


class Moment(serializers.DateTimeField):
    """A moment: read as on the pages, with its zone (ISO 8601 is one form of many); UTC when
    written."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def read(self, text: str) -> datetime:
        """The moment that `text` names. Raises `ValueError` with a sentence."""
        return moments.read(text, timezone.get_default_timezone())

    def to_internal_value(self, value: Any) -> datetime:
        return _read(self.read, value)


@extend_schema_field({"type": "string", "example": "2027-01-15"})
class MomentFrom(Moment):
    """The moment from which on something holds: also a plain day, which means its start in the zone
    of the settings."""

    def read(self, text: str) -> datetime:
        return moments.read_from(text, timezone.get_default_timezone())


class Day(serializers.DateField):
    """A day without a time, read as on the pages; ISO 8601 when written."""

    def to_internal_value(self, value: Any) -> date:
        return _read(moments.read_day, value)


@extend_schema_field(OpenApiTypes.INT64)
class Seconds(serializers.Field[timedelta, int, int, Any]):
    """A length of time as a whole number of seconds."""

    most = 10 * 366 * 86400

    def to_internal_value(self, data: Any) -> timedelta:
        if isinstance(data, bool) or not isinstance(data, int) or not 0 < data <= self.most:
            raise serializers.ValidationError(
                f"Write a whole number of seconds, 1 to {self.most} (ten years)."
            )
        return timedelta(seconds=data)

    def to_representation(self, value: timedelta) -> int:
        return int(value.total_seconds())


@extend_schema_field({"oneOf": [{"type": "integer", "format": "int64"}, {"type": "string"}]})
class Length(Seconds):
    """A length of time that is sent: a whole number of seconds, or a text such as "1 h 30 min"."""

    def to_internal_value(self, data: Any) -> timedelta:
        if not isinstance(data, str):
            return super().to_internal_value(data)
        length = _read(lengths.read, data)
        if length <= timedelta():
            raise serializers.ValidationError("Write a length of time longer than zero.")
        return length


class Word(serializers.ChoiceField):
    """One of the fixed words of an enumeration; reads as its member, writes as its text. Words that
    have a `definition` are described by it."""

    def __init__(self, words: type[StrEnum], **kwargs: Any) -> None:
        self.words = words
        offered = kwargs.pop("offered", words)
        defined = [
            f"`{word}`: {word.definition}" for word in offered if hasattr(word, "definition")
        ]
        if defined:
            kwargs.setdefault("help_text", " ".join(defined))
        super().__init__(choices=[(word.value, word.name) for word in offered], **kwargs)

    def to_internal_value(self, data: Any) -> StrEnum:
        if not isinstance(data, str) or data not in self.choices:
            raise serializers.ValidationError(
                f"Write one of: {', '.join(str(word) for word in self.choices)}."
            )
        return self.words(data)

    def to_representation(self, value: Any) -> str:
        return str(value)


class Number(serializers.IntegerField):
    """A whole number that a database can keep; no text that looks like one, and no fraction."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": LARGEST} | kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool | float):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"oneOf": [{"type": "integer", "format": "int64"}, {"type": "string"}]})
class Size(Number):
    """Bytes that are sent: a whole number, or a text such as "45.9 MiB", read as on the pages.
    `precise`: it is compared, and a text needs three digits."""

    def __init__(self, *, precise: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.precise = precise

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str):
            return _read(partial(sizes.read, precise=self.precise), data)
        return super().to_internal_value(data)


class PersonName(serializers.Serializer[User]):
    """Somebody, as they are named everywhere."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    initials = serializers.CharField()


def _read(read: Callable[[str], _Value], data: object) -> _Value:
    if not isinstance(data, str):
        raise serializers.ValidationError("Write a text.")
    if sentence := too_long(data, _LONGEST):
        raise serializers.ValidationError(sentence)
    try:
        return read(data)
    except ValueError as error:
        raise serializers.ValidationError(str(error)) from None


def texts(names: Iterable[str]) -> str:
    """Words for a sentence: "a, b or c"."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
