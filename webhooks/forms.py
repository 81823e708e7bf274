"""Forms of the pages about webhooks: they read what was typed; the verbs decide."""

from __future__ import annotations

import re
from typing import ClassVar, TypedDict

from django import forms

from accounts.fields import TextField
from lib.verb_forms import VerbForm
from webhooks import kinds
from webhooks.enums import DeliveryStatus, Form
from webhooks.models import Endpoint

_FORMS = {
    Form.STANDARD: "Signed JSON (Standard Webhooks), for a program",
    Form.SLACK: "A message, for Slack and chats that take what Slack takes",
}
_STATUSES = {
    DeliveryStatus.WAITING: "Waiting",
    DeliveryStatus.PARKED: "Parked",
    DeliveryStatus.DELIVERED: "Delivered",
    DeliveryStatus.FAILED: "Failed",
}


class EndpointFacts(TypedDict):
    """What is typed of an endpoint, by the names of the verb's arguments."""

    name: str
    url: str
    form: Form
    patterns: list[str]


class EndpointForm(VerbForm):
    """What an endpoint is. `seen`: the last line of history that the page showed."""

    either: ClassVar[frozenset[str]] = frozenset({"patterns", "single"})

    name = TextField(
        max_length=80,
        help_text="As you will look for it, e.g. On-call channel.",
        error_messages={"required": "Write a name to find it by."},
    )
    url = TextField(
        label="Address",
        max_length=500,
        help_text="https:// and where to. Keep it to yourselves: a chat's address is its key.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        error_messages={"required": "Write the address, beginning with https://."},
    )
    form = forms.ChoiceField(
        label="What is sent",
        choices=[(form.value, label) for form, label in _FORMS.items()],
        error_messages={"required": "Choose what is sent."},
    )
    patterns = forms.MultipleChoiceField(
        label="Events",
        required=False,
        help_text="At least one of these, or a single kind below.",
        choices=list(kinds.FAMILIES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    single = TextField(
        label="Single events",
        required=False,
        max_length=1000,
        help_text="Instead of these or beside them: kinds by name, with commas between, such as"
        " run.held, step.mismatched. * is everything.",
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> None:
        """Neither field of events is needed, but one of them is: said with all else that misses."""
        typed = self.cleaned_data
        if typed.get("patterns") == [] and not typed.get("single", "?").strip(", "):
            self.add_error("patterns", "Choose at least one kind of event, or name one below.")

    def facts(self) -> EndpointFacts:
        """What was typed. Call after `is_valid`."""
        typed = self.cleaned_data
        single = [word for word in re.split(r"[,\s]+", typed["single"]) if word]
        return {
            "name": typed["name"],
            "url": typed["url"],
            "form": Form(typed["form"]),
            "patterns": [*typed["patterns"], *single],
        }

    @classmethod
    def to_edit(cls, endpoint: Endpoint, seen: int) -> EndpointForm:
        """The form to begin an edit with."""
        families = [pattern for pattern in endpoint.kinds if pattern in kinds.FAMILIES]
        single = [pattern for pattern in endpoint.kinds if pattern not in kinds.FAMILIES]
        return cls(
            initial={
                "name": endpoint.name,
                "url": endpoint.url,
                "form": endpoint.form,
                "patterns": families,
                "single": ", ".join(single),
                "seen": seen,
            }
        )


class DeliveryFilterForm(forms.Form):
    """What the list of deliveries is narrowed to."""

    status = forms.ChoiceField(
        required=False,
        label="State",
        choices=[("", "Any"), *((status.value, label) for status, label in _STATUSES.items())],
    )
    kind = TextField(required=False, max_length=40, label="Event")
