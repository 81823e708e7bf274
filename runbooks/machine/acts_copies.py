"""Does anyone hold a newer copy? The question to the whole team, and what each answers.

The last dump of the story was on a coworker's stick, and his development database saved it: both
were found by accident (B12, M12 of the story).
"""

from __future__ import annotations

from accounts.texts import says_something
from runbooks.enums import Move
from runbooks.machine.requests import Malformed, NewEvent, Outcome, Request
from runbooks.machine.state import RunState


def _ask(state: RunState, request: Request) -> Outcome:
    return (NewEvent("copies.asked", {"text": request.text("text")}),)


def _answer(state: RunState, request: Request) -> Outcome:
    """`holds`: true or false; `who`: the name of whoever answers. No role is needed."""
    holds, text = request.data.get("holds"), request.text("text")
    errors = {}
    if not isinstance(holds, bool):
        errors["holds"] = "Say whether you hold one."
    if holds is True and not says_something(text):
        errors["text"] = "Say which: where it lies, from when it is, and how you know."
    if errors:
        return Malformed(errors)
    said = {"holds": holds, "text": text, "who": request.text("who")}
    return (NewEvent("copies.answered", said),)


ACTS = {
    Move.ASK_COPIES: _ask,
    Move.ANSWER_COPIES: _answer,
}
