"""What happens to the attempts at steps: changed, begun again, struck. Used by the events."""

from __future__ import annotations

from runbooks.enums import StepStatus
from runbooks.machine.state import FINISHED, RunState, StepState, replace


def put(state: RunState, step: StepState) -> RunState:
    """The state with the newest attempt at a step replaced by `step`."""
    steps = list(state.steps)
    steps[step.index] = step
    return replace(state, steps=tuple(steps))


def touch(state: RunState, index: int, sequence: int, **changes: object) -> RunState:
    """The state with `changes` to step `index`, made by the event number `sequence`."""
    return put(state, replace(state.steps[index], touched=sequence, **changes))


def again(state: RunState, indexes: list[int], sequence: int) -> RunState:
    """A new attempt at each of the steps that were touched; the old attempts go into the past."""
    begun = [state.steps[i] for i in indexes if not state.steps[i].is_fresh]
    for old in begun:
        state = put(state, StepState(old.index, old.attempt + 1, touched=sequence))
    past = sorted((*state.past, *begun), key=lambda s: (s.index, s.attempt))
    return replace(state, past=tuple(past))


def strike(state: RunState, indexes: list[int], sequence: int) -> RunState:
    """The state with those of the steps struck that are not finished."""
    for index in indexes:
        if state.steps[index].status not in FINISHED:
            step = replace(state.steps[index], status=StepStatus.STRUCK, touched=sequence)
            state = put(state, step)
    return state
