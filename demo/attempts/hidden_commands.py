"""Attempts to read a command before it is unlocked, and to hide one in plain sight."""

from __future__ import annotations

from demo.attempts.attempt import RESTORE, Attempt, World, demand
from runbooks.library.linting import of_revision
from runbooks.library.revisions import approve, save
from runbooks.models import Revision, Runbook

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


def _approve_hidden_sign(world: World) -> str:
    """The same command with a mark that reorders it, and with a dash for a hyphen."""
    runbook = Runbook.objects.get(slug=RESTORE)
    source = bytes(runbook.revisions.latest("number").source).decode()
    author, approver = world.person("author"), world.person("approver")
    answer = ""
    for sign, name in (("\u202e-", "U+202E RIGHT-TO-LEFT OVERRIDE"), ("\u2013", "U+2013 EN DASH")):
        text = source.replace("    -c ", f"    {sign}c ", 1)
        demand(text != source, "The demonstration has no such command.")
        saved = save(source=text.encode(), by=author, at=world.verbs.at, runbook=runbook)
        seen = [code for code, _ in saved.procedure["waive"]]

        def deed(saved: Revision = saved, seen: list[str] = seen) -> None:
            approve(saved, by=approver, at=world.verbs.at, waivers_seen=seen)

        answer = world.refused("open_errors", deed)
        findings = of_revision(saved, at=world.verbs.at).errors
        named = [finding.sentence for finding in findings if name in finding.sentence]
        demand("L58" in answer and named, f"No finding names {name}: {answer}")
    return answer


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(22, "A text whose command hides a sign is approved", _approve_hidden_sign),
    Attempt(
        24, "A viewer reads the locked command in the export of a running run", _read_in_export
    ),
)
