"""Attempts with keys that were used, moves that are not allowed yet, and words that no longer
count."""

from __future__ import annotations

from demo.attempts.attempt import Attempt, World, demand
from demo.day.crew import PASSWORD
from runbooks.enums import RunRole
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.log import Note, StrikeOut
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.steps import BeginStep
from runbooks.machine.moves.unlock import Unlock


def _corrected_text(world: World) -> str:
    crew = world.restore()
    browser, url = world.client("operator"), f"/runs/{crew.run}/note/"
    sent = {"key": "once", "seen": crew.state.sequence, "text": "12 clients are cut off."}
    headers = {"Accept": "application/json"}
    demand(browser.post(url, sent, headers=headers).status_code == 200, "The note was not kept.")
    answer = browser.post(url, {**sent, "text": "13 clients are cut off."}, headers=headers)
    body = answer.json()
    demand(body.get("code") == "key_used", "The corrected note looked kept, and was not.")
    demand("12 clients" in body.get("kept", ""), "What was kept was not said.")
    return f"({body['code']}) {body['sentence']}"


def _stop_under_a_used_key(world: World) -> str:
    crew = world.restore()
    crew.press("operator", Note, text="All is well.", key="once")
    return world.refused("key_used", lambda: crew.press("operator", Hold, key="once"))


def _early_tick(world: World) -> str:
    """A program that obeys `allowed_moves` is not led into a near miss."""
    crew, act = world.restore_to_the_act(agreed=False)
    body = world.client("operator").get(f"/api/v1/runs/{crew.run}/").json()
    here = {move["move"] for move in body["allowed_moves"] if move["step"] == act}
    demand(not here & {"tick", "unlock"}, "What would be refused is said to be allowed.")
    demand("begin_step" in here, "What would be accepted is not said to be allowed.")
    return f"Allowed at this step: {', '.join(sorted(here))}."


def _second_countersign(world: World) -> str:
    crew, act = world.restore_to_the_act(agreed=False)
    crew.press("operator", BeginStep, act)
    crew.confirm(act)
    return world.refused("countersigned_already", lambda: crew.confirm(act))


def _strike_out(world: World) -> str:
    crew = world.restore()
    crew.press("operator", Note, text="The jobs are stopped.")
    note = crew.state.sequence
    crew.press("viewer", TakeRole, role=RunRole.OBSERVER.value)
    return world.refused(
        "not_your_entry",
        lambda: crew.press("viewer", StrikeOut, sequence=note, reason="Not so."),
    )


def _signer_who_left(world: World) -> str:
    crew, act = world.restore_to_the_act()
    verifier = world.person("verifier")
    verifier.is_active = False
    verifier.save(update_fields=["is_active"])
    return world.refused(
        "gate_countersigned",
        lambda: crew.press("operator", Unlock, act, name="ledger", password=PASSWORD),
    )


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(3, "A corrected note is sent under the first one's key", _corrected_text),
    Attempt(3, "A STOP is sent under the key of a note", _stop_under_a_used_key),
    Attempt(5, "A program asks whether it may overwrite before anybody has agreed", _early_tick),
    Attempt(5, "The second person signs again, to move the time of the mark", _second_countersign),
    Attempt(20, "Somebody who looks on strikes out a note of the operator", _strike_out),
    Attempt(20, "The second person signs, and is disabled before the act", _signer_who_left),
)
