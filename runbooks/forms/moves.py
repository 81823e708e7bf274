"""The forms of moves on a step. They parse what was sent; the verbs judge it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self
from uuid import uuid4

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from accounts.fields import TextField
from inventory.fields import day_means
from runbooks import interlocks
from runbooks.enums import Move, ValueType
from runbooks.interlocks.wait import FIRST_LINE, unchecked
from runbooks.machine import RunState, demanded
from runbooks.procedure import ValueSpec

VALUE = "value_"
PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_HELP = {
    ValueType.DATETIME: "With its time zone, e.g. 2026-11-22 03:12:45 UTC or +01:00; it can be"
    " pasted as a database or a log prints it.",
    ValueType.DURATION: "With its unit, e.g. 45 s, 12 min, 1 h 30 min; or as 00:45:12.",
    ValueType.BYTES: "Best the bytes, e.g. 48117760; or with a unit, e.g. 48.1 MB or 45.9 MiB.",
    ValueType.SHA256: "Paste the whole line that sha256sum, openssl dgst or Get-FileHash prints;"
    " the 64 characters are read from it.",
}


class SentForm(forms.Form):
    """What every move carries: its idempotency key, and the last event that its sender had seen."""

    key = TextField(max_length=64, widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    step = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)


class SentTick(SentForm):
    """A tick as it arrives. It is read without looking at the run, which saves the most frequent of
    all moves four queries: which values are wanted, and whether they fit, is the verb's to say."""

    def arguments(self) -> dict[str, Any]:
        values = {n.removeprefix(VALUE): v for n, v in self.data.items() if n.startswith(VALUE)}
        return {"step": self.cleaned_data["step"], "values": values}


class MoveForm(SentForm):
    """A move's form as it is drawn: `state` is the run as it is now, `people` those who could take
    over (id, name)."""

    use_required_attribute = False
    about_step = True

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        move: Move,
        state: RunState,
        step: int | None,
        person: int,
        people: Iterable[tuple[int, str]] = (),
        initial: dict[str, Any] | None = None,
    ) -> None:
        """`step` is the index of the step meant, None for a move on the run."""
        mark = f"{move.value}-{'run' if step is None else step}"
        super().__init__(
            data, files, auto_id=f"{mark}-%s", initial={"step": step, **(initial or {})}
        )
        self.state, self.person, self.people = state, person, tuple(people)
        self.index = step if step is not None and 0 <= step < len(state.steps) else None
        self.prepare()
        if demanded(state, move, self.index, settings.SIGN_AGAIN):
            self.fields["password"] = password_field("Your password, again: this is a signature")

    def prepare(self) -> None:
        """Add the fields that depend on the run."""

    def arguments(self) -> dict[str, Any]:
        """The verb's own arguments, from a valid form."""
        left = {"key", "seen"} if self.about_step else {"key", "seen", "step"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left}

    def renewed(self, state: RunState) -> Self:
        """The form as it goes back to its sender: what was typed, a new key, and the present state.

        The old key stays answered with what was said to it.
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


def password_field(label: str, filled_in: str = "current-password") -> TextField:
    """A password. What was typed never comes back into the page."""
    return TextField(
        label=label,
        strip=False,
        max_length=200,
        error_messages={"required": "Type the password."},
        widget=forms.PasswordInput(attrs={"autocomplete": filled_in}),
    )


class StepForm(MoveForm):
    """A move on a step that takes nothing else."""


class RunForm(MoveForm):
    """A move on the whole run that takes nothing else."""

    about_step = False


def sentences(label: str, asks: str = "", help_text: str = "", rows: int = 2) -> TextField:
    """A field for a few sentences. `asks` is said when it is empty; without it, it is optional."""
    return TextField(
        label=label,
        required=bool(asks),
        max_length=4000,
        help_text=help_text,
        error_messages={"required": asks},
        widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}),
    )


class ValuesForm(MoveForm):
    """The values of a step, each typed by the person who observed it; nothing is filled in."""

    partial = False
    verifying = False

    def prepare(self) -> None:
        if self.index is None:
            return
        step = self.state.steps[self.index]
        have = step.verified_values if self.verifying else step.values
        for spec in self.asked(self.index):
            if spec.type is not ValueType.FILE:
                needed = spec.name not in have and (not self.partial or spec.name == FIRST_LINE)
                self.fields[VALUE + spec.name] = _observed(spec, needed)
        self.order_fields([n for n in self.fields if n.startswith(VALUE)])

    def asked(self, index: int) -> list[ValueSpec]:
        """What this form asks for. A first line that was read and fits is not asked for again."""
        read = not self.verifying and FIRST_LINE in self.state.steps[index].values
        found = interlocks.asks(self.state, index)
        return [spec for spec in found if not (read and spec.name == FIRST_LINE)]

    def arguments(self) -> dict[str, Any]:
        sent = super().arguments()
        values = {n.removeprefix(VALUE): sent.pop(n) for n in list(sent) if n.startswith(VALUE)}
        return {**sent, "values": values}


class RecordForm(ValuesForm):
    """Values before the tick. While a long command begins, its first line and nothing else."""

    partial = True

    def asked(self, index: int) -> list[ValueSpec]:
        first = unchecked(self.state, index)
        return [spec for spec in super().asked(index) if not first or spec.name == FIRST_LINE]


class CountersignForm(ValuesForm):
    """The verifier's own blank fields; before an act there is nothing to measure."""

    verifying = True
    comment = sentences("Comment")

    def prepare(self) -> None:
        if self.index is not None and self.state.steps[self.index].done_at is not None:
            super().prepare()

    def arguments(self) -> dict[str, Any]:
        return {"values": {}, **super().arguments()}


