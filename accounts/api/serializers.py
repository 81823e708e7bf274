"""What every serializer of the API is made from: one kind reads what is sent, the other prints what
is answered. What may be done is decided by the verbs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from django.urls import reverse
from django.utils.functional import cached_property
from rest_framework import serializers

from accounts.models import User

Instance = TypeVar("Instance")
#: What a serializer has read: each value is of the type of its field.
Values = dict[str, Any]
#: A serializer of whatever instances.
SerializerKind = type[serializers.Serializer[Any]]
_Function = Callable[[object], object]
#: How plain values are printed: as the framework does it, without its search for what is like true.
_PLAIN: dict[type, _Function] = {
    serializers.CharField: str,
    serializers.IntegerField: int,  # type: ignore[dict-item]
    serializers.BooleanField: bool,
}
#: Of a field: its name, what reads it, what prints it, how nothing is printed, whether always.
_Column = tuple[str, _Function, _Function, str | None, bool]


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

    Each field reads the attribute of its name, or of its `source`, from a row or a dataclass: "*"
    is the instance itself, and a path that ends early leads to nothing. Nothing is printed as null,
    as "" by a text that may not be null, and not at all by a field with `required=False`.

    It prints several times as fast as the framework, which asks each value what it is, and makes
    all fields anew for each answer.
    """

    #: Where the fields of the parent class read, when this one is about more than its instance.
    inherited_source: ClassVar[str] = ""

    @cached_property
    def _columns(self) -> list[_Column]:
        columns: list[_Column] = []
        inherited = getattr(type(self).__base__, "_declared_fields", {}).items()
        for name, field in self.fields.items():
            source = field.source or name
            if self.inherited_source and (name, self._declared_fields[name]) in inherited:
                source = f"{self.inherited_source}.{source}".removesuffix(".*")
            text = isinstance(field, serializers.CharField)
            shown = _PLAIN.get(type(field), field.to_representation)
            if text and field.allow_null:
                shown = _text_or_null
            empty = "" if text and not field.allow_null else None
            columns.append((name, _reader(source), shown, empty, field.required))
        return columns

    def to_representation(self, instance: Instance) -> dict[str, object]:
        printed: dict[str, object] = {}
        for name, read, shown, empty, required in self._columns:
            value = read(instance)
            if value is not None:
                printed[name] = shown(value)
            elif required:
                printed[name] = empty
        return printed

    @classmethod
    def printed(cls, instance: Instance) -> dict[str, object]:
        """The answer about `instance`."""
        return _printer(cls).to_representation(instance)


@cache
def _printer(kind: type[AnswerSerializer[Instance]]) -> AnswerSerializer[Instance]:
    """One of each kind prints every answer of the process."""
    return kind()


def _text_or_null(value: object) -> str | None:
    return str(value) or None


def _reader(source: str) -> _Function:
    """Reads the attribute at the end of the path `source`; None where the path ends early."""
    if source == "*":
        return lambda instance: instance
    first, *rest = (attrgetter(name) for name in source.split("."))

    def read(instance: object) -> object:
        value = first(instance)
        for following in rest:
            value = None if value is None else following(value)
        return value

    return read if rest else first


class ApiAddressField(serializers.CharField):
    """The address in the API of the thing that is printed: `name` is that of the address, `paths`
    lead to its parameters."""

    namespace = "api:"

    def __init__(self, name: str, *paths: str, help_text: str = "") -> None:
        super().__init__(source="*", help_text=help_text or None)
        self._name, self._readers = self.namespace + name, [_reader(path) for path in paths]

    def to_representation(self, value: object) -> str:
        return reverse(self._name, args=[read(value) for read in self._readers])


class Labelled(Protocol):
    """Something with a name, and often with a label for people."""

    @property
    def label(self) -> str: ...

    @property
    def name(self) -> str: ...


class LabelField(serializers.CharField):
    """The label of what is read, or its name where it has none."""

    def to_representation(self, value: Labelled) -> str:  # type: ignore[override]
        return value.label or value.name


class PersonNameSerializer(AnswerSerializer[User]):
    """Somebody, as they are named everywhere."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    initials = serializers.CharField()
