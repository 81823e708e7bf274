"""The form that prepares a run: live or drill, and the runbook's parameters."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Self

from django import forms
from django.http import QueryDict

from accounts.fields import TextField
from inventory.models import System
from runbooks.enums import ParameterType, RunKind
from runbooks.machine.interlocks.loss import LastWrite
from runbooks.procedure.model import ParameterSpec, Procedure
from runbooks.runs.choices import CopyChoice, InstanceChoice, copies_for, instances_for

PREFIX = "parameter_"
_KINDS = [
    (RunKind.LIVE.value, "Live: this is the real thing"),
    (RunKind.DRILL.value, "Drill: an exercise; it never overwrites or deletes production"),
]
_EXAMPLES = {
    ParameterType.DATETIME: "With its time zone, e.g. 2026-11-22 03:12 UTC.",
    ParameterType.DURATION: "With its unit, e.g. 30 min, 1 h or 2 d.",
    ParameterType.NUMBER: "A number.",
}


class Pick(forms.ChoiceField):
    """A choice among what fits. What does not, or no longer, is sent on all the same: the verb says
    why it is refused, that it is production, say."""

    def valid_value(self, value: object) -> bool:
        return True


class PrepareForm(forms.Form):
    """Kind, title and one field a parameter, named `parameter_<name>`. What a parameter may be is
    judged by `runbooks.runs.moves.prepare`; this form only carries what was typed or picked.

    `copies` and `instances` map a field's name to the choices, described for people.
    """

    kind = forms.ChoiceField(
        label="What is this run?",
        choices=_KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether this is live or a drill."},
    )
    title = TextField(
        label="Name of this run",
        required=False,
        max_length=200,
        help_text="Left empty, it is the title of the runbook.",
    )
    key = TextField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        procedure: Procedure,
        system: System | None,
        approved: bool,
        at: datetime,
        until: LastWrite | None = None,
        initial: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, initial={"key": uuid.uuid4().hex, **(initial or {})})
        self.copies: dict[str, tuple[CopyChoice, ...]] = {}
        self.instances: dict[str, tuple[InstanceChoice, ...]] = {}
        self.procedure = procedure
        if not approved:
            kind = self.fields["kind"]
            assert isinstance(kind, forms.ChoiceField)
            kind.choices = _KINDS[1:]
            kind.initial = RunKind.DRILL.value
            kind.help_text = "Nobody has approved this text yet, so it can only be drilled."
            kind.error_messages["invalid_choice"] = (
                "This text is not approved yet, so it can only be drilled."
            )
        for spec in procedure.parameters:
            self.fields[PREFIX + spec.name] = self._field(spec, system, at, until)

    def parameters(self) -> dict[str, str]:
        """The raw text of each parameter, by its name; call it on a valid form."""
        return {
            spec.name: str(self.cleaned_data.get(PREFIX + spec.name) or "")
            for spec in self.procedure.parameters
        }

    def renewed(self) -> Self:
        """The form as it goes back to its sender, with what was chosen and a new key: the old one
        stays answered with what was said to it."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["key"] = uuid.uuid4().hex
        self.data = data
        return self

    def take_errors(self, errors: Mapping[str, str]) -> None:
        """Put the errors of the verb to the fields they name; the rest to the whole form."""
        for name, sentence in errors.items():
            field = PREFIX + name
            if field not in self.fields:
                field = name if name in self.fields else ""
            self.add_error(field or None, sentence)

    def _field(
        self, spec: ParameterSpec, system: System | None, at: datetime, until: LastWrite | None
    ) -> forms.Field:
        label, name = spec.label or spec.name, PREFIX + spec.name
        missing = {"required": f"Choose: {label}."}
        if spec.type is ParameterType.COPY:
            self.copies[name] = copies_for(spec, system, at=at, until=until)
            picks = [(str(c.copy.pk), str(c.copy)) for c in self.copies[name]]
        elif spec.type is ParameterType.INSTANCE:
            self.instances[name] = instances_for(spec, system)
            picks = [(str(c.instance.pk), str(c.instance)) for c in self.instances[name]]
        elif spec.type is ParameterType.CHOICE:
            picks = [(option, option) for option in spec.options]
        else:
            return TextField(
                label=label,
                initial=spec.default,
                help_text=_EXAMPLES.get(spec.type, ""),
                max_length=400,
                error_messages={"required": f"Fill in: {label}."},
                widget=forms.TextInput(
                    attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
                ),
            )
        return Pick(
            label=label,
            choices=picks,
            initial=spec.default,
            widget=forms.RadioSelect,
            error_messages=missing,
        )
