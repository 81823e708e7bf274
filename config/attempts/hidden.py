"""Attempts to read a command before it is unlocked, and to hide one in plain sight."""

from __future__ import annotations

from config.attempts.trying import Attempt, World, demand

#: A word of the command that overwrites in the demonstration's restore.
_COMMAND = "rename to"


def _read_in_export(world: World) -> str:
    crew, _ = world.restore_to_the_act(agreed=False)
    client = world.client("viewer")
    answer = client.get(f"/runs/{crew.run}/export.json")
    demand(answer.status_code == 200, f"The export answers {answer.status_code}.")
    export = answer.json()
    demand(_COMMAND not in answer.content.decode(), "The export holds the locked command.")
    demand(export["revision"]["source"] is None, "The export holds the runbook's text.")
    return str(export["revision"]["withheld"])


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(
        24, "A viewer reads the locked command in the export of a running run", _read_in_export
    ),
)
