"""Form fields for what people type here: moments with their zone, lengths of time, sizes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms

from accounts.fields import TextField
from accounts.refusals import Invalid
from inventory import durations, quantities, times


class MomentField(TextField):
    """A moment as text with its zone; cleans to an aware datetime, or None when left empty.

    One text input, so that a time can be pasted as a database or a file listing prints it.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)
        self.widget.attrs |= {"placeholder": times.EXAMPLE, "class": "mono"}

    def prepare_value(self, value: object) -> object:
        return times.typed(value) if isinstance(value, datetime) else value

    def clean(self, value: Any) -> Any:
        return _read(times.parse, super().clean(value))


class LengthField(TextField):
    """A length of time such as "1 h"; cleans to a timedelta, or None when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)
        self.widget.attrs |= {"placeholder": "1 h"}

    def prepare_value(self, value: object) -> object:
        return durations.words(value) if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        return _read(durations.parse, super().clean(value))


class SizeField(TextField):
    """A number of bytes, exact or with a unit; cleans to an int, or None when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.widget.attrs |= {"placeholder": "734003200", "class": "mono"}

    def clean(self, value: Any) -> Any:
        return _read(_size, super().clean(value))


def _size(text: str) -> int:
    digits = "".join(sign for sign in text if sign not in " ,_")
    # Not by way of a float, which is exact to 9 PB only.
    return int(digits) if digits.isascii() and digits.isdigit() else quantities.parse_size(text)


def _read(parse: Any, text: str) -> Any:
    if not text:
        return None
    try:
        return parse(text)
    except (Invalid, ValueError) as error:
        raise forms.ValidationError(str(error)) from None
