"""Texts that leave out what guards the act: what an author in a hurry would write."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from demo.day.crew import Crew
from demo.day.interface import instance
from demo.day.story import Day, StoryLine
from runbooks.enums import RunKind, RunRole
from runbooks.machine.moves.run import Abort, Start

_HEAD = """---
title: {title}
system: ledger
operation: restore
parameters:
  dump: {{type: copy, label: The backup}}
  target: {{type: instance, label: The server}}
---
"""
_GUARDS = {
    "identify": "Identify the server\n  identify: target",
    "direction": "Say the direction\n  direction: {from: dump, into: target}",
    "freeze": "Stop the writers\n  freeze: target",
    "protect": "Duplicate the backup\n  protect: {of: dump, into: /srv/vault, medium: disk,"
    ' encrypted: "yes"}',
    "copy": "Copy what will be lost\n  copy: {of: target, purpose: safety, into: /srv/vault,"
    ' medium: disk, encrypted: "yes"}',
    "team_check": "Hold the team check\n  team_check: {fresh_for: 30m}",
    "overwrite": "Write the backup into the server\n  overwrite: {target: target, from: dump}",
}
_MISSING = (
    ("M3", "copy", "gate_safety_copy", "a safety copy of what will be lost"),
    ("M9", "freeze", "gate_frozen", "stopping the writers"),
    ("M12", "protect", "gate_good_copies", "a second copy: this is the last good one"),
)


def hasty(day: Day, dump: int) -> Iterator[StoryLine]:
    """M3, M9 and M12: each guard is left out of the text in turn. An approver is not let through
    with it; and a drill of it comes to the act, and no further."""
    for mistake, left_out, code, words in _MISSING:
        title = f"Restore without {left_out}"
        slug, number = day.door.save("author", text(title, left_out), title)
        yield day.refused(
            mistake,
            "approver",
            f"approves a text without {words}",
            "open_errors",
            partial(day.door.approve, "approver", slug, number),
        )
        chosen = {"dump": dump, "target": instance("ledger-staging")}
        crew = Crew(day.door, day.door.prepare("operator", slug, RunKind.DRILL, chosen))
        crew.man(RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER)
        crew.press("operator", Start, acknowledged=True)
        act = crew.step("Write the backup")
        crew.go_on(until=act)
        yield day.refused(
            mistake,
            "operator",
            f"writes into the server without {words}, in a drill",
            code,
            partial(crew.before, act),
        )
        crew.press("operator", Abort, reason="The text lacks a guard.")


def text(title: str, left_out: str) -> str:
    """A runbook with every guard but one."""
    steps = []
    for key, words in _GUARDS.items():
        if key != left_out:
            step, _, guard = words.partition("\n")
            steps.append(f"- [ ] {step}\n\n  ```guard\n{guard}\n  ```\n")
    return _HEAD.format(title=title) + "\n".join(steps)
