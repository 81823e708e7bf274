"""What a step waits for. One function a gate; `tick` refuses with the first one that is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from accounts.texts import full_stop
from runbooks.enums import CountersignTiming, RunKind, RunRole, RunStatus, StepStatus, ValueType
from runbooks.machine import interlocks, rollback
from runbooks.machine.freshness import is_fresh
from runbooks.machine.interlocks.after import missing
from runbooks.machine.requests import Gate, Refusal
from runbooks.machine.state import FINISHED, RunState, current
from runbooks.procedure.guards.acts import Overwrite, TeamCheck
from runbooks.procedure.guards.copies import Verify
from runbooks.procedure.guards.demand import Act
from runbooks.procedure.irreversible import act_key

#: A countersign *before* counts for two minutes: concurrent verification means both are there now.
COUNTERSIGN_COUNTS_FOR = timedelta(minutes=2)


def gates(state: RunState, index: int, at: datetime) -> tuple[Gate, ...]:
    """Everything that step `index` demands besides its place in the order, in the order in which a
    person opens it. `at` (aware) is now, for gates that close again; once the command was laid
    open (`unlock`), they are asked as they stood at that moment."""
    then = state.stated.unlocked.get(index, at)
    own = (
        _rollback(state, index),
        _release(state, index),
        _after_hold(state, index),
        _begun(state, index),
        _before(state, index, at),
    )
    locks = interlocks.gates(state, index, then)
    second = _after(state, index)
    closed = tuple(gate for gate in (*own, *locks, *_files(state, index), second) if gate)
    return _overridden(state, index, closed) if state.stated.overrides else closed


def _overridden(state: RunState, index: int, every: tuple[Gate, ...]) -> tuple[Gate, ...]:
    """The gates, those open that somebody passed by an override of this very attempt."""
    return tuple(
        replace(gate, open=True, overridden=True)
        if not gate.open and overridden(state, index, gate.key)
        else gate
        for gate in every
    )


def closed_gate(state: RunState, index: int, at: datetime, *, but: str = "") -> Gate | None:
    """The first closed gate of step `index` at `at` (aware), but for the one with the key `but`."""
    return next((g for g in gates(state, index, at) if not g.open and g.key != but), None)


def not_yet(gate: Gate) -> Refusal:
    """The refusal of a move that a closed gate stands before."""
    label = gate.label[:1].lower() + gate.label[1:]
    code = f"gate_{gate.key.split(':')[0]}"
    return Refusal(code, f"Not yet: {full_stop(label)}", gate.how, guard=gate.guard)


def overridden(state: RunState, index: int | None, gate: str) -> bool:
    """Whether the gate with this key was passed by an override: of this very attempt at step
    `index`; None for a gate of the start or of the end of the run."""
    attempt = attempt_at(state, index)
    return any(
        override.opened_at is not None
        and (override.step, override.attempt, override.gate) == (index, attempt, gate)
        for override in state.stated.overrides
    )


def attempt_at(state: RunState, index: int | None) -> int:
    """Number of the attempt at step `index`; 0 for the run as a whole, which has no attempts."""
    return 0 if index is None else state.steps[index].attempt


def _rollback(state: RunState, index: int) -> Gate | None:
    """Only while it is closed, which nothing opens: the rest of the rollback is not gone."""
    thaw = rollback.blocks(state, index)
    if thaw is None or state.steps[index].status in FINISHED:
        return None
    why = rollback.refusal(state, thaw)
    label = f"Rollback closed: {rollback.went_back(state, thaw)}"
    return Gate("rollback", label, False, f"{why.sentence} {why.remedy}", Overwrite.key)


def _release(state: RunState, index: int) -> Gate | None:
    role = state.step(index).guard.hold
    if role is None:
        return None
    how = f"The {role} reads this step and releases it, with a reason."
    counts = released(state, index)
    if state.steps[index].released_at is not None and not counts:
        how = f"The account that released it is disabled. Another {role} releases it."
    return Gate("released", f"Released by the {role}", counts, how, "hold")


def released(state: RunState, index: int) -> bool:
    """Whether step `index` was released, and that counts: while the account of who released it is
    not disabled, or the command was laid open before that."""
    step = state.steps[index]
    stands = index in state.stated.unlocked or step.released_by not in state.outside.gone
    return step.released_at is not None and stands


def own_release(state: RunState, index: int) -> bool:
    """Whether who released step `index` is now the one who does it, by another role than then."""
    guard, by = state.step(index).guard, state.steps[index].released_by
    does = by is not None and state.people.get(by) is guard.role
    return does and guard.hold is not guard.role


def _after_hold(state: RunState, index: int) -> Gate | None:
    """After a long hold nothing goes on before the team check was repeated (RUNS, resume)."""
    if not repeats_check(state) or state.steps[index].status in FINISHED:
        return None
    gone = state.outside.gone
    held = ((p, role) for p, role in state.people.items() if p not in gone)
    crew = {p: role for p, role in held if role is not RunRole.OBSERVER}
    missing = [role for p, role in crew.items() if p not in state.stated.confirmed_since]
    names = ", ".join(role.value for role in RunRole if role in missing)
    return Gate(
        "team_check_after_hold",
        "Team check repeated after the hold" + (f"; missing: {names}" if missing else ""),
        not missing,
        "The run stood still for more than 15 minutes. Each person with a role confirms target,"
        " direction, copy and way back anew, from their own screen.",
        TeamCheck.key,
    )


def repeats_check(state: RunState) -> bool:
    """Whether the run stood still so long that its team check is repeated before anything else. A
    run that neither overwrites, deletes nor asks for a team check has none to repeat."""
    if state.stated.resumed_at is None:
        return False
    return any((TeamCheck, Act) in step.guard for step in state.procedure.steps)


def _begun(state: RunState, index: int) -> Gate | None:
    if not needs_begin(state, index):
        return None
    asks = state.step(index).guard.countersign is CountersignTiming.BEFORE
    how = "that asks the verifier to look" if asks else "its time is counted from there"
    begun = state.steps[index].status is not StepStatus.OPEN
    return Gate("begun", "Begun", begun, f"Begin the step first: {how}.", "begun")


def _before(state: RunState, index: int, at: datetime) -> Gate | None:
    if state.step(index).guard.countersign is not CountersignTiming.BEFORE:
        return None
    signed = state.steps[index].countersigned_at
    counts = countersigned(state, index, at)
    how = "The verifier looks at the same target and countersigns from their own screen."
    if _signer_is_gone(state, index):
        how = "The account that countersigned is disabled. Another verifier countersigns."
    elif signed is not None and not counts:
        how = "The countersign was given more than two minutes ago. The verifier gives it again."
    label = "Verifier confirms from their own screen"
    return Gate("countersigned", label, counts, how, "countersign")


def countersigned(state: RunState, index: int, at: datetime) -> bool:
    """Whether step `index` was countersigned before it is done, and that counts at `at` (aware):
    for two minutes, and while the signer's account is not disabled. Once the command was laid open,
    as it stood at that moment."""
    then = state.stated.unlocked.get(index, at)
    signed = state.steps[index].countersigned_at
    return is_fresh(signed, then, COUNTERSIGN_COUNTS_FOR) and not _signer_is_gone(state, index)


def _signer_is_gone(state: RunState, index: int) -> bool:
    gone = state.steps[index].countersigned_by in state.outside.gone
    return gone and index not in state.stated.unlocked


def _after(state: RunState, index: int) -> Gate | None:
    """The second measurement of a step that was ticked: a gate only in between."""
    if state.steps[index].status is not StepStatus.AWAITING:
        return None
    how = "From a screen of their own, without seeing the first value."
    return Gate("countersigned", "The second person measures again", False, how, "countersign")


def remarks(state: RunState, index: int) -> tuple[Gate, ...]:
    """What is told at step `index` and not waited for, open when it was done: where a copy is
    judged, what became of the question for another one."""
    guard, stated = state.step(index).guard, state.stated
    asked = stated.asked_copies_at is not None
    if Verify not in guard and not (guard.decide and asked):
        return ()
    hold = sum(answer.holds for answer in stated.answers)
    count = len(stated.answers)
    answered = f"{count} answered, {hold} hold one" if count else "nobody has answered"
    label = f"Does anyone hold a newer copy? {answered if asked else 'nobody was asked'}"
    how = "Ask the team on this page. The step does not wait for it."
    return (Gate("copies_asked", label, asked, how),)


def _files(state: RunState, index: int) -> list[Gate]:
    return [
        Gate(
            f"file:{spec.name}",
            f"File: {spec.label}",
            spec.name in state.steps[index].values,
            "Attach the file to this step.",
        )
        for spec in interlocks.asks(state, index)
        if spec.type is ValueType.FILE
    ]


def needs_begin(state: RunState, index: int) -> bool:
    """Whether the circle must be drawn before the tick: somebody else acts in between, or the
    shortest sensible time is counted."""
    guard = state.step(index).guard
    counted = guard.duration is not None and guard.duration.min is not None
    before = guard.countersign is CountersignTiming.BEFORE
    return before or counted or any(demand.begins for demand in state.step(index).guard.demands)


def required_roles(state: RunState) -> tuple[RunRole, ...]:
    """Roles that must be taken before a run of this procedure can start."""
    wanted = {RunRole.OPERATOR}
    for step in state.procedure.steps:
        wanted.add(step.guard.role)
        if step.guard.countersign:
            wanted.add(RunRole.VERIFIER)
        if step.guard.hold:
            wanted.add(step.guard.hold)
        # Who signs for a loss must be there before anybody knows whether there is one.
        if Verify in step.guard and state.kind is RunKind.LIVE:
            wanted.add(RunRole.DECIDER)
        if act_key(step.guard):
            wanted |= {RunRole.VERIFIER, RunRole.DECIDER}
    return tuple(role for role in RunRole if role in wanted)


def run_gates(state: RunState) -> tuple[Gate, ...]:
    """What the run as a whole waits for: before the start, that every role is taken (without an
    operator nobody could start it); at its end, what follows a restore."""
    if state.status is RunStatus.BRIEFING:
        gate = _roles(state)
    elif state.status is RunStatus.RUNNING and current(state) is None:
        gate = _closing(state)
    else:
        return ()
    if not gate.open and overridden(state, None, gate.key):
        return (replace(gate, open=True, overridden=True),)
    return (gate,)


def _closing(state: RunState) -> Gate:
    owed = missing(state)
    label = "What follows a restore is done" + (f"; missing: {'; '.join(owed)}" if owed else "")
    return Gate("after", label, not owed, "Do it in steps of this runbook.", "after")


def _roles(state: RunState) -> Gate:
    missing = [r.value for r in missing_roles(state) if r is not RunRole.OPERATOR]
    how = "Each takes their role from their own account; then start."
    gate = Gate("roles", "Every role is taken", not missing, how, "role")
    if missing:
        gate = replace(gate, label=f"Every role is taken; missing: {', '.join(missing)}")
    return gate


def missing_roles(state: RunState) -> tuple[RunRole, ...]:
    """Roles that must be taken before the start, and are not."""
    return tuple(role for role in required_roles(state) if state.holder(role) is None)
