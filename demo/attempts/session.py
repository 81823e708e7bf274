"""Attempts of people whose session has ended, and of texts that are too long."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

from demo.attempts.attempt import Attempt, World, demand
from runbooks.enums import RunStatus
from runbooks.models import Run

JSON = {"accept": "application/json"}
LONGEST = 4000


def _move_signed_out(world: World) -> str:
    """STOP from a page whose person has signed out meanwhile."""
    crew = world.restore()
    client = world.client("operator")
    client.post("/accounts/logout/")
    answer = client.post(f"/runs/{crew.run}/hold/", {}, headers=JSON)
    demand(Run.objects.get(pk=crew.run).status != RunStatus.ON_HOLD, "The run is on hold.")
    return _said(answer, 401, "signed_out")


def _fragment_signed_out(world: World) -> str:
    """The page asks for what is new, and may not take the sign-in page for it."""
    crew = world.restore()
    return _said(
        world.client().get(f"/runs/{crew.run}/", headers={"x-fragment": "run"}), 401, "signed_out"
    )


def _move_of_another(world: World) -> str:
    crew = world.restore()
    typed = {"typed_by": str(world.person("operator").pk), "key": "a", "seen": "1", "text": "Mine."}
    answer = world.client("verifier").post(f"/runs/{crew.run}/note/", typed, headers=JSON)
    return _said(answer, 409, "other_person")


def _form_signed_out(world: World) -> str:
    typed = {"title": "Ledger shows yesterday", "password": "kept nowhere"}
    client = world.client()
    answer = client.post("/incidents/new/", typed, headers={"origin": "http://localhost"})
    page = answer.content.decode()
    demand(answer.status_code == 401, f"It was answered with {answer.status_code}.")
    demand('value="Ledger shows yesterday"' in page, "What was typed is lost.")
    demand("kept nowhere" not in page, "The password came back.")
    return "(401) Signed out. Nothing was saved. What was typed is on the page, to be sent again."


def _paste_too_long(world: World) -> str:
    crew = world.restore()
    lines = "\r\n".join(chain(["x" * LONGEST], ["y"]))
    typed = {"key": "a", "seen": str(crew.state.sequence), "text": lines}
    answer = world.client("operator").post(f"/runs/{crew.run}/note/", typed, headers=JSON)
    demand("4,002 characters" in json.dumps(answer.json()), "The number is not said.")
    return f"{_said(answer, 422, 'invalid')} {' '.join(answer.json()['errors'].values())}"


def _said(answer: Any, status: int, code: str) -> str:
    """What was said, when it is the refusal that it should be."""
    demand(answer.status_code == status, f"It was answered with {answer.status_code}.")
    body = json.loads(answer.content)
    demand(body["code"] == code, f"Refused as {body['code']}, not as {code}.")
    return f"({code}) {body['sentence']} {body['remedy']}"


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(1, "STOP is pressed on a page whose person has signed out", _move_signed_out),
    Attempt(1, "The run page asks for what is new after a sign-out", _fragment_signed_out),
    Attempt(1, "What the operator typed is sent as the verifier", _move_of_another),
    Attempt(2, "A new incident is sent after the session has ended", _form_signed_out),
    Attempt(4, "A note is pasted that is longer than the field", _paste_too_long),
)
