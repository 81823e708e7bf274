"""What moves on the run as a whole cause, once the table has let them through."""

from __future__ import annotations

from typing import Any

from runbooks.enums import Caught, Deviation, Move, RunKind, RunRole, RunStatus
from runbooks.machine import interlocks, rollback
from runbooks.machine.reading_back import read_back
from runbooks.machine.replacing import is_taken
from runbooks.machine.requests import Malformed, NewEvent, Outcome, Refusal, Request
from runbooks.machine.state import RunState, current, in_section, place


def _take_role(state: RunState, request: Request) -> Outcome:
    role = RunRole(request.data["role"])
    if is_taken(state, role):
        return Refusal(
            "role_taken",
            f"Somebody is the {role} already, or is about to be.",
            "Take another role, or wait until they release it or hand it over. Whoever is gone can"
            " be replaced by two people of the run.",
        )
    return (NewEvent("role.taken", {"role": role.value}),)


def _release_role(state: RunState, request: Request) -> Outcome:
    return (NewEvent("role.released", {"role": state.people[request.by].value}),)


def _start(state: RunState, request: Request) -> Outcome:
    errors = {}
    if not request.data.get("acknowledged"):
        errors["acknowledged"] = "Read the purpose, the worst case and the abort rule, then say so."
    if state.procedure.entry and not request.data.get("conditions"):
        errors["conditions"] = "Every entry condition must hold before the start."
    access = request.text("access")
    if state.procedure.copies_out and access not in _ACCESS:
        errors["access"] = "Say what your account can do on what is read: read, or write as well."
    if errors:
        return Malformed(errors)
    if state.procedure.copies_out and access == "write":
        return _may_write(state)
    opening = {"conditions": list(state.procedure.entry), **({"access": access} if access else {})}
    return (NewEvent("run.started", opening),)


_ACCESS = ("read", "write")


def _may_write(state: RunState) -> Refusal:
    """A copy job needs no more than to read (M1 of the story; L02)."""
    name = state.facts[state.procedure.read_from()].value
    return Refusal(
        "write_access",
        f"This run only reads {name}, and your account can write on it.",
        "Ask for an account that can only read, and sign in to the database with that one.",
        guard="access",
        caught=Caught.ACCESS,
    )


def _hold(state: RunState, request: Request) -> Outcome:
    return (NewEvent("run.held", {"mismatch": False, "reason": request.text("reason")}),)


def _resume(state: RunState, request: Request) -> Outcome:
    wrong = read_back(state, request)
    if wrong:
        return wrong
    held = int((request.at - state.held_at).total_seconds()) if state.held_at else 0
    said = {"read_back": place(state), "comment": request.text("comment")}
    return (NewEvent("run.resumed", {**said, "held_seconds": held}),)


def _hand_over(state: RunState, request: Request) -> Outcome:
    to = request.data.get("to")
    if to == request.by:
        if state.hand_over_to is None:
            return Malformed({"to": "Choose the person who takes over."})
        return (NewEvent("hand_over.withdrawn", {}),)
    asked = {
        "to": "Choose the person who takes over.",
        "position": "Say where the run stands.",
        "running": "Say what is running now; write “nothing” if nothing is.",
        "next_step": "Say what comes next.",
        "worries": "Say what worries you; write “nothing” if nothing does.",
    }
    errors = {name: sentence for name, sentence in asked.items() if not request.text(name)}
    if errors:
        return Malformed(errors)
    data = {name: request.text(name) for name in ("position", "running", "next_step", "worries")}
    return (NewEvent("hand_over.offered", {"to": to, "to_name": request.text("to_name"), **data}),)


def _accept(state: RunState, request: Request) -> Outcome:
    wrong = read_back(state, request)
    if wrong:
        return wrong
    target = state.facts.get(state.procedure.written_into())
    if target is not None and target.identifiers:
        said = request.text("identifier")
        proof = interlocks.proof(target)
        if not said:
            line = ", on one line" if proof.together else ""
            what = f"Read off {target.value} its {proof.asked}{line}."
            return Malformed({"identifier": what})
        if not proof.fits(said):
            return Refusal(
                "wrong_target",
                f"{said} is not what identifies {target.value}: its {proof.asked}.",
                "Stop. Find out which machine you are on before you take over.",
                guard="identify",
                caught=Caught.TARGET,
            )
    left = state.people.get(request.by)
    data = {"read_back": place(state), "left_role": left.value if left else ""}
    return (NewEvent("hand_over.accepted", data),)


def _abort(state: RunState, request: Request) -> Outcome:
    reason = request.prose("reason")
    if not reason:
        return Malformed({"reason": "Say why the run is aborted."})
    if request.text("deviation") not in {"", *Deviation}:
        return Malformed({"deviation": "Choose one of: " + ", ".join(Deviation) + "."})
    data = {"reason": reason, **_gone_wrong(state, request)}
    aside = state.procedure.on_abort
    way_back = in_section(state, aside) if aside and not rollback.closed(state, aside) else []
    if way_back and not state.turned_back and state.status is not RunStatus.BRIEFING:
        return (
            NewEvent("run.turned_back", data),
            NewEvent("section.entered", {"section": aside, "why": "abort"}),
        )
    return (NewEvent("run.aborted", data),)


def _gone_wrong(state: RunState, request: Request) -> dict[str, Any]:
    """In what the run went wrong, and at which step (index): what is said now; else what was said
    when the run turned back; else what was last found to be wrong in it. The step is the one where
    that was found, else where the run stands; it is told once."""
    found = state.stated.deviations
    said = request.text("deviation") or state.deviation or (found[-1].kind if found else "")
    if not said:
        return {"deviation": ""}
    if said == state.deviation:
        return {"deviation": said, "failed_step": None}
    seen = [one.step for one in found if one.kind == said]
    return {"deviation": said, "failed_step": seen[-1] if seen else current(state)}


def _complete(state: RunState, request: Request) -> Outcome:
    live = state.kind is RunKind.LIVE
    return (NewEvent("run.completed", {"summary": request.text("summary"), "live": live}),)


ACTS = {
    Move.TAKE_ROLE: _take_role,
    Move.RELEASE_ROLE: _release_role,
    Move.START: _start,
    Move.HOLD: _hold,
    Move.RESUME: _resume,
    Move.HAND_OVER: _hand_over,
    Move.ACCEPT_HAND_OVER: _accept,
    Move.ABORT: _abort,
    Move.COMPLETE: _complete,
}
