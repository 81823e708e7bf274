"""The forms of moves on a run, and the table of all of them: one class a move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.fields import TextField
from inventory.fields import MomentField
from runbooks import interlocks
from runbooks.enums import Deviation, Move, RunRole
from runbooks.forms.copies import AnswerCopiesForm, AskCopiesForm
from runbooks.forms.moves import (
    PLAIN,
    CountersignForm,
    DecideForm,
    DiagnoseForm,
    MismatchForm,
    MoveForm,
    ObjectForm,
    OnScreenForm,
    ReasonForm,
    RecordForm,
    RunForm,
    StepForm,
    ValuesForm,
    sentences,
)
from runbooks.forms.people import AskOverrideForm, FitnessForm, GateForm
from runbooks.forms.replacing import (
    ConfirmReplacementForm,
    ProposeReplacementForm,
    WithdrawReplacementForm,
    read_back_field,
)
from runbooks.interlocks.before import kept_copy
from runbooks.irreversible import deletes, part_of, target_of

#: In what a run can go wrong, as its operator or decider says it.
WENT_WRONG = [
    (Deviation.WRONG_TARGET.value, "Wrong target: the wrong machine, database or place"),
    (Deviation.WRONG_DIRECTION.value, "Wrong direction: from and into were confused"),
    (Deviation.WRONG_COPY.value, "Wrong copy: not the one that was meant, or not a good one"),
    (Deviation.OTHER.value, "Something else went wrong"),
]


class RoleForm(RunForm):
    role = forms.ChoiceField(
        choices=[(r.value, r.value) for r in RunRole], widget=forms.HiddenInput
    )

    def arguments(self) -> dict[str, Any]:
        return {"role": RunRole(self.cleaned_data["role"])}


class StartForm(RunForm):
    acknowledged = forms.BooleanField(
        label="I have read the purpose, the worst case and the abort rule.",
        error_messages={"required": "Read the purpose, the worst case and the abort rule first."},
    )
    conditions = forms.BooleanField(
        label="Every entry condition holds.",
        error_messages={"required": "Every entry condition must hold before the start."},
    )

    access = forms.ChoiceField(
        choices=[("read", "only read it"), ("write", "write on it as well")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say what your account can do there."},
    )

    def prepare(self) -> None:
        if not self.state.procedure.entry:
            del self.fields["conditions"]
        source = self.state.facts.get(self.state.procedure.read_from())
        if not self.state.procedure.copies_out or source is None:
            del self.fields["access"]
        else:
            self.fields["access"].label = f"On {source.value}, my account can"

    def arguments(self) -> dict[str, Any]:
        return {"conditions": True, **super().arguments()}


class UnlockForm(MoveForm):
    """The typed name: nothing is filled in, and nothing is completed by the browser."""

    name = TextField(
        max_length=200,
        widget=forms.TextInput(attrs={**PLAIN, "class": "mono"}),
        error_messages={"required": "Type the name of what is overwritten or deleted."},
    )

    def prepare(self) -> None:
        if self.index is None:
            return
        guard = self.state.step(self.index).guard
        target = self.state.facts.get(target_of(guard))
        name = target.value if target else "the target"
        does, part = "DELETES" if deletes(guard) else "OVERWRITES", part_of(guard)
        what = f"{part} of {name}. Type the name of {name}" if part else f"{name}. Type its name"
        self.fields["name"].label = f"This {does} {what}"


class ReleaseForm(ReasonForm):
    """Why it may go on; where nothing is kept of what a step deletes, why there is nothing to
    keep."""

    def prepare(self) -> None:
        if self.index is None or not deletes(self.state.step(self.index).guard):
            return
        if kept_copy(self.state, self.index) is None:
            self.fields["reason"].label = "Nothing to keep, because"


class ResumeForm(RunForm):
    read_back = read_back_field()
    comment = sentences("Why it is right to go on")


class HandOverForm(RunForm):
    to = forms.TypedChoiceField(
        label="Who takes over",
        coerce=int,
        error_messages={"required": "Choose the person who takes over."},
    )
    position = sentences("Where the run stands", "Say where the run stands.")
    running = sentences("What is running now", "Say what is running now; “nothing” if nothing is.")
    next_step = sentences("What comes next", "Say what comes next.")
    worries = sentences("What worries you", "Say what worries you; “nothing” if nothing does.")

    def prepare(self) -> None:
        others = [(pk, name) for pk, name in self.people if pk != self.person]
        self.fields["to"].choices = [("", "Choose a person"), *others]  # type: ignore[attr-defined]


class WithdrawForm(RunForm):
    """A hand-over that is offered to oneself is withdrawn."""

    to = forms.IntegerField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.initial["to"] = self.person

    def arguments(self) -> dict[str, Any]:
        return {"to": self.person, "position": "", "running": "", "next_step": "", "worries": ""}


class AcceptForm(RunForm):
    read_back = read_back_field()
    identifier = TextField(
        label="Identifier of the target",
        help_text="Read it off the machine itself, not from this page, a prompt or a note.",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={**PLAIN, "class": "mono"}),
    )

    def prepare(self) -> None:
        target = self.state.facts.get(self.state.procedure.written_into())
        if target is None or not target.identifiers:
            del self.fields["identifier"]
        else:
            self.fields["identifier"].required = True
            proof = interlocks.proof(target)
            self.fields["identifier"].label = f"Identify {target.value} again: its {proof.asked}"
            if proof.together:
                self.fields[
                    "identifier"
                ].help_text += (
                    " Write all of it on one line: none of it tells this machine apart alone."
                )

    def arguments(self) -> dict[str, Any]:
        return {"identifier": "", **super().arguments()}


class NoteForm(MoveForm):
    text = sentences("Note", "Write the note.")


class AttachForm(MoveForm):
    file = forms.FileField(label="File", error_messages={"required": "Choose a file."})
    value = TextField(required=False, max_length=80, widget=forms.HiddenInput)


class LateEntryForm(MoveForm):
    performed_at = MomentField(
        label="When it was done",
        error_messages={"required": "Write when it was done, with the time zone."},
    )
    text = sentences("What was done", "Write what was done.")


class StrikeOutForm(RunForm):
    sequence = forms.IntegerField(
        label="Number of the line in the log",
        min_value=1,
        error_messages={"required": "Write the number of the line."},
    )
    reason = sentences(
        "Why", "Say why it is struck out.", "The line stays readable, struck through."
    )


class AbortForm(RunForm):
    reason = sentences("Why", "Say why the run is aborted.")
    deviation = forms.ChoiceField(
        label="Did something go wrong?",
        required=False,
        choices=[("", "Nothing of the kind"), *WENT_WRONG],
        widget=forms.RadioSelect,
        help_text="A live run at the wrong target or in the wrong direction locks its runbook"
        " until it is changed, or until an approver waives it.",
    )

    def prepare(self) -> None:
        """What was said when the run turned back, or was found in it, stands unless something else
        is said: saying nothing does not undo it."""
        found = self.state.stated.deviations
        known = self.state.deviation or (found[-1].kind if found else "")
        if known:
            self.fields["deviation"].choices = WENT_WRONG  # type: ignore[attr-defined]
            self.fields["deviation"].initial = known


class CompleteForm(RunForm):
    summary = sentences("Summary", help_text="What was reached, what is left to do.", rows=3)


FORMS: dict[Move, type[MoveForm]] = {
    Move.TAKE_ROLE: RoleForm,
    Move.RELEASE_ROLE: RunForm,
    Move.START: StartForm,
    Move.BEGIN_STEP: StepForm,
    Move.RECORD: RecordForm,
    Move.TICK: ValuesForm,
    Move.COUNTERSIGN: CountersignForm,
    Move.OBJECT: ObjectForm,
    Move.NOT_APPLICABLE: ReasonForm,
    Move.REPORT_MISMATCH: MismatchForm,
    Move.DIAGNOSE: DiagnoseForm,
    Move.REOPEN: StepForm,
    Move.UNDO: ReasonForm,
    Move.CONFIRM_TEAM_CHECK: StepForm,
    Move.UNLOCK: UnlockForm,
    Move.ASK_OVERRIDE: AskOverrideForm,
    Move.WITHDRAW_OVERRIDE: GateForm,
    Move.OVERRIDE: GateForm,
    Move.STATE_FITNESS: FitnessForm,
    Move.ASK_COPIES: AskCopiesForm,
    Move.ANSWER_COPIES: AnswerCopiesForm,
    Move.HOLD: RunForm,
    Move.RESUME: ResumeForm,
    Move.HAND_OVER: HandOverForm,
    Move.ACCEPT_HAND_OVER: AcceptForm,
    Move.PROPOSE_REPLACEMENT: ProposeReplacementForm,
    Move.CONFIRM_REPLACEMENT: ConfirmReplacementForm,
    Move.WITHDRAW_REPLACEMENT: WithdrawReplacementForm,
    Move.RELEASE: ReleaseForm,
    Move.DECIDE: DecideForm,
    Move.NOTE: NoteForm,
    Move.ATTACH: AttachForm,
    Move.LATE_ENTRY: LateEntryForm,
    Move.STRIKE_OUT: StrikeOutForm,
    Move.ABORT: AbortForm,
    Move.COMPLETE: CompleteForm,
}


def form_for(move: Move, person: int, sent: Mapping[str, Any]) -> type[MoveForm]:
    """The form in which `person` sent `move`, told by the fields that came and never by the state:
    the same again, after it was done, is read the same. An offered hand-over is taken back with
    one to oneself, and a second person who has no device signs with their own name."""
    if move is Move.HAND_OVER and sent.get("to") == str(person):
        return WithdrawForm
    if move is Move.COUNTERSIGN and "signer" in sent:
        return OnScreenForm
    return FORMS[move]
