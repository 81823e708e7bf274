"""The words on the button of a control: what it does to what, not “OK”."""

from __future__ import annotations

from datetime import datetime

from runbooks.enums import CountersignTiming
from runbooks.machine import interlocks
from runbooks.machine.interlocks.wait import unchecked
from runbooks.machine.move import Move
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Record, Release, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.state import RunState
from runbooks.procedure.guards.copies import MakeCopy, Protect, Verify
from runbooks.procedure.guards.target import Direction
from runbooks.procedure.irreversible import deletes, part_of, target_of
from runbooks.screen.groups import thing
from runbooks.screen.words import act_words, place_name, signing_words

#: Guards of steps that read something and write into nothing that is there.
_READING = (MakeCopy, Protect, Verify)


def button_words(state: RunState, move: type[Move], index: int, at: datetime) -> str:
    """The words on the button of `move` at step `index`."""
    step = state.step(index)
    if move is Unlock:
        return f"{act_words(step)} {target_name(state, index)}"
    if move is Tick:
        return _tick_words(state, index)
    if move is Record and unchecked(state, index):
        return "Check the first line"
    if move is Countersign:
        if step.guard.countersign is CountersignTiming.AFTER:
            return "Countersign my own measurement"
        target = target_name(state, index)
        act = f"{act_words(step)} {target}" if target else step.title
        return f"Countersign: {act}"
    if move is Release:
        signs = interlocks.signature(state, index, at)
        return f"{signing_words(signs)} step {step.number}"
    if move is BeginStep:
        return f"Begin step {step.number}"
    return move.button


def target_name(state: RunState, index: int) -> str:
    """The name of what step `index` overwrites or deletes, '' for every other step."""
    name = target_of(state.step(index).guard)
    return place_name(state.facts[name]) if name in state.facts else name


def _tick_words(state: RunState, index: int) -> str:
    """What the tick of step `index` says: which way it goes, and with what, where it moves data."""
    step = state.step(index)
    target = target_name(state, index)
    if target and deletes(step.guard):
        part = part_of(step.guard)
        return f"Tick: {part} of {target} is deleted" if part else f"Tick: {target} is deleted"
    if target:
        return f"Tick: {target} is overwritten"
    if Direction in step.guard:
        return "Tick: READ FROM and WRITE INTO are as I said"
    read = next((demand for demand in step.guard.demands if isinstance(demand, _READING)), None)
    if read:
        return f"READ FROM {thing(state, read)}: {step.title}"
    return f"Tick: {step.title}"
