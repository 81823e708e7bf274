"""A key made of everything that a control holds, so that no part of it can be forgotten."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import date, timedelta
from types import BuiltinFunctionType, FunctionType, MethodType, NoneType

from django.forms import Field
from django.utils.functional import Promise

from runbooks.forms.moves import MoveForm

#: What is its own key. Most of what a field holds is of the first, which are looked up faster.
_ATOMS = {str, int, bool, NoneType, type}
_PLAIN = (
    *(str, int, float, date, timedelta, NoneType),
    *(type, FunctionType, BuiltinFunctionType, MethodType),
)
#: What a field holds for the day on which something is sent: an empty form draws none of it.
_FOR_READING = {"coerce", "error_messages", "validators"}
#: What a form holds to make its fields of, or to draw them with. Templates read none of it.
_UNDRAWN = {"state", "data", "files", "renderer", "_bound_fields_cache", "_errors"}


def content_key(value: object) -> Hashable:
    """Everything that `value` holds, as something that can be compared and looked up: of an object
    its class and all of its attributes, of a form that nobody has filled in what it draws."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, dict):
        return _held(value)
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, MoveForm):
        return _form_key(value)
    if isinstance(value, Iterable):
        return tuple(map(content_key, value))
    left = _FOR_READING if isinstance(value, Field) else ()
    return type(value), _held(vars(value), left)


def _held(named: Mapping[str, object], left: Collection[str] = ()) -> Hashable:
    return tuple(
        [
            (name, value if type(value) in _ATOMS else content_key(value))
            for name, value in named.items()
            if name not in left
        ]
    )


def _form_key(form: MoveForm) -> Hashable:
    """Without its hidden fields, and what is new in every answer: key, and the last event seen."""
    fields = {name: field for name, field in form.fields.items() if not field.widget.is_hidden}
    initial = {name: value for name, value in form.initial.items() if name not in {"key", "seen"}}
    held = {name: value for name, value in vars(form).items() if name not in _UNDRAWN}
    return type(form), _held({**held, "fields": fields, "initial": initial})
