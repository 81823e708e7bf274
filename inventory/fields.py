"""Form fields for what people type here: moments with their zone, days, lengths of time, sizes.

Each is read by its reader (`lib.units`), and what cannot be read stays in the field.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar, Unpack

from django import forms
from django.utils import timezone

from accounts.fields import TextField, TextFieldOptions
from lib import times
from lib.refusals import Invalid
from lib.units import durations, moments, numbers, sizes


class ReadField(TextField):
    """Text that a reader makes a value of; None when it is left empty."""

    example: ClassVar[str]

    def __init__(self, **options: Unpack[TextFieldOptions]) -> None:
        options.setdefault("max_length", 80)
        super().__init__(**options)
        self.widget.attrs |= {"placeholder": self.example, "class": "mono"}

    def read(self, text: str) -> object:
        """The value of `text`. Raises `Invalid` or `ValueError` with a sentence."""
        raise NotImplementedError

    def clean(self, value: object) -> object:
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.read(text)
        except (Invalid, ValueError) as error:
            raise forms.ValidationError(str(error)) from None


class MomentField(ReadField):
    """A moment as text with its zone; cleans to an aware datetime.

    One text input, so that a time can be pasted as a database or a file listing prints it.
    """

    example = moments.EXAMPLE

    def prepare_value(self, value: object) -> object:
        return times.typed(value) if isinstance(value, datetime) else value

    def read(self, text: str) -> datetime:
        return times.parse(text)


class FromField(MomentField):
    """The moment from which on something holds: a moment, or a plain day, which means its start in
    the zone of the settings. Cleans to an aware datetime."""

    example = "2027-01-15"

    def __init__(self, **options: Unpack[TextFieldOptions]) -> None:
        super().__init__(**options)
        self.help_text = f"{self.help_text} {day_means()}".strip()

    def read(self, text: str) -> datetime:
        return times.parse_from(text)


class DayField(ReadField):
    """A day, without a time; cleans to a date."""

    example = "2026-12-01"

    def read(self, text: str) -> date:
        return moments.read_day(text)


class LengthField(ReadField):
    """A length of time such as "1 h"; cleans to a timedelta."""

    example = "1 h"

    def prepare_value(self, value: object) -> object:
        return durations.words(value) if isinstance(value, timedelta) else value

    def read(self, text: str) -> timedelta:
        return durations.parse(text)


class SizeField(ReadField):
    """A number of bytes, exact or with a unit; cleans to an int. `precise`: it is compared, and
    needs three digits."""

    example = "734003200"

    def __init__(self, *, precise: bool = False, **options: Unpack[TextFieldOptions]) -> None:
        super().__init__(**options)
        self.precise = precise

    def read(self, text: str) -> int:
        return sizes.read(text, precise=self.precise)


class CountField(ReadField):
    """A whole number from `least` to `most`, its thousands parted or not; cleans to an int."""

    example = ""

    def __init__(
        self, *, least: int = 0, most: int = sizes.LARGEST, **options: Unpack[TextFieldOptions]
    ) -> None:
        super().__init__(**options)
        self.least, self.most = least, most
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def read(self, text: str) -> int:
        return numbers.read_count(text, self.least, self.most)


def day_means() -> str:
    """What a plain day means where a moment is wanted from which on something holds."""
    zone = timezone.get_default_timezone_name()
    return f"A day, or a time with its zone; a day means its start, 00:00 {zone}."
