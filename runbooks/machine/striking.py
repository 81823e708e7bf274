"""Who may strike out which line of the log: its author, or the decider of the run."""

from __future__ import annotations

from runbooks.enums import RunRole
from runbooks.machine.requests import Refusal
from runbooks.machine.state import RunState


def not_struck(state: RunState, person: int, sequence: int) -> Refusal | None:
    """Why `person` may not strike out the line with this number; None when they may."""
    author = state.stated.entries.get(sequence)
    if author is None:
        return Refusal(
            "not_strikable",
            "Only notes, late entries and attachments are struck out.",
            "Write a note or a late entry that says what is wrong.",
        )
    if sequence in state.stated.struck:
        return Refusal(
            "struck_already", "It is struck out already.", "Nothing is left to do.", False
        )
    if person != author and state.people.get(person) is not RunRole.DECIDER:
        return Refusal(
            "not_your_entry",
            "Somebody else wrote this line.",
            "Ask its author or the decider to strike it out; or write a note that says what is"
            " wrong with it.",
        )
    return None


def may_strike_any(state: RunState, person: int) -> bool:
    """Whether there is a line that `person` may strike out."""
    entries = state.stated.entries
    return any(not_struck(state, person, sequence) is None for sequence in entries)
