"""The password at a signature: where it is asked for again, and what a wrong one comes to.

The machine sees no password, but what `runbooks.runs.signing` found out about it
(`runbooks.machine.move.PasswordCheck`). No password is compared where the move would be refused
anyway (`may_sign`), so what is answered there tells nothing of it.
"""

from __future__ import annotations

from datetime import datetime

from runbooks.enums import CountersignTiming, RunRole
from runbooks.machine.move import Move, Request
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.requests import Malformed, Refusal
from runbooks.machine.rules import standing
from runbooks.machine.state import RunState
from runbooks.procedure.irreversible import act_key

_WRONG = (
    "Look at the keyboard, and type it again. It is asked for so that nobody signs for somebody"
    " else."
)


_NO_HOST = Refusal(
    "not_in_run",
    "A second person signs on the screen of somebody who acts in this run.",
    "Sign from your own account, or on the operator's screen.",
)
#: The same for the name of an account and for one that nobody has.
_NOBODY = Refusal(
    "not_in_run",
    "Nobody with this name has a role in this run.",
    "The second person takes a role in it first, or look at how the name is spelled.",
)


def demanded(state: RunState, move: type[Move], index: int | None, sign_again: str) -> bool:
    """Whether `move` on step `index` (None: on the run) asks for the password again, by the setting
    `sign_again`: off, overwrite, all."""
    if not move.signature or sign_again == "off":
        return False
    if sign_again == "all":
        return True
    steps = state.procedure.steps if index is None else (state.step(index),)
    return any(act_key(step.guard) for step in steps)


def may_sign(
    state: RunState, host: int, signer: int, index: int | None, at: datetime
) -> Refusal | None:
    """Why `signer` (account id; 0: of nobody) does not countersign step `index` at `at` (aware) on
    the screen of `host`, whatever the password; None when they may."""
    if not _may_host(state, host):
        return standing(state, host, Countersign, index, at) or _NO_HOST
    if signer not in state.people:
        return _NOBODY
    return standing(state, signer, Countersign, index, at) or _hosted(state, signer, index, host)


def unknown_signer(state: RunState, request: Request) -> Refusal | None:
    """On somebody else's screen: what a signature comes to that was not compared, or did not fit.
    Which of name and password was wrong is not said."""
    check = request.password
    if not check.unknown:
        return None
    why = may_sign(state, request.by, check.signer, request.step, request.shown)
    if why is not None:
        return why
    if check.fits is None:  # the run went on between the look and the move
        return Refusal(
            "stale",
            "Something changed before your move arrived. Nothing was done.",
            "Look at the present state, then decide again.",
            logged=False,
        )
    return Refusal(
        "signature_wrong",
        "This name and this password do not fit together.",
        _WRONG,
        guard="signature",
        counts=True,
    )


def unsigned(state: RunState, request: Request) -> Refusal | Malformed | None:
    """Why `request`, which the table lets through, is not signed as it has to be."""
    check, move = request.password, request.move
    if check.host is not None:
        return _hosted(state, request.by, move.index, check.host)
    if check.fits is True or not demanded(state, type(move), move.index, check.setting):
        return None
    if check.fits is None:
        return Malformed({"password": "Type your password again: this is a signature."})
    return Refusal(
        "signature_wrong",
        "This is not your password. Nothing was signed.",
        _WRONG,
        guard="signature",
        counts=True,
    )


def _hosted(state: RunState, signer: int, index: int | None, host: int) -> Refusal | None:
    if not _may_host(state, host) or host == signer:
        return _NO_HOST
    after = index is not None and state.step(index).guard.countersign is CountersignTiming.AFTER
    if after:
        return Refusal(
            "not_blind",
            "The second measurement is blind, and this screen shows the first one.",
            "Measure and countersign from a screen of your own; a telephone will do.",
            guard="countersign",
        )
    return None


def _may_host(state: RunState, person: int) -> bool:
    return state.people.get(person) not in {None, RunRole.OBSERVER}
