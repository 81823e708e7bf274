"""What every serializer of the API is made from: one kind reads what is sent, the other prints what
is answered. What may be done is decided by the verbs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Generic, TypeVar

from django.utils.functional import cached_property
from rest_framework import serializers

from accounts.models import User

Instance = TypeVar("Instance")
_Function = Callable[[object], object]


class InputSerializer(serializers.Serializer[None]):
    """What is sent, in a body or in the query. A name that is not known is refused rather than
    ignored: it is a slip of the pen, and ignoring it would do something else than was meant."""

    def to_internal_value(self, data: object) -> dict[str, object]:
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
        return dict(super().to_internal_value(data))


class AnswerSerializer(serializers.Serializer[Instance], Generic[Instance]):
    """What is answered, described and printed by the same fields.

    Each field reads the attribute of its name (or of its `source`) from a row or a dataclass, and
    from nothing else. A field with `required=False` is left out where there is nothing to print.
    This prints some five times as fast as the framework, which asks each value what it is, and
    makes the fields anew for each answer.
    """

    @cached_property
    def _columns(self) -> list[tuple[str, _Function, _Function, bool]]:
        return [
            (name, attrgetter(field.source or name), field.to_representation, field.required)
            for name, field in self.fields.items()
        ]

    def to_representation(self, instance: Instance) -> dict[str, object]:
        printed: dict[str, object] = {}
        for name, read, shown, required in self._columns:
            value = read(instance)
            if value is not None:
                printed[name] = shown(value)
            elif required:
                printed[name] = None
        return printed

    @classmethod
    def printed(cls, instance: Instance) -> dict[str, object]:
        """The answer about `instance`."""
        return _printer(cls).to_representation(instance)


@cache
def _printer(kind: type[AnswerSerializer[Instance]]) -> AnswerSerializer[Instance]:
    """One of each kind prints every answer of the process."""
    return kind()


class PersonNameSerializer(serializers.Serializer[User]):
    """Somebody, as they are named everywhere."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    initials = serializers.CharField()
