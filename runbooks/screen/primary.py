"""Which control of the open step is the one large button, and which lie folded beside it."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.texts import full_stop
from runbooks.enums import RunRole, RunStatus, StepStatus, ValueType
from runbooks.machine import interlocks
from runbooks.machine.gates import needs_begin
from runbooks.machine.interlocks.team_check import unconfirmed
from runbooks.machine.interlocks.wait import unchecked
from runbooks.machine.move import Allowed, Move
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch
from runbooks.machine.moves.log import Attach, Note
from runbooks.machine.moves.second_person import Countersign, Object
from runbooks.machine.moves.steps import BeginStep, Decide, NotApplicable, Record, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck, Unlock
from runbooks.machine.own_step import countersigner
from runbooks.machine.requests import Gate
from runbooks.procedure.guards.acts import TeamCheck
from runbooks.procedure.model import Step
from runbooks.screen.context import PageContext
from runbooks.screen.panels import Panel, make_panel
from runbooks.screen.people import on_this_screen
from runbooks.screen.team_check import unsaid

#: The first of these that a person may make is their large button.
_FIRST = (
    Decide,
    Countersign,
    Release,
    Diagnose,
    Reopen,
)
_FOLDED = (ConfirmTeamCheck, Object, ReportMismatch, NotApplicable)


def primary(page: PageContext, step: Step, gates: Iterable[Gate]) -> Panel | None:
    """The one large button of this person at the open step; None when they only watch. It is
    disabled, and says why, while it waits for a gate."""
    index = step.index

    def may(move: type[Move]) -> bool:
        return Allowed(move, index) in page.offers

    closed = [gate for gate in gates if not gate.open]
    if _confirms(page, closed, may(ConfirmTeamCheck)):
        return make_panel(page, ConfirmTeamCheck, index)
    for move in _FIRST:
        if may(move):
            waits = [gate for gate in closed if move is Decide]
            return make_panel(page, move, index, blocked=_blocked(waits))
    if may(BeginStep) and needs_begin(page.state, index):
        return make_panel(page, BeginStep, index)
    if may(Unlock):
        before = [gate for gate in closed if gate.key != "unlocked"]
        return make_panel(page, Unlock, index, blocked=_blocked(before))
    if unchecked(page.state, index) and may(Record):
        return make_panel(page, Record, index)
    if may(Tick):
        also = (Record,) if may(Record) else ()
        return make_panel(page, Tick, index, also=also, blocked=_blocked(closed))
    return None


def _confirms(page: PageContext, closed: Iterable[Gate], may: bool) -> bool:
    """Whether this person's word is what the team check waits for."""
    paused = any(gate.key == TeamCheck.key for gate in closed)
    return may and paused and unsaid(page.state, page.person, page.at)


def others(
    page: PageContext, step: Step, controls: frozenset[Allowed], large: Panel | None
) -> tuple[Panel, ...]:
    """The quiet controls: what is different, not applicable, a note, the files of the step. What is
    the `large` button already is not among them."""
    index = step.index
    shown = {large.move} if large else set()
    if index in page.state.stated.unlocked:
        shown.add(ConfirmTeamCheck.kind)  # it counted for the act, which is under way
    folded = [move for move in _FOLDED if move.kind not in shown]
    panels = [make_panel(page, move, index) for move in folded if Allowed(move, index) in controls]
    here = on_this_screen(page, index)
    if here is not None:
        panels.insert(0, here)
    if Allowed(Note, None) in controls:
        panels.append(make_panel(page, Note, index))
    if Allowed(Attach, None) in controls:
        missing = [
            spec.name
            for spec in interlocks.asks(page.state, index)
            if spec.type is ValueType.FILE and spec.name not in page.state.steps[index].values
        ]
        files = [make_panel(page, Attach, index, initial={"value": name}) for name in missing]
        panels += files or [make_panel(page, Attach, index)]
    return tuple(panels)


def waits_for(page: PageContext, step: Step, gates: Iterable[Gate]) -> str:
    """For whom the open step waits, when it is not the person who looks at it; '' otherwise."""
    state, progress = page.state, page.state.steps[step.index]
    if state.status is RunStatus.ON_HOLD:
        return "The run is on hold. Nothing moves until it is resumed."
    if state.hand_over_to is not None:
        return "The run is being handed over. Nothing moves in between."
    mine = state.people.get(page.person)
    if progress.status in {StepStatus.MISMATCH, StepStatus.DIAGNOSED}:
        return _diagnosis(progress.status, progress.reason)
    paused = _paused(page, gates)
    if paused:
        return paused
    mine_to_release = Allowed(Release, step.index) in page.controls
    # Before the countersign, which counts for two minutes: the decider may need more.
    unsigned = interlocks.signature(state, step.index, page.at)
    if unsigned:
        reason = full_stop(unsigned.text)
        if mine_to_release:
            return f"Your signature is wanted: {reason} Release the step and you sign for it."
        return f"Waits for the decider, who signs or stops: {reason}"
    confirming = _confirming(page, step, gates)
    if confirming:
        return confirming
    if mine_to_release:
        return "Your turn: read this step and release it, with a reason; or stop the run."
    if mine is not step.guard.role:
        return f"The {step.guard.role.value} does this step."
    return ""


def _paused(page: PageContext, gates: Iterable[Gate]) -> str:
    """Whose word the team check waits for; '' when there is none, or everyone has confirmed."""
    if all(gate.open for gate in gates if gate.key == TeamCheck.key):
        return ""
    if unsaid(page.state, page.person, page.at):
        return "Your turn: say the team check aloud with the others, then confirm it here."
    missing = ", ".join(role.value for role in unconfirmed(page.state, page.at))
    return f"Team check. Waits for: {missing}."


def _confirming(page: PageContext, step: Step, gates: Iterable[Gate]) -> str:
    """Whose turn it is when a second person is asked for; '' when none is."""
    progress, second = page.state.steps[step.index], countersigner(page.state, step.index)
    mine = page.state.people.get(page.person) is second
    if progress.status is StepStatus.AWAITING:
        if mine and page.person != progress.done_by:
            return "Your turn: measure again yourself. The first value is shown after yours."
        return f"Ticked. Waits for the {second.value}, who measures again without seeing the value."
    before = any(gate.key == "countersigned" and not gate.open for gate in gates)
    if before and progress.status is StepStatus.STARTED:
        if mine and page.person != progress.started_by:
            return "Your turn: look at the target yourself, then countersign, or object."
        return f"Waits for the {second.value} to confirm."
    return ""


def _diagnosis(status: StepStatus, reason: str) -> str:
    if status is StepStatus.MISMATCH:
        return f"Does not fit: {full_stop(reason)} Find out why before anything else is done."
    return f"Diagnosed: {reason}"


def _blocked(closed: list[Gate]) -> str:
    return "Waits for: " + ", ".join(gate.label for gate in closed) if closed else ""


def role_words(role: RunRole | None) -> str:
    """A role as it is written beside a name."""
    return role.value if role else "looking on"
