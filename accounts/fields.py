"""Form fields for text. None is cut without a word: the browser lets in what is too long, the page
counts it, and the server refuses it with the number."""

from __future__ import annotations

from typing import TypedDict

from django import forms
from django.core.exceptions import ValidationError

from accounts.texts import plain_ends, too_long


class FormFieldOptions(TypedDict, total=False):
    """What every form field takes by name."""

    required: bool
    widget: forms.Widget | type[forms.Widget]
    label: str
    initial: object
    help_text: str
    error_messages: dict[str, str]


class TextFieldOptions(FormFieldOptions, total=False):
    """What a field for text takes by name."""

    max_length: int


class TextField(forms.CharField):
    """Text with plain line ends, at most `max_length` characters of it. Every text field of the
    product is one."""

    def to_python(self, value: object) -> str | None:
        text = super().to_python(value)
        return plain_ends(text) if isinstance(text, str) else text

    def run_validators(self, value: object) -> None:
        limit = self.max_length
        if isinstance(value, str) and limit is not None and (sentence := too_long(value, limit)):
            raise ValidationError(sentence, code="max_length")
        super().run_validators(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, object]:
        return counted(super().widget_attrs(widget))


class AddressField(TextField, forms.EmailField):
    """An e-mail address."""


def sentences(field: forms.BoundField) -> list[str]:
    """What is wrong with a field. One that was left out is told what to do there, where its form
    says no more than Django's “This field is required.”"""
    default = str(forms.Field.default_error_messages["required"])
    return [_missing(field.field.widget) if str(e) == default else str(e) for e in field.errors]


def _missing(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "Tick this box; without it nothing is saved."
    if isinstance(widget, forms.Select | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "Choose one."
    return "Choose a file." if isinstance(widget, forms.FileInput) else "Fill this in."


def counted(attrs: dict[str, object]) -> dict[str, object]:
    """Attributes of a widget that let the page count (static/js/counter.js), where the browser
    would cut what is pasted (`maxlength`)."""
    limit = attrs.pop("maxlength", None)
    return attrs if limit is None else {**attrs, "data-limit": limit}
