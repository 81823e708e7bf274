"""The password at a signature: where it is asked for again, and what a wrong one comes to.

The machine sees no password. A verb looks at it (`runbooks.signing`) and says with the request:
`signed` True, False (it does not fit) or None (none was typed); `sign_again`, the setting;
`on_screen_of`, the person (account id) on whose screen another one signs; `unknown_signer`, that
the name and the password of that other one do not fit together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbooks.enums import Countersign, Move, RunRole
from runbooks.machine.rules import standing
from runbooks.requests import Malformed, Refusal, Request
from runbooks.state import RunState

#: Moves that are signatures under something that cannot be undone, or that verify it.
SIGNED = frozenset({Move.COUNTERSIGN, Move.UNLOCK, Move.OVERRIDE})
#: What a person may make of this who is not the one who signs.
_HOSTED = frozenset({"own_step", "wrong_role"})
_WRONG = (
    "Look at the keyboard, and type it again. It is asked for so that nobody signs for somebody"
    " else."
)


def demanded(state: RunState, move: Move, index: int | None, sign_again: str) -> bool:
    """Whether `move` on step `index` (None: on the run) asks for the password again, by the setting
    `sign_again`: off, overwrite, all."""
    if move not in SIGNED or sign_again == "off":
        return False
    if sign_again == "all":
        return True
    steps = state.procedure.steps if index is None else (state.step(index),)
    return any("overwrite" in step.guard.locks for step in steps)


def unknown_signer(state: RunState, request: Request) -> Refusal | None:
    """On somebody else's screen: what name and password that do not fit come to. Which of the two
    was wrong is not said."""
    if not request.data.get("unknown_signer"):
        return None
    why = standing(state, request.by, request.move, request.step, request.at)
    if why is not None and (why.code not in _HOSTED or not _may_host(state, request.by)):
        return why
    return Refusal(
        "signature_wrong",
        "This name and this password do not fit together.",
        _WRONG,
        guard="signature",
        counts=True,
    )


def unsigned(state: RunState, request: Request) -> Refusal | Malformed | None:
    """Why `request`, which the table lets through, is not signed as it has to be."""
    data: Mapping[str, Any] = request.data
    host, signed = data.get("on_screen_of"), data.get("signed")
    if host is not None:
        return _hosted(state, request, host)
    again = str(data.get("sign_again") or "off")
    if signed is True or not demanded(state, request.move, request.step, again):
        return None
    if signed is None:
        return Malformed({"password": "Type your password again: this is a signature."})
    return Refusal(
        "signature_wrong",
        "This is not your password. Nothing was signed.",
        _WRONG,
        guard="signature",
        counts=True,
    )


def _hosted(state: RunState, request: Request, host: int) -> Refusal | None:
    index = request.step
    if not _may_host(state, host) or host == request.by:
        return Refusal(
            "not_in_run",
            "A second person signs on the screen of somebody who acts in this run.",
            "Sign from your own account, or on the operator's screen.",
        )
    after = index is not None and state.step(index).guard.countersign is Countersign.AFTER
    if after and request.move is Move.COUNTERSIGN:
        return Refusal(
            "not_blind",
            "The second measurement is blind, and this screen shows the first one.",
            "Measure and countersign from a screen of your own; a telephone will do.",
            guard="countersign",
        )
    return None


def on_screen_of(request: Request) -> dict[str, Any]:
    """For the event: on whose screen it was signed, when that was not the signer's own."""
    host = request.data.get("on_screen_of")
    name = request.text("on_screen_name")
    return {} if host is None else {"on_screen_of": {"id": host, "name": name}}


def _may_host(state: RunState, person: int) -> bool:
    return state.people.get(person) not in {None, RunRole.OBSERVER}
