"""What of a text acts: its commands, guards and parameters, and the order of its steps. Two texts
with one digest do the same, whatever their titles and explanations say. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace

from runbooks.procedure.guards.arguments import to_data
from runbooks.procedure.model import Guard, Procedure, Step
from runbooks.procedure.quoting import has_known_quoting, without_comments

#: Words in a guard that are read and not obeyed.
_PROSE = frozenset({"label", "question", "cancel"})
#: What the interlocks say of the values that they ask for themselves: no author writes it.
_NOT_WRITTEN = frozenset({"or_day", "precise"})
_LEFT_OUT = _PROSE | _NOT_WRITTEN


def digest(procedure: Procedure) -> str:
    """SHA-256 of what acts, in hexadecimal digits; '' for a text without a command or an interlock:
    any two lists of things to do would be the same."""
    if not any(has_deed(step) for step in procedure.steps):
        return ""
    acting = _Acting(procedure)
    whole = {
        "use": procedure.use,
        "operation": procedure.operation,
        "on_abort": acting.place(procedure.on_abort),
        "parameters": sorted(_as_json({**asdict(p), "default": ""}) for p in procedure.parameters),
        "steps": [acting.in_place(procedure.steps[index]) for index in acting.position],
    }
    return _hash(whole)


def step_digests(procedure: Procedure) -> tuple[str, ...]:
    """The same of each step by itself: its commands and its guard, wherever it stands."""
    acting = _Acting(procedure)
    return tuple(_hash(acting.step(step)) for step in procedure.steps)


def way_to(procedure: Procedure, index: int | None = None) -> list[str]:
    """The digests of the steps up to `index`, or to the end, that have a command or an interlock:
    who is led by the same ones comes to the same place."""
    digests = zip(procedure.steps, step_digests(procedure), strict=True)
    return [
        digest
        for step, digest in digests
        if has_deed(step) and (index is None or step.index <= index)
    ]


def has_deed(step: Step) -> bool:
    """Whether a step has a command or an interlock."""
    return bool(step.commands or step.guard.demands)


class _Acting:
    """The acting steps of a text: those with a command, or with anything in their guard that is
    obeyed. `position` tells where each stands among them, by its index."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        steps = [step for step in procedure.steps if step.commands or _is_obeyed(step.guard)]
        self.position = {step.index: number for number, step in enumerate(steps)}
        self.sections = list(dict.fromkeys(step.section for step in steps))

    def in_place(self, step: Step) -> list[object]:
        """A step in its place: to what it belongs, and off which main path it stands."""
        above = step.parent
        while above is not None and above not in self.position:
            above = self.procedure.steps[above].parent
        aside = self.place(step.section) if step.section in self.procedure.asides else None
        return [self.step(step), None if above is None else self.position[above], aside]

    def step(self, step: Step) -> list[object]:
        """What acts in a step, wherever it stands."""
        data = asdict(replace(step.guard, duration=None, demands=()))
        del data["demands"]
        data["locks"] = {demand.key: to_data(demand) for demand in step.guard.demands}
        for key in ("undo", "on_mismatch"):
            data[key] = self.place(data[key])
        if step.guard.decide:
            options = step.guard.decide.options
            data["decide"] = [[answer, self.place(key)] for answer, key in options]
        commands = [[label.casefold(), _lines(text, label)] for label, text in step.commands]
        return [commands, _without_prose(data)]

    def place(self, key: str) -> object:
        """Which of the sections in which something acts `key` names, and whether it is an aside:
        headings may be written otherwise, and steps in which nothing acts come and go."""
        section = self.procedure.section_of(key) if key else None
        if section is None:
            return None
        known = section.key in self.sections
        return [self.sections.index(section.key) if known else -1, section.aside]


def _is_obeyed(guard: Guard) -> bool:
    return replace(guard, duration=None, optional=False) != Guard()


def _lines(text: str, label: str) -> list[list[str]]:
    """The words of each line; blank lines and comments are left out. Where blanks may mean
    something, as in Python, each line as it is."""
    if not has_known_quoting(label):
        return [[line.rstrip()] for line in text.splitlines() if line.strip()]
    text = without_comments(text, label.casefold()).replace("\\\n", " ")
    return [words for line in text.splitlines() if (words := line.split())]


def _without_prose(data: object) -> object:
    if isinstance(data, dict):
        return {k: _without_prose(v) for k, v in data.items() if k not in _LEFT_OUT}
    if isinstance(data, list | tuple):
        return [_without_prose(value) for value in data]
    return data


def _as_json(data: object) -> str:
    return json.dumps(_without_prose(data), sort_keys=True)


def _hash(data: object) -> str:
    return hashlib.sha256(_as_json(data).encode()).hexdigest()
