"""What moves on a step cause, once the table has let them through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbooks.enums import Caught, CountersignTiming, Move, RunRole, StepStatus, ValueType
from runbooks.machine import interlocks, rollback
from runbooks.machine.acts_branch import entering
from runbooks.machine.attempts import put
from runbooks.machine.events.event import RunEvent
from runbooks.machine.gates import closed_gate, not_yet
from runbooks.machine.interlocks import Wrong
from runbooks.machine.misses import holding, too_many
from runbooks.machine.pace import pace
from runbooks.machine.requests import Malformed, NewEvent, Outcome, Refusal, Request, index_of
from runbooks.machine.signature import on_screen_of
from runbooks.machine.state import RunState, not_taken, replace
from runbooks.procedure.observed import Reading, agree, judge


def _begin(state: RunState, request: Request) -> Outcome:
    return (NewEvent("step.begun", {"step": request.step}),)


def _record(state: RunState, request: Request) -> Outcome:
    readings = _read(state, request, only_sent=True)
    if isinstance(readings, Malformed):
        return readings
    if not readings:
        return Malformed({"values": "Write at least one value."})
    return _wrong(state, request, readings) or tuple(_until_now(state, request, readings))


def _tick(state: RunState, request: Request) -> Outcome:
    index = index_of(request)
    readings = _read(state, request, only_sent=False)
    if isinstance(readings, Malformed):
        return readings
    wrong = _wrong(state, request, readings)
    if wrong:
        return wrong
    closed = _first_closed(_as_if(state, index, readings), request)
    if closed:
        return closed
    after = state.step(index).guard.countersign is CountersignTiming.AFTER
    data: dict[str, Any] = {"step": index, "awaits": after, **pace(state, index, request.at)}
    return (
        *_until_now(state, request, readings),
        *interlocks.events(state, index, _known(state, index, readings), request.at),
        NewEvent("step.ticked", data),
    )


def _decide(state: RunState, request: Request) -> Outcome:
    index = index_of(request)
    decision = state.step(index).guard.decide
    options = dict(decision.options) if decision else {}
    answer = request.text("answer")
    errors = {}
    if answer not in options:
        errors["answer"] = "Choose one of: " + ", ".join(options) + "."
    if not request.prose("reason"):
        errors["reason"] = "Say why, in a sentence: it is what the review will ask for."
    readings = _read(state, request, only_sent=False)
    if isinstance(readings, Malformed):
        errors.update(readings.errors)
    if errors or isinstance(readings, Malformed):
        return Malformed(errors)
    with_them = _as_if(state, index, readings)
    wrong = _wrong(state, request, readings) or _first_closed(with_them, request)
    if wrong:
        return wrong
    taken = options[answer]
    thaw = rollback.closed(state, taken)
    if thaw:
        return rollback.refusal(state, thaw)
    data = {
        "step": index,
        "answer": answer,
        "reason": request.prose("reason"),
        "not_taken": not_taken(state, index, answer),
    }
    entered = [entering(state, taken, "decision")] if taken in state.procedure.asides else []
    return (
        *_until_now(state, request, readings),
        *interlocks.events(state, index, _known(state, index, readings), request.at),
        NewEvent("step.decided", data),
        *entered,
    )


def _until_now(
    state: RunState, request: Request, readings: Mapping[str, Reading]
) -> list[RunEvent]:
    """The circle, if it was not drawn yet, and the values typed with the tick."""
    opened = state.steps[index_of(request)].status is StepStatus.OPEN
    events = [NewEvent("step.begun", {"step": request.step})] if opened else []
    return [*events, _recorded(request, readings)] if readings else events


def _recorded(request: Request, readings: Mapping[str, Reading]) -> RunEvent:
    values = {name: reading.normal for name, reading in readings.items()}
    return NewEvent("step.recorded", {"step": request.step, "values": values})


def _countersign(state: RunState, request: Request) -> Outcome:
    index = index_of(request)
    guard, step = state.step(index).guard, state.steps[index]
    if guard.countersign is CountersignTiming.BEFORE:
        meaning, values = "before", {}
    else:
        readings = _read(state, request, only_sent=False, verifying=True)
        if isinstance(readings, Malformed):
            return readings
        wrong = _wrong(state, request, readings, verifying=True)
        if wrong:
            return wrong
        values = {name: reading.normal for name, reading in readings.items()}
        specs = {spec.name: spec for spec in interlocks.asks(state, index)}
        differ = [n for n, v in values.items() if not agree(specs[n], v, step.values.get(n, ""))]
        if differ:
            labels = ", ".join(specs[name].label for name in differ)
            return _mismatch(state, request, values, f"The two measurements differ: {labels}.")
        meaning = "after"
    data = {"step": index, "meaning": meaning, "values": values, "comment": request.text("comment")}
    return (NewEvent("step.countersigned", {**data, **on_screen_of(request)}),)


def _object(state: RunState, request: Request) -> Outcome:
    reason = request.prose("reason")
    if not reason:
        return Malformed({"reason": "Say what you see that is different."})
    data = {"step": request.step, "reason": reason, **on_screen_of(request)}
    objected = NewEvent("step.objected", data)
    return (objected, *_mismatch(state, request, {}, f"The verifier objects: {reason}"))


def _not_applicable(state: RunState, request: Request) -> Outcome:
    reason = request.prose("reason")
    if not reason:
        return Malformed({"reason": "Say why the step does not apply here."})
    return (NewEvent("step.not_applicable", {"step": request.step, "reason": reason}),)


def _report(state: RunState, request: Request) -> Outcome:
    observed = request.prose("observed")
    if not observed:
        return Malformed({"observed": "Say what you see that is different."})
    return _mismatch(state, request, {}, observed)


def _release(state: RunState, request: Request) -> Outcome:
    reason = request.prose("reason")
    if not reason:
        return Malformed({"reason": "Say why it may go on."})
    index, role = index_of(request), state.people[request.by]
    data: dict[str, Any] = {"step": index, "reason": reason, "role": role.value}
    signature = interlocks.signature(state, index, request.at)
    if signature and role is RunRole.DECIDER:
        data |= {
            "attempt": state.steps[index].attempt,
            "loss": signature.text,
            "loss_after": signature.newest.isoformat() if signature.newest else "",
            "loss_until": signature.until.isoformat() if signature.until else "",
            "loss_until_is": signature.basis,
        }
    return (NewEvent("step.released", data),)


def _read(
    state: RunState, request: Request, *, only_sent: bool, verifying: bool = False
) -> dict[str, Reading] | Malformed:
    """Every value that was sent, read and judged; with `only_sent` False the missing ones are
    errors, except those recorded before and files, which are attached."""
    index = index_of(request)
    sent: Mapping[str, Any] = request.data.get("values") or {}
    have = state.steps[index].verified_values if verifying else state.steps[index].values
    earlier = {name: value for step in state.steps for name, value in step.values.items()}
    kinds = {v.name: v.type for step in state.procedure.steps for v in step.guard.record}
    readings: dict[str, Reading] = {}
    errors: dict[str, str] = {}
    for spec in interlocks.asks(state, index):
        raw = str(sent.get(spec.name) or "").strip()
        if spec.type is ValueType.FILE or (not raw and (only_sent or spec.name in have)):
            continue
        try:
            readings[spec.name] = judge(
                spec, raw, earlier=earlier, at=request.at, kinds=kinds, zone=request.zone
            )
        except ValueError as error:
            errors[f"value_{spec.name}"] = str(error)
    return Malformed(errors) if errors else readings


def _wrong(
    state: RunState, request: Request, readings: Mapping[str, Reading], *, verifying: bool = False
) -> tuple[RunEvent, ...] | None:
    index = index_of(request)
    labels = {spec.name: spec.label for spec in interlocks.asks(state, index)}
    values = {name: reading.normal for name, reading in readings.items()}
    wrong = [f"{labels[n]}: {r.wrong}" for n, r in readings.items() if r.wrong]
    if wrong:
        return _mismatch(state, request, values, _unfit(state, index, " ".join(wrong)))
    known = values if verifying else _known(state, index, readings)
    unfit = interlocks.wrong(state, index, known, request.at)
    return _mismatch(state, request, values, unfit) if unfit else None


def _unfit(state: RunState, index: int, why: str) -> Wrong:
    """A value that is not as expected is a finding. Where the step identifies the target, it says
    that this may be another one, a standby perhaps, and the guard has caught it."""
    guard = next((key for key in ("identify", "mark") if key in state.step(index).guard.locks), "")
    return Wrong(why, caught=Caught.TARGET if guard else "", guard=guard)


def _as_if(state: RunState, index: int, readings: Mapping[str, Reading]) -> RunState:
    """The state as it will be once `readings` are recorded: gates judge what is sent as well."""
    if not readings:
        return state
    return put(state, replace(state.steps[index], values=_known(state, index, readings)))


def _known(state: RunState, index: int, readings: Mapping[str, Reading]) -> dict[str, str]:
    """The values of step `index`: those recorded before, and those sent now."""
    sent = {name: reading.normal for name, reading in readings.items()}
    return {**state.steps[index].values, **sent}


def _mismatch(
    state: RunState, request: Request, values: Mapping[str, str], why: str | Wrong
) -> tuple[RunEvent, ...]:
    """The step goes to diagnosis. The second time on the same step, after three wrong answers at
    it, or when an interlock says so, the run is held as well, for a second person."""
    index = index_of(request)
    unfit = why if isinstance(why, Wrong) else Wrong(why)
    data: dict[str, Any] = {
        "step": index,
        "values": dict(values),
        "why": unfit.sentence,
        "measured_by": state.people[request.by].value,
    }
    if unfit.deviation:
        data["deviation"] = unfit.deviation
    if unfit.caught or unfit.deviation:
        data["caught"] = unfit.caught or unfit.deviation
    if unfit.guard:
        data["guard"] = unfit.guard
    failed = {StepStatus.MISMATCH, StepStatus.DIAGNOSED}
    again = any(old.index == index and old.status in failed for old in state.past)
    if not (again or unfit.hold or too_many(state, index)):
        return (NewEvent("step.mismatched", data),)
    return (NewEvent("step.mismatched", data), holding(unfit.sentence))


def _first_closed(state: RunState, request: Request) -> Refusal | None:
    index = index_of(request)
    closed = closed_gate(state, index, request.at)
    return not_yet(closed) if closed else None


ACTS = {
    Move.BEGIN_STEP: _begin,
    Move.RECORD: _record,
    Move.TICK: _tick,
    Move.DECIDE: _decide,
    Move.COUNTERSIGN: _countersign,
    Move.OBJECT: _object,
    Move.NOT_APPLICABLE: _not_applicable,
    Move.REPORT_MISMATCH: _report,
    Move.RELEASE: _release,
}
