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


def button_words(state: RunState, move: type[Move], step: int, at: datetime) -> str:
    """The words on the button: what it does, not “OK”."""
    subject = state.step(step)
    if move is Unlock:
        return f"{act_words(subject)} {target_name(state, step)}"
    if move is Tick:
        return _tick_words(state, step)
    if move is Record and unchecked(state, step):
        return "Check the first line"
    if move is Countersign:
        after = subject.guard.countersign is CountersignTiming.AFTER
        if after:
            return "Countersign my own measurement"
        target = target_name(state, step)
        what = f"{act_words(subject)} {target}" if target else subject.title
        return f"Countersign: {what}"
    if move is Release:
        signs = interlocks.signature(state, step, at)
        return f"{signing_words(signs)} step {subject.number}"
    if move is BeginStep:
        return f"Begin step {subject.number}"
    return move.button


def target_name(state: RunState, step: int) -> str:
    """The name of what step `step` overwrites or deletes, '' for every other step."""
    name = target_of(state.step(step).guard)
    return place_name(state.facts[name]) if name in state.facts else name


def _tick_words(state: RunState, step: int) -> str:
    """What the tick of `step` says: which way it goes, and with what, where it moves data."""
    subject = state.step(step)
    target = target_name(state, step)
    if target and deletes(subject.guard):
        part = part_of(subject.guard)
        return f"Tick: {part} of {target} is deleted" if part else f"Tick: {target} is deleted"
    if target:
        return f"Tick: {target} is overwritten"
    if Direction in subject.guard:
        return "Tick: READ FROM and WRITE INTO are as I said"
    read = next((demand for demand in subject.guard.demands if isinstance(demand, _READING)), None)
    if read:
        return f"READ FROM {thing(state, read)}: {subject.title}"
    return f"Tick: {subject.title}"
