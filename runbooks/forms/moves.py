"""The form of a move, made from its declaration. It parses what was sent; the verbs judge it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from accounts.fields import TextField
from runbooks.forms.fields import entry_fields, password_field
from runbooks.machine.entries import EntryKind
from runbooks.machine.move import Move
from runbooks.machine.signature import demanded
from runbooks.machine.state import RunState

VALUE = "value_"


class SentForm(forms.Form):
    """What every move carries: its idempotency key, and the last event that its sender had seen."""

    key = TextField(max_length=64, widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    step = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)


class TickForm(SentForm):
    """A tick as it arrives. It is read without looking at the run, which saves the most frequent of
    all moves four queries: which values are wanted, and whether they fit, is the verb's to say."""

    def arguments(self) -> dict[str, object]:
        return {"step": self.cleaned_data["step"], "values": sent_values(self.data)}


class MoveForm(SentForm):
    """A move's form as it is drawn: `state` is the run as it is now, `people` those who could take
    over (id, name). A subclass adds what depends on the run."""

    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        *,
        move: type[Move],
        state: RunState,
        step: int | None,
        person: int,
        people: Iterable[tuple[int, str]] = (),
        initial: Mapping[str, object] | None = None,
    ) -> None:
        """`step` is the index of the step meant, None for a move on the run."""
        mark = f"{move.kind}-{'run' if step is None else step}"
        super().__init__(
            data, files, auto_id=f"{mark}-%s", initial={"step": step, **(initial or {})}
        )
        self.move, self.state, self.person, self.people = move, state, person, tuple(people)
        self.index = step if step is not None and 0 <= step < len(state.steps) else None
        self.fields |= entry_fields(move)
        if move.takes_file:
            self.fields["file"] = forms.FileField(
                label="File", error_messages={"required": "Choose a file."}
            )
        self.prepare()
        if demanded(state, move, self.index, settings.SIGN_AGAIN):
            self.fields["password"] = password_field("Your password, again: this is a signature")

    def prepare(self) -> None:
        """Fit the fields to the run."""

    def arguments(self) -> dict[str, object]:
        """What the move is made with, from a valid form."""
        entries = self.move.entries()
        sent = {
            name: value
            for name, value in self.cleaned_data.items()
            if name in entries or name in {"file", "password", "signer"}
        }
        sent = {**self.move.defaults(), **sent}
        for name, entry in entries.items():
            if entry.words and name in sent:
                sent[name] = entry.words(sent[name]) if sent[name] else None
            if entry.kind is EntryKind.VALUES:
                sent[name] = sent_values(self.cleaned_data)
        return sent

    def renewed(self, state: RunState) -> Self:
        """The form as it goes back to its sender: what was typed, a new key, and the present state.

        The old key keeps the answer that it got.
        """
        data = QueryDict(mutable=True)
        data.update(self.data)  # a QueryDict extends with every value of every name
        data["key"], data["seen"] = uuid4().hex, str(state.sequence)
        self.data = data
        return self

    def blame(self, errors: Mapping[str, str]) -> None:
        """Put the sentences of a verb's `Invalid` beside the fields that they are about."""
        for name, sentence in errors.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, sentence)


def sent_values(sent: Mapping[str, object]) -> dict[str, object]:
    """The values of a step among the fields of its form."""
    return {n.removeprefix(VALUE): value for n, value in sent.items() if n.startswith(VALUE)}
