"""What each event does to the state. `apply` is total over the kinds of `EFFECTS`; everything else
in the log (notes, refusals, late entries) changes nothing but the count. The same fold serves the
verbs, which store what it gives, and `runbooks.log.verify`, which replays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runbooks.enums import RunKind, RunRole, RunStatus, StepStatus
from runbooks.machine.requests import Line
from runbooks.machine.state import (
    FINISHED,
    Facts,
    RunState,
    StepState,
    current,
    in_section,
    passed_by_others,
    replace,
)
from runbooks.procedure import Procedure


def genesis(number: int, procedure: Procedure, line: Line) -> RunState:
    """The state after the first event, `run.prepared`. Raises `ValueError` for any other kind."""
    if line.kind != "run.prepared":
        raise ValueError(f"A log begins with run.prepared, not with {line.kind}.")
    facts = {
        name: Facts(f["value"], dict(f["fields"]), tuple(f["identifiers"]))
        for name, f in line.data["parameters"].items()
    }
    return RunState(
        number=number,
        kind=RunKind(line.data["kind"]),
        status=RunStatus.BRIEFING,
        procedure=procedure,
        facts=facts,
        people={},
        steps=tuple(StepState(step.index) for step in procedure.steps),
        sequence=line.sequence,
        turned=line.sequence,
    )


def apply(state: RunState, line: Line) -> RunState:
    """The state after `line`. The step that is now current is open, and no other."""
    effect = EFFECTS.get(line.kind)
    if effect is None:
        return replace(state, sequence=line.sequence)
    turned = line.sequence if line.kind in TURNING else state.turned
    after = replace(effect(state, line), sequence=line.sequence, turned=turned)
    return _open_current(after, line.sequence)


def _open_current(state: RunState, sequence: int) -> RunState:
    now, opened = current(state), StepStatus.OPEN
    for step in [step for step in state.steps if step.status is opened and step.index != now]:
        state = _put(state, replace(step, status=StepStatus.LOCKED, touched=sequence))
    if now is not None and state.steps[now].status is StepStatus.LOCKED:
        state = _put(state, replace(state.steps[now], status=opened, touched=sequence))
    return state


def _put(state: RunState, step: StepState) -> RunState:
    steps = list(state.steps)
    steps[step.index] = step
    return replace(state, steps=tuple(steps))


def _touch(state: RunState, line: Line, **changes: Any) -> RunState:
    step = state.steps[line.data["step"]]
    return _put(state, replace(step, touched=line.sequence, **changes))


def _again(state: RunState, indexes: list[int], sequence: int) -> RunState:
    """A new attempt at each of the steps that were touched; the old attempts go into the past."""
    begun = [state.steps[i] for i in indexes if not state.steps[i].is_fresh]
    for old in begun:
        state = _put(state, StepState(old.index, old.attempt + 1, touched=sequence))
    past = sorted((*state.past, *begun), key=lambda s: (s.index, s.attempt))
    return replace(state, past=tuple(past))


def _strike(state: RunState, indexes: list[int], sequence: int) -> RunState:
    for index in indexes:
        if state.steps[index].status not in FINISHED:
            step = replace(state.steps[index], status=StepStatus.STRUCK, touched=sequence)
            state = _put(state, step)
    return state


def _started(state: RunState, line: Line) -> RunState:
    return replace(state, status=RunStatus.RUNNING, started_at=line.at)


def _role_taken(state: RunState, line: Line) -> RunState:
    return replace(state, people={**state.people, line.by: RunRole(line.data["role"])})


def _role_released(state: RunState, line: Line) -> RunState:
    return replace(state, people={p: r for p, r in state.people.items() if p != line.by})


def _begun(state: RunState, line: Line) -> RunState:
    return _touch(state, line, status=StepStatus.STARTED, started_at=line.at, started_by=line.by)


def _recorded(state: RunState, line: Line) -> RunState:
    values = {**state.steps[line.data["step"]].values, **line.data["values"]}
    return _touch(state, line, values=values)


def _attached(state: RunState, line: Line) -> RunState:
    if not line.data.get("value"):
        return state
    values = {**state.steps[line.data["step"]].values, line.data["value"]: line.data["sha256"]}
    return _touch(state, line, values=values)


def _ticked(state: RunState, line: Line) -> RunState:
    status = StepStatus.AWAITING if line.data["awaits"] else StepStatus.DONE
    return _touch(state, line, status=status, done_at=line.at, done_by=line.by)


def _countersigned(state: RunState, line: Line) -> RunState:
    done = line.data["meaning"] == "after"
    changes = {"status": StepStatus.DONE} if done else {}
    return _touch(
        state,
        line,
        countersigned_at=line.at,
        countersigned_by=line.by,
        verified_values=line.data["values"],
        **changes,
    )


def _mismatched(state: RunState, line: Line) -> RunState:
    step = state.steps[line.data["step"]]
    by_verifier = line.data["measured_by"] == RunRole.VERIFIER.value
    values = "verified_values" if by_verifier else "values"
    kept = {values: {**getattr(step, values), **line.data["values"]}}
    return _touch(state, line, status=StepStatus.MISMATCH, reason=line.data["why"], **kept)


def _diagnosed(state: RunState, line: Line) -> RunState:
    return _touch(state, line, status=StepStatus.DIAGNOSED, reason=line.data["finding"])


def _reopened(state: RunState, line: Line) -> RunState:
    return _again(state, [line.data["step"]], line.sequence)


def _not_applicable(state: RunState, line: Line) -> RunState:
    return _touch(
        state,
        line,
        status=StepStatus.NOT_APPLICABLE,
        reason=line.data["reason"],
        done_at=line.at,
        done_by=line.by,
    )


def _entered(state: RunState, line: Line) -> RunState:
    key = line.data["section"]
    state = _again(state, in_section(state, key), line.sequence)
    return replace(state, entered=(*(k for k in state.entered if k != key), key))


def _undone(state: RunState, line: Line) -> RunState:
    """Everything on the main path from the step that was taken back is done again: but not the
    branches that an earlier decision passed by, and nothing once the run is turned back."""
    later = [i for i in range(line.data["step"], len(state.steps)) if state.on_main_path(i)]
    passed_by = passed_by_others(state, later)
    again = [i for i in later if state.step(i).section not in passed_by]
    state = _again(state, again, line.sequence)
    return _strike(state, again, line.sequence) if state.turned_back else state


def _decided(state: RunState, line: Line) -> RunState:
    state = _touch(
        state,
        line,
        status=StepStatus.DONE,
        done_at=line.at,
        done_by=line.by,
        answer=line.data["answer"],
        reason=line.data["reason"],
    )
    struck = [i for key in line.data["not_taken"] for i in in_section(state, key)]
    return _strike(state, struck, line.sequence)


def _released(state: RunState, line: Line) -> RunState:
    return _touch(state, line, released_at=line.at, released_by=line.by)


def _held(state: RunState, line: Line) -> RunState:
    return replace(
        state,
        status=RunStatus.HELD,
        held_at=line.at,
        held_by=line.by,
        held_for_mismatch=line.data["mismatch"],
    )


def _resumed(state: RunState, line: Line) -> RunState:
    return replace(
        state, status=RunStatus.RUNNING, held_at=None, held_by=None, held_for_mismatch=False
    )


def _offered(state: RunState, line: Line) -> RunState:
    return replace(state, hand_over_by=line.by, hand_over_to=line.data["to"])


def _withdrawn(state: RunState, line: Line) -> RunState:
    return replace(state, hand_over_by=None, hand_over_to=None)


def _accepted(state: RunState, line: Line) -> RunState:
    people: dict[int, RunRole] = {
        p: r for p, r in state.people.items() if r is not RunRole.OPERATOR
    }
    people[line.by] = RunRole.OPERATOR
    return replace(state, people=people, hand_over_by=None, hand_over_to=None)


def _turned_back(state: RunState, line: Line) -> RunState:
    main = [s.index for s in state.steps if state.on_main_path(s.index)]
    other = [i for key in state.entered for i in in_section(state, key)]
    state = _strike(state, main + other, line.sequence)
    deviation = line.data.get("deviation", "")
    return replace(_resumed(state, line), turned_back=True, deviation=deviation)


def _ended(status: RunStatus) -> Callable[[RunState, Line], RunState]:
    def effect(state: RunState, line: Line) -> RunState:
        state = _strike(state, [s.index for s in state.steps], line.sequence)
        return replace(
            state,
            status=status,
            ended_at=line.at,
            held_at=None,
            held_by=None,
            held_for_mismatch=False,
            hand_over_by=None,
            hand_over_to=None,
            deviation=line.data.get("deviation", ""),
        )

    return effect


EFFECTS: dict[str, Callable[[RunState, Line], RunState]] = {
    "role.taken": _role_taken,
    "role.released": _role_released,
    "run.started": _started,
    "step.begun": _begun,
    "step.recorded": _recorded,
    "step.ticked": _ticked,
    "step.countersigned": _countersigned,
    "step.not_applicable": _not_applicable,
    "step.mismatched": _mismatched,
    "step.diagnosed": _diagnosed,
    "step.reopened": _reopened,
    "step.undone": _undone,
    "step.released": _released,
    "step.decided": _decided,
    "section.entered": _entered,
    "evidence.attached": _attached,
    "run.held": _held,
    "run.resumed": _resumed,
    "hand_over.offered": _offered,
    "hand_over.withdrawn": _withdrawn,
    "hand_over.accepted": _accepted,
    "run.turned_back": _turned_back,
    "run.aborted": _ended(RunStatus.ABORTED),
    "run.completed": _ended(RunStatus.COMPLETED),
}

#: Events after which a sender who has not seen them is stale, whatever the step.
TURNING = frozenset(
    {
        "run.started",
        "run.held",
        "run.resumed",
        "hand_over.offered",
        "hand_over.withdrawn",
        "hand_over.accepted",
        "section.entered",
        "step.undone",
        "run.turned_back",
        "run.aborted",
        "run.completed",
    }
)
