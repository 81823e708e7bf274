"""Attempts with keys that were used, moves that are not allowed yet, and words that no longer
count."""

from __future__ import annotations

from config.attempts.trying import Attempt, World, demand
from runbooks.enums import Move


def _corrected_text(world: World) -> str:
    crew = world.restore()
    browser, url = world.client("operator"), f"/runs/{crew.run}/note/"
    sent = {"key": "once", "seen": crew.state.sequence, "text": "12 clients are cut off."}
    headers = {"Accept": "application/json"}
    demand(browser.post(url, sent, headers=headers).status_code == 200, "The note was not kept.")
    answer = browser.post(url, {**sent, "text": "13 clients are cut off."}, headers=headers)
    told = answer.json()
    demand(told.get("code") == "key_used", "The corrected note looked kept, and was not.")
    demand("12 clients" in told.get("kept", ""), "What was kept was not said.")
    return f"({told['code']}) {told['sentence']}"


def _stop_under_a_used_key(world: World) -> str:
    crew = world.restore()
    crew.press("operator", Move.NOTE, text="All is well.", key="once")
    return world.refused("key_used", lambda: crew.press("operator", Move.HOLD, key="once"))


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(3, "A corrected note is sent under the first one's key", _corrected_text),
    Attempt(3, "A STOP is sent under the key of a note", _stop_under_a_used_key),
)
