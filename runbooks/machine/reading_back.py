"""Resuming and taking over begin with reading back where the run stands: the number of the step
that was finished last (interrupted checklists lose their place: NASA/TM-2010-216396)."""

from __future__ import annotations

from runbooks.machine.requests import Malformed, Refusal, Request
from runbooks.machine.state import RunState, place


def read_back(state: RunState, request: Request) -> Refusal | Malformed | None:
    """What is wrong with the number that was read back; None when it fits."""
    said = request.text("read_back").lower().removeprefix("step ").rstrip(".")
    if not said:
        return Malformed({"read_back": "Write the number of the step that was finished last."})
    if said != place(state):
        return Refusal(
            "read_back_wrong",
            f"Step {said} is not the step that was finished last.",
            "Read the form from the top to the last slash, and write that number (or: none).",
        )
    return None
