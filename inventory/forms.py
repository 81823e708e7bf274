"""Forms of the inventory: they read what was typed and show it again; the verbs decide."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict

from accounts.fields import TextField
from accounts.models import User
from inventory.copies import MARKS
from inventory.enums import DataClass, Environment, IdentifierKind, Lifecycle, Medium, YesNoUnknown
from inventory.fields import FromField, LengthField, MomentField, SizeField
from inventory.identifiers import READ_BY, Preset
from inventory.models import Copy, Instance, System
from lib import times
from lib.verb_forms import VerbForm

SIZE_HELP = "Best the bytes, e.g. 48117760; or with a unit, e.g. 48.1 MB or 45.9 MiB."
SHA256_HELP = "Paste the line that sha256sum, openssl dgst or Get-FileHash prints."


def _offered(words: type[StrEnum], *, ask: bool = True) -> list[tuple[str, str]]:
    first = [("", "Choose one")] if ask else []
    return [*first, *((word.value, word.value) for word in words)]


class InventoryForm(VerbForm):
    """A form whose verb may say no. `seen`: the last line of history that the page showed."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def facts(self) -> dict[str, Any]:
        """What was typed, by the names of the verb's arguments."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def seen_line(self) -> int | None:
        """The line of history that the page showed, for the verb's `seen`."""
        line: int | None = self.cleaned_data["seen"]
        return line


def filled(
    thing: System | Instance | Copy, form: type[InventoryForm], seen: int
) -> dict[str, object]:
    """The values of `thing` to begin an edit with."""
    names = (name for name in form.base_fields if hasattr(thing, name))
    return {name: getattr(thing, name) for name in names} | {"seen": seen}


class SystemForm(InventoryForm):
    name = TextField(max_length=80)
    description = TextField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), help_text="Who answers for this data.", empty_label="Choose one"
    )
    data_class = forms.ChoiceField(choices=_offered(DataClass), label="Data class")
    rpo = LengthField(
        required=False, label="RPO", help_text="How much data, in time, may be lost. E.g. 1 h."
    )
    rto = LengthField(
        required=False, label="RTO", help_text="How soon it must work again. E.g. 2 h."
    )
    mtd = LengthField(
        required=False,
        label="MTD",
        help_text="The longest it may be away at all; never below the RTO. E.g. 2 d.",
    )

    def __init__(self, data: QueryDict | None, initial: dict[str, object]) -> None:
        super().__init__(data, initial=initial)
        current = Q(pk=owner.pk) if (owner := self.initial.get("owner")) else Q()
        # Someone who was disabled may still own a system, until somebody takes it over.
        owners = User.objects.filter(Q(is_active=True) | current if current else Q(is_active=True))
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]


class InstanceForm(InventoryForm):
    name = TextField(max_length=80, help_text="E.g. ledger.")
    environment = forms.ChoiceField(choices=_offered(Environment))
    host = TextField(max_length=120, help_text="The machine it is on, e.g. db-prod-1.")
    first_kind = forms.ChoiceField(
        choices=_offered(IdentifierKind),
        label="Kind of the first identifier",
        help_text="A name alone identifies nothing: give two identifiers of different kinds.",
    )
    first_value = TextField(max_length=200, label="First identifier")
    second_kind = forms.ChoiceField(
        choices=_offered(IdentifierKind),
        label="Kind of the second identifier",
        help_text="Best a fact that is read on the machine itself, such as its machine id.",
    )
    second_value = TextField(max_length=200, label="Second identifier")


class NewInstanceForm(InstanceForm):
    """`preset` proposes the kinds of the identifiers, and says how each value is read."""

    lifecycle = forms.ChoiceField(
        choices=_offered(Lifecycle, ask=False), initial=Lifecycle.ACTIVE.value
    )

    def __init__(self, data: QueryDict | None, preset: Preset | None) -> None:
        super().__init__(data)
        if preset is None:
            return
        read = {"first_value": preset.first, "second_value": preset.second}
        for name, kind in (("host", IdentifierKind.HOST), *read.items()):
            before = f"{self.fields[name].help_text} ".lstrip()
            self.fields[name].help_text = f"{before}Read it on the server: {READ_BY[kind]}"
        self.fields["first_kind"].initial = preset.first.value
        self.fields["second_kind"].initial = preset.second.value


class LifecycleForm(InventoryForm):
    lifecycle = forms.ChoiceField(choices=_offered(Lifecycle, ask=False))
    reason = TextField(max_length=1000, required=False, label="Why")


class CopyForm(InventoryForm):
    name = TextField(max_length=120, help_text="E.g. the file name: ledger-0606.dump.")
    taken_from = forms.ModelChoiceField(
        Instance.objects.none(), required=False, label="Taken from", empty_label="Not known"
    )
    taken_at = MomentField(label="Taken at")
    data_as_of = MomentField(
        required=False,
        label="Data as of",
        help_text="The newest record in it, which is not the date of the file.",
    )
    medium = forms.ChoiceField(choices=_offered(Medium))
    place = TextField(max_length=200, help_text="Machine and path, or room and shelf.")
    holder = TextField(max_length=120, help_text="Who or what can hand it over.")
    size_bytes = SizeField(required=False, label="Size", help_text=SIZE_HELP)
    sha256 = TextField(max_length=4000, required=False, label="SHA-256", help_text=SHA256_HELP)
    encrypted = forms.ChoiceField(
        choices=_offered(YesNoUnknown, ask=False),
        initial=YesNoUnknown.UNKNOWN.value,
        label="Encrypted",
    )
    delete_not_before = FromField(
        required=False,
        label="Not to be deleted before",
        help_text="Until then nobody can mark it destroyed. It can only be put off.",
    )

    def __init__(
        self,
        data: QueryDict | None,
        system: System,
        at: datetime,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["taken_from"].queryset = Instance.objects.of_system(system)  # type: ignore[attr-defined]
        self.fields["taken_at"].help_text = f"With the time zone. Now is {times.stamp(at)}."
        self.fields["sha256"].widget.attrs["class"] = "mono"


class VerifyForm(InventoryForm):
    how = TextField(
        max_length=200,
        label="How did you verify it",
        help_text="What you did and where, e.g. read it back on db-scratch-1 and compared SHA-256.",
    )
    sha256 = TextField(
        max_length=4000,
        required=False,
        label="SHA-256 you measured",
        help_text=f"Measure it again; do not copy it from this page. {SHA256_HELP}",
    )
    size_bytes = SizeField(
        required=False, precise=True, label="Size you measured", help_text=SIZE_HELP
    )
    data_as_of = MomentField(required=False, label="Newest record you found in it")
    restored = forms.BooleanField(
        required=False, label="I restored it somewhere else, and the restored data is right"
    )
    accept = TextField(
        max_length=200,
        required=False,
        label="If its size is in doubt: why it is good all the same",
        help_text="E.g. old bookings were archived on 2026-11-01. Kept with the copy.",
    )


class MarkForm(InventoryForm):
    state = forms.ChoiceField(
        choices=[(mark.value, mark.value) for mark in MARKS], widget=forms.RadioSelect
    )
    reason = TextField(max_length=1000, label="Why", widget=forms.Textarea(attrs={"rows": 3}))
