"""The fields of a move's form, made from what the declaration of the move says of each."""

from __future__ import annotations

from dataclasses import fields
from typing import TypedDict

from django import forms

from accounts.fields import TextField
from inventory.fields import MomentField, day_means
from runbooks.enums import ValueType
from runbooks.machine.entries import Entry, EntryKind, is_required
from runbooks.machine.move import Move
from runbooks.procedure.model import ValueSpec

#: What the form of the step itself asks for.
_OF_THE_STEP = {EntryKind.STEP, EntryKind.VALUES}
PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_HELP = {
    ValueType.DATETIME: "With its time zone, e.g. 2026-11-22 03:12:45 UTC or +01:00; it can be"
    " pasted as a database or a log prints it.",
    ValueType.DURATION: "With its unit, e.g. 45 s, 12 min, 1 h 30 min; or as 00:45:12.",
    ValueType.BYTES: "Best the bytes, e.g. 48117760; or with a unit, e.g. 48.1 MB or 45.9 MiB.",
    ValueType.SHA256: "Paste the whole line that sha256sum, openssl dgst or Get-FileHash prints;"
    " the 64 characters are read from it.",
}


class _Options(TypedDict):
    """What every field takes."""

    label: str
    required: bool
    help_text: str
    error_messages: dict[str, str]


def entry_fields(kind: type[Move]) -> dict[str, forms.Field]:
    """The fields of the form of a move. The index and the values of a step are not among them."""
    return {
        each.name: _field(entry, needed=is_required(each))
        for each in fields(kind)
        if (entry := each.metadata.get("entry")) and entry.kind not in _OF_THE_STEP
    }


def prose_field(label: str, empty: str = "", help_text: str = "", rows: int = 2) -> TextField:
    """A field for a few sentences. `empty` is the error when it is left out; without it, it is
    optional."""
    return TextField(
        label=label,
        required=bool(empty),
        max_length=4000,
        help_text=help_text,
        error_messages={"required": empty},
        widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}),
    )


def password_field(label: str, filled_in: str = "current-password") -> TextField:
    """A password. What was typed never comes back into the page."""
    return TextField(
        label=label,
        strip=False,
        max_length=200,
        error_messages={"required": "Type the password."},
        widget=forms.PasswordInput(attrs={"autocomplete": filled_in}),
    )


def value_field(spec: ValueSpec, needed: bool) -> forms.Field:
    """A blank field for one value of a step. What is expected is not shown where it is blind."""
    label = f"{spec.label or spec.name}" + (f", in {spec.unit}" if spec.unit else "")
    errors = {"required": "Write what you observed."}
    known = f"Expected: {spec.equals}." if spec.equals and not spec.blind else ""
    how = day_means() if spec.or_day else _HELP.get(spec.type, "")
    help_text = " ".join(part for part in (how, known) if part)
    if spec.type is ValueType.CHOICE:
        return forms.ChoiceField(
            label=label,
            required=needed,
            help_text=help_text,
            choices=[(option, option) for option in spec.options],
            widget=forms.RadioSelect,
            error_messages=errors,
        )
    attrs = {**PLAIN, "class": "mono"}
    if spec.type is ValueType.NUMBER:
        attrs["inputmode"] = "decimal"
    return TextField(
        label=label,
        required=needed,
        help_text=help_text,
        max_length=4000,
        widget=forms.TextInput(attrs=attrs),
        error_messages=errors,
    )


def _field(entry: Entry, *, needed: bool) -> forms.Field:
    """The field of one entry. `needed`: the move cannot be made without it."""
    options = _Options(
        label=entry.label,
        required=bool(entry.empty) or (entry.hidden and needed),
        help_text=entry.help,
        error_messages={"required": entry.empty} if entry.empty else {},
    )
    match entry.kind:
        case EntryKind.CHOICE:
            return _choice(entry, options)
        case EntryKind.YES:
            return _yes(entry, options)
        case EntryKind.NUMBER:
            return _number(entry, options)
        case EntryKind.PERSON:
            return forms.TypedChoiceField(coerce=int, **options)
        case EntryKind.MOMENT:
            return MomentField(**options)
        case _:
            return _text(entry, options)


def _text(entry: Entry, options: _Options) -> TextField:
    """One line, or a few sentences."""
    widget: forms.Widget = forms.TextInput(attrs=_attrs(entry))
    if entry.kind is EntryKind.TEXT:
        widget = forms.Textarea(attrs={"rows": entry.rows, "autocomplete": "off"})
    if entry.hidden:
        widget = forms.HiddenInput()
    return TextField(max_length=entry.max_length, widget=widget, **options)


def _choice(entry: Entry, options: _Options) -> forms.ChoiceField:
    """One of some words. Those that depend on the run are put in by the form."""
    return forms.ChoiceField(
        choices=entry.choices or [(word.value, word.value) for word in entry.words or ()],
        widget=forms.HiddenInput if entry.hidden else forms.RadioSelect,
        **options,
    )


def _yes(entry: Entry, options: _Options) -> forms.Field:
    if not entry.choices:
        return forms.BooleanField(**options)
    return forms.TypedChoiceField(
        choices=entry.choices,
        coerce=lambda answer: answer == entry.choices[0][0],
        widget=forms.RadioSelect,
        **options,
    )


def _number(entry: Entry, options: _Options) -> forms.IntegerField:
    if entry.wrong:
        wrong = dict.fromkeys(("invalid", "min_value", "max_value"), entry.wrong)
        options["error_messages"] |= wrong
    attrs = _attrs(entry) | {"inputmode": "numeric"}
    return forms.IntegerField(
        min_value=entry.least,
        max_value=entry.most,
        widget=forms.TextInput(attrs=attrs) if entry.size else forms.NumberInput,
        **options,
    )


def _attrs(entry: Entry) -> dict[str, str]:
    attrs = dict(PLAIN)
    if entry.mono:
        attrs["class"] = "mono"
    if entry.size:
        attrs["size"] = str(entry.size)
    return attrs
