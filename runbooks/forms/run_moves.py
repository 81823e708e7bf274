"""Forms of moves on the run as a whole that depend on it: its people, its brief, its target."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from runbooks.enums import RunRole
from runbooks.forms.moves import MoveForm
from runbooks.machine.interlocks.identify import proof_of
from runbooks.machine.replacing import proposed as replacement
from runbooks.machine.replacing import replaceable


class StartForm(MoveForm):
    """Entry conditions where the text has some; what the account can do, where data is copied out
    of production."""

    def prepare(self) -> None:
        if not self.state.procedure.entry:
            del self.fields["conditions"]
        source = self.state.facts.get(self.state.procedure.read_from())
        if not self.state.procedure.copies_out or source is None:
            del self.fields["access"]
        else:
            self.fields["access"].label = f"On {source.value}, my account can"


class HandOverForm(MoveForm):
    """Offered to somebody else."""

    def prepare(self) -> None:
        others = ((pk, name) for pk, name in self.people if pk != self.person)
        _offer(self.fields["to"], [("", "Choose a person"), *others])


class WithdrawForm(MoveForm):
    """A hand-over that is offered to oneself is withdrawn."""

    def prepare(self) -> None:
        for name in self.move.entries():
            del self.fields[name]
        self.fields["to"] = forms.IntegerField(widget=forms.HiddenInput)
        self.initial["to"] = self.person

    def arguments(self) -> dict[str, object]:
        return {"to": self.person}


class AcceptHandOverForm(MoveForm):
    """The target is identified again, where the run has one that can be."""

    def prepare(self) -> None:
        target = self.state.facts.get(self.state.procedure.written_into())
        if target is None or not target.identifiers:
            del self.fields["identifier"]
            return
        identifier, proof = self.fields["identifier"], proof_of(target)
        identifier.required = True
        identifier.label = f"Identify {target.value} again: its {proof.asked}"
        if proof.together:
            identifier.help_text += (
                " Write all of it on one line: none of it tells this machine apart alone."
            )


class ProposeReplacementForm(MoveForm):
    """The roles that this person can have replaced, and everybody who could take one."""

    def prepare(self) -> None:
        roles = replaceable(self.state, self.person)
        _offer(self.fields["role"], [(role.value, role.value.capitalize()) for role in roles])
        _offer(self.fields["to"], [("", "Choose a person"), *self.people])


class ConfirmReplacementForm(MoveForm):
    """A new decider reads back where the run stands; a new operator does so at the hand-over."""

    def prepare(self) -> None:
        proposed = replacement(self.state)
        asked = proposed is not None and proposed.role is not RunRole.OPERATOR
        # What came is read even when it is done already: the same again gets the same answer.
        if not asked and "read_back" not in self.data:
            del self.fields["read_back"]


class HoldForm(MoveForm):
    """STOP asks for nothing, so nothing that was sent with it can keep it from being done."""

    def prepare(self) -> None:
        del self.fields["reason"]


class AbortForm(MoveForm):
    """What was said when the run turned back, or was found in it, stands unless something else is
    said: saying nothing does not undo it."""

    def prepare(self) -> None:
        deviation, stated = self.fields["deviation"], self.state.stated.deviations
        known = self.state.deviation or (stated[-1].kind if stated else "")
        if known:
            deviation.initial = known
        else:
            offered = self.move.entries()["deviation"].choices
            _offer(deviation, [("", "Nothing of the kind"), *offered])


def _offer(field: forms.Field, choices: Iterable[tuple[int | str, str]]) -> None:
    field.choices = list(choices)  # type: ignore[attr-defined]
