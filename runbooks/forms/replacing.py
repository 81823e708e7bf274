"""The forms by which two people replace somebody who is gone."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.fields import TextField
from runbooks.enums import RunRole
from runbooks.forms.moves import PLAIN, RunForm, sentences
from runbooks.machine import replaceable, replacement


def read_back_field() -> TextField:
    """The number of the step finished last: whoever goes on with a run shows that they know it."""
    return TextField(
        label="Number of the step that was finished last",
        help_text="Read the form from the top to the last slash. Write “none” if there is none.",
        max_length=40,
        error_messages={"required": "Write the number of the step that was finished last."},
        widget=forms.TextInput(attrs=PLAIN),
    )


class ProposeReplacementForm(RunForm):
    role = forms.ChoiceField(
        label="Whose role",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the role that is to be given to somebody else."},
    )
    to = forms.TypedChoiceField(
        label="Who takes it",
        coerce=int,
        error_messages={"required": "Choose the person who takes it."},
    )
    reason = sentences(
        "Why",
        "Say why: where the person is, and how they were called.",
        "Who is replaced reads this on their page and can object until it is confirmed.",
    )

    def prepare(self) -> None:
        roles = replaceable(self.state, self.person)
        self.fields["role"].choices = [(r.value, r.value.capitalize()) for r in roles]  # type: ignore[attr-defined]
        self.fields["to"].choices = [("", "Choose a person"), *self.people]  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        sent = super().arguments()
        return {**sent, "role": RunRole(sent["role"])}


class ConfirmReplacementForm(RunForm):
    read_back = read_back_field()

    def prepare(self) -> None:
        found = replacement(self.state)
        asked = found is not None and found.role is not RunRole.OPERATOR
        # What came is read even when it is done already: the same again gets the same answer.
        if not asked and "read_back" not in self.data:
            del self.fields["read_back"]


class WithdrawReplacementForm(RunForm):
    reason = sentences("Why")
