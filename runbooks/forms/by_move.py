"""Which form a move has: the one made from its declaration, or one that depends on the run."""

from __future__ import annotations

from collections.abc import Mapping

from runbooks.forms.moves import MoveForm
from runbooks.forms.run_moves import (
    AbortForm,
    AcceptHandOverForm,
    ConfirmReplacementForm,
    HandOverForm,
    HoldForm,
    ProposeReplacementForm,
    StartForm,
    WithdrawForm,
)
from runbooks.forms.step_moves import (
    AskOverrideForm,
    CountersignForm,
    DecideForm,
    DiagnoseForm,
    OnScreenForm,
    RecordForm,
    ReleaseForm,
    UnlockForm,
    ValuesForm,
)
from runbooks.machine.move import Move
from runbooks.machine.moves.branches import Diagnose
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.overrides import AskOverride
from runbooks.machine.moves.replacement import ConfirmReplacement, ProposeReplacement
from runbooks.machine.moves.run import Abort, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import Decide, Record, Release, Tick
from runbooks.machine.moves.unlock import Unlock

_FORMS: dict[type[Move], type[MoveForm]] = {
    Start: StartForm,
    Tick: ValuesForm,
    Record: RecordForm,
    Countersign: CountersignForm,
    Decide: DecideForm,
    Diagnose: DiagnoseForm,
    Unlock: UnlockForm,
    Release: ReleaseForm,
    AskOverride: AskOverrideForm,
    Hold: HoldForm,
    HandOver: HandOverForm,
    AcceptHandOver: AcceptHandOverForm,
    ProposeReplacement: ProposeReplacementForm,
    ConfirmReplacement: ConfirmReplacementForm,
    Abort: AbortForm,
}


def form_of(move: type[Move]) -> type[MoveForm]:
    """The form in which `move` is offered."""
    return _FORMS.get(move, MoveForm)


def form_sent(move: type[Move], person: int, sent: Mapping[str, str]) -> type[MoveForm]:
    """The form in which `person` sent `move`, known by the fields that came and never by the state:
    the same again, after it was done, is read the same. An offered hand-over is taken back with
    one to oneself, and a second person who has no device signs with their own name."""
    if move is HandOver and sent.get("to") == str(person):
        return WithdrawForm
    if move is Countersign and "signer" in sent:
        return OnScreenForm
    return form_of(move)
