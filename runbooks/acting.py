"""What of a text acts: its commands, guards and parameters, and the order of its steps. Two texts
with one digest do the same, whatever their titles and explanations say. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from runbooks.procedure import Guard, Procedure, Step

#: Words in a guard that are read and not obeyed.
_PROSE = frozenset({"label", "question", "cancel"})
#: How a line of a command begins that only explains.
_COMMENTS = ("#", "--")


def digest(procedure: Procedure) -> str:
    """SHA-256 of what acts, in hexadecimal digits; '' for a text without a command or an interlock:
    any two lists of things to do would be the same."""
    if not any(step.commands or step.guard.locks for step in procedure.steps):
        return ""
    whole = {
        "use": procedure.use,
        "operation": procedure.operation,
        "on_abort": _place(procedure, procedure.on_abort),
        "parameters": sorted(_told(asdict(p)) for p in procedure.parameters),
        "steps": [_step(procedure, step) for step in procedure.steps],
    }
    return _hash(whole)


def step_digests(procedure: Procedure) -> tuple[str, ...]:
    """The same of each step by itself: its commands and its guard, wherever it stands."""
    return tuple(_hash(_acts(procedure, step)) for step in procedure.steps)


def _step(procedure: Procedure, step: Step) -> list[Any]:
    """A step in its place: to what it belongs, and off which main path it stands."""
    aside = _place(procedure, step.section) if step.section in procedure.asides else None
    return [_acts(procedure, step), step.parent, aside]


def _acts(procedure: Procedure, step: Step) -> list[Any]:
    return [[[label.casefold(), _lines(text)] for label, text in step.commands],
            _guard(procedure, step.guard)]  # fmt: skip


def _lines(text: str) -> list[list[str]]:
    """The words of each line; blank lines and lines that only explain are left out."""
    lines = (line.split() for line in text.splitlines())
    return [words for words in lines if words and not words[0].startswith(_COMMENTS)]


def _guard(procedure: Procedure, guard: Guard) -> Any:
    data = asdict(guard)
    for key in ("undo", "on_mismatch"):
        data[key] = _place(procedure, data[key])
    if guard.decide:
        data["decide"] = [[a, _place(procedure, key)] for a, key in guard.decide.options]
    return _without_prose(data)


def _place(procedure: Procedure, key: str) -> int | None:
    """The first step of the section that `key` names: headings may be written otherwise."""
    section = procedure.section_of(key) if key else None
    if section is None:
        return None
    return next((s.index for s in procedure.steps if s.section == section.key), -1)


def _without_prose(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: _without_prose(v) for k, v in data.items() if k not in _PROSE}
    if isinstance(data, list | tuple):
        return [_without_prose(value) for value in data]
    return data


def _told(data: Any) -> str:
    return json.dumps(_without_prose(data), sort_keys=True)


def _hash(data: Any) -> str:
    return hashlib.sha256(_told(data).encode()).hexdigest()
