"""What each event on a step does to the state."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.enums import RunRole, StepStatus
from runbooks.machine.attempts import again, strike, touch
from runbooks.machine.requests import Line
from runbooks.machine.state import RunState, in_section, replace, taken_back


def _begun(state: RunState, line: Line) -> RunState:
    return touch(state, line, status=StepStatus.STARTED, started_at=line.at, started_by=line.by)


def _recorded(state: RunState, line: Line) -> RunState:
    values = {**state.steps[line.data["step"]].values, **line.data["values"]}
    return touch(state, line, values=values)


def _attached(state: RunState, line: Line) -> RunState:
    if not line.data.get("value"):
        return state
    values = {**state.steps[line.data["step"]].values, line.data["value"]: line.data["sha256"]}
    return touch(state, line, values=values)


def _ticked(state: RunState, line: Line) -> RunState:
    status = StepStatus.AWAITING if line.data["awaits"] else StepStatus.DONE
    return touch(state, line, status=status, done_at=line.at, done_by=line.by)


def _countersigned(state: RunState, line: Line) -> RunState:
    done = line.data["meaning"] == "after"
    changes = {"status": StepStatus.DONE} if done else {}
    return touch(
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
    return touch(state, line, status=StepStatus.MISMATCH, reason=line.data["why"], **kept)


def _diagnosed(state: RunState, line: Line) -> RunState:
    return touch(state, line, status=StepStatus.DIAGNOSED, reason=line.data["finding"])


def _reopened(state: RunState, line: Line) -> RunState:
    return again(state, [line.data["step"], *line.data.get("again", ())], line.sequence)


def _not_applicable(state: RunState, line: Line) -> RunState:
    return touch(
        state,
        line,
        status=StepStatus.NOT_APPLICABLE,
        reason=line.data["reason"],
        done_at=line.at,
        done_by=line.by,
    )


def _entered(state: RunState, line: Line) -> RunState:
    key = line.data["section"]
    indexes = [*in_section(state, key), *line.data.get("again", ())]
    state = again(state, indexes, line.sequence)
    return replace(state, entered=(*(k for k in state.entered if k != key), key))


def _undone(state: RunState, line: Line) -> RunState:
    """What is taken back is done again, with what guards it; nothing is, once the run is turned
    back."""
    anew = taken_back(state, line.data["step"])
    state = again(state, [*line.data.get("again", ()), *anew], line.sequence)
    return strike(state, anew, line.sequence) if state.turned_back else state


def _decided(state: RunState, line: Line) -> RunState:
    state = touch(
        state,
        line,
        status=StepStatus.DONE,
        done_at=line.at,
        done_by=line.by,
        answer=line.data["answer"],
        reason=line.data["reason"],
    )
    struck = [i for key in line.data["not_taken"] for i in in_section(state, key)]
    return strike(state, struck, line.sequence)


def _released(state: RunState, line: Line) -> RunState:
    return touch(state, line, released_at=line.at, released_by=line.by)


def _overridden(state: RunState, line: Line) -> RunState:
    state = replace(state, overridden=state.overridden + 1)
    if line.data["step"] is None:
        return state
    changes = {"status": StepStatus.DONE} if line.data.get("done") else {}
    return touch(state, line, **changes)


STEP_EFFECTS: dict[str, Callable[[RunState, Line], RunState]] = {
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
    "gate.overridden": _overridden,
    "section.entered": _entered,
    "evidence.attached": _attached,
}
