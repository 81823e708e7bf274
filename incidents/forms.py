"""Forms of incidents: they read what was typed and show it again; the verbs decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Unpack

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.fields import FormFieldOptions, TextField
from accounts.models import User
from incidents import entries, records
from incidents.enums import Certainty, Kind, Part, Severity, Status
from incidents.offers import Offer
from inventory.fields import MomentField
from inventory.models import System
from lib.verb_forms import VerbForm
from runbooks.enums import RunKind
from runbooks.models import Run, Runbook

_SURE = {
    Certainty.EXACT: "exact: read from a log or a clock",
    Certainty.ABOUT: "about: remembered or estimated",
    Certainty.GUESSED: "guessed",
}


def choices_of(words: Sequence[StrEnum]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class WordField(forms.TypedChoiceField):
    """One word of an enumeration; cleans to its member."""

    def __init__(
        self,
        words: type[StrEnum],
        choices: Iterable[tuple[str, str]] | None = None,
        **options: Unpack[FormFieldOptions],
    ) -> None:
        offered = choices_of(list(words)) if choices is None else choices
        super().__init__(coerce=words, choices=offered, **options)


def _story(help_text: str = "") -> TextField:
    return TextField(
        label="What happened",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=records.LONGEST_STORY,
        help_text=help_text,
    )


class SeenForm(VerbForm):
    """A form that carries the version of the incident which its page showed."""

    seen = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class OpenForm(VerbForm):
    """Four facts; everything else can wait."""

    title = TextField(max_length=160, help_text="A few words that people will recognise.")
    system = forms.ModelChoiceField(
        System.objects.all(), empty_label="Choose one", to_field_name="slug"
    )
    what_happened = _story("As far as it is known now.")
    noticed_at = MomentField(label="When it was noticed")


class FactsForm(SeenForm):
    title = TextField(max_length=160)
    kind = WordField(Kind)
    system = forms.ModelChoiceField(System.objects.all(), empty_label=None, to_field_name="slug")
    what_happened = _story()


def _severity_label(word: Severity) -> str:
    """How a severity is offered: what is not judged yet explains itself."""
    return word.value if word is Severity.UNKNOWN else f"{word.value}: {word.definition}"


class SeverityForm(SeenForm):
    severity = WordField(
        Severity,
        widget=forms.RadioSelect,
        choices=[(word.value, _severity_label(word)) for word in Severity],
    )
    reason = TextField(max_length=300, required=False, label="Why")


class StatusForm(SeenForm):
    """Offers what may follow. What comes back may be stale, and the verb says so in words."""

    status = WordField(Status, widget=forms.RadioSelect)
    reason = TextField(
        max_length=300,
        required=False,
        label="Why",
        help_text="Needed when it goes back, for example when a closed incident is reopened.",
    )

    def __init__(self, data: QueryDict | None, following: Sequence[Status], *, seen: int) -> None:
        super().__init__(data, initial={"seen": seen})
        if not self.is_bound:
            self.fields["status"].choices = choices_of(following)  # type: ignore[attr-defined]


class TimeForm(SeenForm):
    time = MomentField()
    certainty = WordField(
        Certainty,
        label="How sure is that",
        choices=[(c.value, label) for c, label in _SURE.items()],
        widget=forms.RadioSelect,
    )


class UnknownForm(SeenForm):
    reason = TextField(
        max_length=300,
        label="Unknown because",
        help_text="What was looked at, and why it does not tell.",
    )


class OffersForm(SeenForm):
    """What the runs offer. What comes back may be stale, and the verb says so in words."""

    offers = forms.MultipleChoiceField(
        label="Use",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what the incident takes from its runs."},
    )

    def __init__(self, data: QueryDict | None, offered: Sequence[Offer], *, seen: int) -> None:
        alone = [offer.key for offer in offered if offer.alone]
        super().__init__(data, initial={"seen": seen, "offers": alone})
        named = {offer.key: f"{offer.label.capitalize()}: {offer.text}" for offer in offered}
        sources = {offer.key: offer.fact.source for offer in offered}
        sent = [] if data is None else data.getlist("offers")
        stale = [(key, key) for key in sent if key not in named]
        choices = [(key, f"{text}, {sources[key]}") for key, text in named.items()]
        self.fields["offers"].choices = choices + stale  # type: ignore[attr-defined]


class PersonForm(VerbForm):
    person = forms.ModelChoiceField(User.objects.filter(is_active=True), empty_label="Choose one")
    part = WordField(Part)


class RunbookForm(VerbForm):
    runbook = forms.ModelChoiceField(Runbook.objects.none(), empty_label="Choose one")

    def __init__(self, data: QueryDict | None, offered: QuerySet[Runbook]) -> None:
        super().__init__(data)
        self.fields["runbook"].queryset = offered  # type: ignore[attr-defined]


class RunForm(VerbForm):
    """Live runs that answer no incident yet, the newest first."""

    run = forms.ModelChoiceField(
        Run.objects.filter(kind=RunKind.LIVE.value, incident_link__isnull=True),
        empty_label="Choose one",
    )


class EntryForm(VerbForm):
    text = TextField(
        label="What happened",
        max_length=entries.LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Markdown. What was seen and done, rather than whose fault it was.",
    )
    happened_at = MomentField(label="When")
    certainty = WordField(
        Certainty,
        label="How sure is that",
        choices=[(c.value, label) for c, label in _SURE.items()],
        initial=Certainty.ABOUT.value,
        widget=forms.RadioSelect,
    )


class CorrectForm(EntryForm):
    reason = TextField(
        max_length=300, label="Why it is corrected", help_text="The old text stays readable."
    )