class OnScreenForm(MoveForm):
    """The second person has no device, and signs here with their own name and password."""

    signer = TextField(
        label="Name at the sign-in, of the second person",
        max_length=254,
        error_messages={"required": "The second person types their own name."},
        widget=forms.TextInput(attrs=PLAIN),
    )
    comment = sentences("Comment")

    def prepare(self) -> None:
        # The browser knows the password of whoever sits here, and is not to offer it.
        self.fields["password"] = password_field("Password, of the second person", "off")
        self.order_fields(["signer", "password", "comment"])


class DecideForm(ValuesForm):
    reason = sentences("Why", "Say why, in a sentence: it is what the review will ask for.")

    def prepare(self) -> None:
        super().prepare()
        decision = self.state.step(self.index).guard.decide if self.index is not None else None
        if decision:
            self.fields["answer"] = forms.ChoiceField(
                label=decision.question,
                choices=[(answer, answer) for answer, _ in decision.options],
                widget=forms.RadioSelect,
                error_messages={"required": "Choose one of the answers."},
            )
            self.order_fields([*(n for n in self.fields if n.startswith(VALUE)), "answer"])


class ReasonForm(MoveForm):
    reason = sentences("Why", "Say why, in a sentence.")


class ObjectForm(MoveForm):
    reason = sentences("What do you see that is different?", "Say what you see that is different.")


class MismatchForm(MoveForm):
    observed = sentences(
        "What is different?",
        "Say what you see that is different.",
        "What you expected, and what you see. The step goes to diagnosis; nothing is tried again.",
    )


class DiagnoseForm(MoveForm):
    finding = sentences("What was different, and why?", "Say what was different, and why.")
    lead = forms.BooleanField(required=False)

    def prepare(self) -> None:
        key = self.state.step(self.index).guard.on_mismatch if self.index is not None else ""
        section = self.state.procedure.section_of(key) if key else None
        if section is None or not section.aside:
            del self.fields["lead"]
        else:
            self.fields["lead"].label = f"Go on with “{section.title}”"

    def arguments(self) -> dict[str, Any]:
        return {"lead": False, **super().arguments()}


def _observed(spec: ValueSpec, needed: bool) -> forms.Field:
    """A blank field for one value. What is expected is not told where the value is blind."""
    label = f"{spec.label or spec.name}" + (f", in {spec.unit}" if spec.unit else "")
    asks = {"required": "Write what you observed."}
    known = f"Expected: {spec.equals}." if spec.equals and not spec.blind else ""
    how = day_means() if spec.or_day else _HELP.get(spec.type, "")
    told = " ".join(part for part in (how, known) if part)
    if spec.type is ValueType.CHOICE:
        return forms.ChoiceField(
            label=label,
            required=needed,
            help_text=told,
            choices=[(option, option) for option in spec.options],
            widget=forms.RadioSelect,
            error_messages=asks,
        )
    attrs = {**PLAIN, "class": "mono"}
    if spec.type is ValueType.NUMBER:
        attrs["inputmode"] = "decimal"
    return TextField(
        label=label,
        required=needed,
        help_text=told,
        max_length=4000,
        widget=forms.TextInput(attrs=attrs),
        error_messages=asks,
    )
