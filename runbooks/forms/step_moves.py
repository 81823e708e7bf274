"""Forms of moves on a step that depend on the step: what is measured there, decided or deleted."""

from __future__ import annotations

from django import forms

from accounts.fields import TextField
from runbooks.enums import ValueType
from runbooks.forms.fields import PLAIN, password_field, value_field
from runbooks.forms.moves import VALUE, MoveForm
from runbooks.machine import interlocks
from runbooks.machine.interlocks.before import kept_copy
from runbooks.machine.interlocks.wait import FIRST_LINE, unchecked
from runbooks.machine.overriding import so_far
from runbooks.procedure.irreversible import deletes, part_of, target_of
from runbooks.procedure.model import ValueSpec


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
                self.fields[VALUE + spec.name] = value_field(spec, needed)
        self.order_fields([name for name in self.fields if name.startswith(VALUE)])

    def asked(self, index: int) -> list[ValueSpec]:
        """What this form asks for. A first line that was read and fits is not asked for again."""
        read = not self.verifying and FIRST_LINE in self.state.steps[index].values
        asked = interlocks.asks(self.state, index)
        return [spec for spec in asked if not (read and spec.name == FIRST_LINE)]


class RecordForm(ValuesForm):
    """Values before the tick. While a long command begins, its first line and nothing else."""

    partial = True

    def asked(self, index: int) -> list[ValueSpec]:
        first = unchecked(self.state, index)
        return [spec for spec in super().asked(index) if not first or spec.name == FIRST_LINE]


class CountersignForm(ValuesForm):
    """The verifier's own blank fields; before an act there is nothing to measure."""

    verifying = True

    def prepare(self) -> None:
        if self.index is not None and self.state.steps[self.index].done_at is not None:
            super().prepare()


class OnScreenForm(MoveForm):
    """The second person has no device, and signs here with their own name and password."""

    def prepare(self) -> None:
        self.fields["signer"] = TextField(
            label="Name at the sign-in, of the second person",
            max_length=254,
            error_messages={"required": "The second person types their own name."},
            widget=forms.TextInput(attrs=PLAIN),
        )
        # The browser knows the password of the person who sits here, and is not to offer it.
        self.fields["password"] = password_field("Password, of the second person", "off")
        self.order_fields(["signer", "password", "comment"])


class DecideForm(ValuesForm):
    """The answers of the decision, after the values that it rests on."""

    def prepare(self) -> None:
        super().prepare()
        decision = self.state.step(self.index).guard.decide if self.index is not None else None
        if decision is None:
            del self.fields["answer"]
            return
        answer = self.fields["answer"]
        answer.label = decision.question
        answer.choices = [(answer, answer) for answer, _ in decision.options]  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, object]:
        return {"answer": "", **super().arguments()}


class DiagnoseForm(MoveForm):
    """With the offer to go on with the section that the step names for a mismatch."""

    def prepare(self) -> None:
        key = self.state.step(self.index).guard.on_mismatch if self.index is not None else ""
        section = self.state.procedure.section_of(key) if key else None
        if section is None or not section.aside:
            del self.fields["lead"]
        else:
            self.fields["lead"].label = f"Go on with “{section.title}”"


class UnlockForm(MoveForm):
    """The typed name: nothing is filled in, and nothing is completed by the browser."""

    def prepare(self) -> None:
        if self.index is None:
            return
        guard = self.state.step(self.index).guard
        target = self.state.facts.get(target_of(guard))
        name = target.value if target else "the target"
        does, part = "DELETES" if deletes(guard) else "OVERWRITES", part_of(guard)
        demand = f"{part} of {name}. Type the name of {name}" if part else f"{name}. Type its name"
        self.fields["name"].label = f"This {does} {demand}"


class ReleaseForm(MoveForm):
    """Why it may go on; where nothing is kept of what a step deletes, why there is nothing to
    keep."""

    def prepare(self) -> None:
        if self.index is None or not deletes(self.state.step(self.index).guard):
            return
        if kept_copy(self.state, self.index) is None:
            self.fields["reason"].label = "Nothing to keep, because"


class AskOverrideForm(MoveForm):
    """After another override in this run, a confirmation that one more is needed."""

    def prepare(self) -> None:
        passed = so_far(self.state)
        if passed:
            self.fields["again"].label = f"{passed} I need one more."
        else:
            del self.fields["again"]
