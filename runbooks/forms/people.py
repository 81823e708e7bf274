"""The forms of the loud override, and of what somebody says of their own state."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.fields import TextField
from runbooks.forms.moves import PLAIN, MoveForm, RunForm, sentences
from runbooks.machine import so_far


class GateForm(MoveForm):
    """A move on one gate of a step, or of the start; which one stands in the form already."""

    gate = TextField(max_length=80, widget=forms.HiddenInput)


class AskOverrideForm(GateForm):
    reason = sentences(
        "Why can it not be opened in its own way?",
        "Say why it cannot be opened in its own way.",
        "The decider and the managers are called now and read this. You can use it in two minutes.",
    )
    again = forms.BooleanField(
        error_messages={
            "required": "Read what was overridden, then confirm that you need one more."
        }
    )

    def prepare(self) -> None:
        passed = so_far(self.state)
        if passed:
            self.fields["again"].label = f"{passed} I need one more."
        else:
            del self.fields["again"]

    def arguments(self) -> dict[str, Any]:
        return {"again": False, **super().arguments()}


class FitnessForm(RunForm):
    hours_awake = forms.IntegerField(
        label="Hours since you last slept",
        min_value=0,
        max_value=72,
        error_messages={
            "required": "Write the hours; a guess will do.",
            "invalid": "Write whole hours, 0 to 72.",
            "min_value": "Write whole hours, 0 to 72.",
            "max_value": "Write whole hours, 0 to 72.",
        },
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "numeric", "size": "3"}),
    )
    local_time = TextField(
        label="Time where you are",
        required=False,
        max_length=5,
        help_text="Such as 03:40.",
        widget=forms.TextInput(attrs={**PLAIN, "size": "5"}),
    )
    alone = forms.BooleanField(label="I am alone at this.", required=False)

    def arguments(self) -> dict[str, Any]:
        sent = super().arguments()
        return {**sent, "hours_awake": str(sent["hours_awake"])}


class FindingForm(forms.Form):
    """What a review of an override found."""

    finding = sentences(
        "What did you find?",
        "Write what you found: was it right, and what is to change?",
        "Was it right? What stood in the way, and what is to change so that nobody needs it again?",
        rows=4,
    )
