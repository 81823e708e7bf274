"""The forms of the question for copies, and of its answer."""

from __future__ import annotations

from typing import Any

from django import forms

from runbooks.forms.moves import RunForm, sentences


class AskCopiesForm(RunForm):
    text = sentences(
        "Of what?",
        help_text="Everybody who may look here is told, and can answer: I hold one, or I hold none."
        " Think of laptops, sticks, replicas, a coworker’s database.",
        rows=2,
    )


class AnswerCopiesForm(RunForm):
    holds = forms.ChoiceField(
        label="Do you hold a copy of this data, of any age, anywhere?",
        choices=[("yes", "I hold one"), ("no", "I hold none")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether you hold one."},
    )
    text = sentences(
        "Which one",
        help_text="Where it lies, from when its newest record is, and how you know. Do not plug it"
        " in, and do not write on it.",
        rows=3,
    )

    def arguments(self) -> dict[str, Any]:
        sent = super().arguments()
        return {**sent, "holds": sent["holds"] == "yes"}
