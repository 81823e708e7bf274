"""What a runbook's text says, as plain data: the parser's output and the machine's map.

Immutable and free of any database. `as_json` and `from_json` are exact inverses, so a revision
stores its procedure once, when it is saved, and a run keeps the reading it was started with even
when the parser changes later.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from runbooks import older
from runbooks.enums import Countersign, Level, Operation, ParameterType, RunRole, Use, ValueType


@dataclass(frozen=True)
class Finding:
    """One thing the parser or the linter has to say about a place in the source.

    `line` and `column` count from 1. `sentence` says what is wrong; `suggestion` what to write
    instead ('' when there is none). `code` is stable: `syntax.*` from the parser, `L..` the linter.
    """

    code: str
    level: Level
    line: int
    column: int
    sentence: str
    suggestion: str = ""


@dataclass(frozen=True)
class ParameterSpec:
    """A declared parameter. `min`/`max`/`default` are kept as the author wrote them, as text;
    `max_age` is in seconds."""

    name: str
    type: ParameterType
    label: str
    environment: tuple[str, ...] = ()
    not_environment: tuple[str, ...] = ()
    max_age: int | None = None
    pattern: str = ""
    min: str = ""
    max: str = ""
    options: tuple[str, ...] = ()
    default: str = ""


@dataclass(frozen=True)
class Within:
    """Compare with the value `of` recorded earlier in the run; `tolerance` as the author wrote it
    (a number, or a duration such as `5m` for times)."""

    of: str
    tolerance: str


@dataclass(frozen=True)
class ValueSpec:
    """A value to observe. Constraints are kept as text and read by `runbooks.values`.

    `blind`: the expected value is not shown before entry. `max_age` in seconds.
    """

    name: str
    type: ValueType
    label: str
    unit: str = ""
    equals: str = ""
    matches: str = ""
    min: str = ""
    max: str = ""
    max_age: int | None = None
    within: Within | None = None
    blind: bool = True
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Duration:
    """Seconds; None where the author gave none."""

    expected: int | None = None
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True)
class Decision:
    """A branch. `options` maps each answer to the key of a section, or '' to just go on."""

    question: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Guard:
    """What a step demands. `locks` holds what the interlocks enforce (`runbooks.interlocks`): the
    key of each guard and its data, as plain JSON data. `override`: whether its gates may be passed
    by an override."""

    record: tuple[ValueSpec, ...] = ()
    countersign: Countersign | None = None
    hold: RunRole | None = None
    duration: Duration | None = None
    role: RunRole = RunRole.OPERATOR
    optional: bool = False
    undo: str = ""
    on_mismatch: str = ""
    decide: Decision | None = None
    override: bool = True
    locks: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One thing an operator does and ticks.

    `index` counts from 0 in the order in which steps are *ticked*: sub-steps before their step.
    `number` is what people say: "3", "3.1". `parent` is the index of the step it belongs to.
    `line`/`last_line` are the 1-based source lines of the whole item.
    `title` is plain text; `title_html` inline HTML; `body_html` safe HTML of everything else in the
    item except guard blocks and nested steps, in which every command block is
    `<div class="command" data-command="N">…</div>` with N counting within the step and every
    parameter placeholder inside code is `<var data-parameter="name">&lt;name&gt;</var>`.
    `commands` are the commands' exact texts (label, text) in the same order.
    """

    index: int
    key: str
    number: str
    title: str
    title_html: str
    body_html: str
    section: str
    guard: Guard
    line: int
    last_line: int
    parent: int | None = None
    depth: int = 0
    commands: tuple[tuple[str, str], ...] = ()

    @property
    def is_substep(self) -> bool:
        return self.parent is not None


@dataclass(frozen=True)
class Section:
    """A `##` heading and its text that belongs to no step. What stands before the first heading
    forms a section with an empty title. An aside is only reached on purpose."""

    key: str
    title: str
    html: str
    line: int
    aside: bool = False


@dataclass(frozen=True)
class Procedure:
    """A whole runbook. `steps` stand in ticking order; `on_abort` is the key of the aside that is
    gone through before a run is aborted, or ''; `parser` names the version that read it."""

    title: str
    system: str
    use: Use
    purpose: str
    worst_case: str
    abort_rule: str
    entry: tuple[str, ...]
    do_not_use_if: tuple[str, ...]
    parameters: tuple[ParameterSpec, ...]
    intro_html: str
    sections: tuple[Section, ...]
    steps: tuple[Step, ...]
    waive: tuple[tuple[str, str], ...] = ()
    on_abort: str = ""
    parser: str = ""
    operation: Operation | None = None

    @cached_property
    def asides(self) -> frozenset[str]:
        """Keys of the sections off the main path."""
        return frozenset(s.key for s in self.sections if s.aside)

    @cached_property
    def main_path(self) -> tuple[int, ...]:
        """Indexes of the steps that stand in no aside, in ticking order."""
        return tuple(s.index for s in self.steps if s.section not in self.asides)

    @cached_property
    def sections_by_key(self) -> dict[str, Section]:
        return {s.key: s for s in self.sections}

    @cached_property
    def parameters_by_name(self) -> dict[str, ParameterSpec]:
        return {p.name: p for p in self.parameters}

    def section_of(self, key: str) -> Section | None:
        """The section that `key` names: its own key, or that of one of its steps; else None."""
        if key in self.sections_by_key:
            return self.sections_by_key[key]
        for step in self.steps:
            if step.key == key:
                return self.sections_by_key[step.section]
        return None

    def written_into(self) -> str:
        """Name of the parameter this runbook writes into, '' if no guard says so."""
        return self._named("target", "into")

    def read_from(self) -> str:
        """Name of the parameter this runbook reads from, '' if no guard says so."""
        return self._named("from", "from")

    def _named(self, overwrite: str, direction: str) -> str:
        for step in self.steps:
            locks = step.guard.locks
            for key, side in (("overwrite", overwrite), ("direction", direction)):
                if locks.get(key, {}).get(side):
                    return str(locks[key][side])
        return ""

    @property
    def copies_out(self) -> bool:
        """Whether this runbook takes live data elsewhere: it says so, or says nothing and reads
        from an instance. Such a runbook never writes into production (M2 of the story)."""
        if self.operation is not None:
            return self.operation is Operation.COPY_OUT
        source = self.parameters_by_name.get(self.read_from())
        return source is not None and source.type is ParameterType.INSTANCE


def as_json(procedure: Procedure) -> dict[str, Any]:
    """Plain data for a JSON column."""
    return dataclasses.asdict(procedure)


def from_json(data: dict[str, Any]) -> Procedure:
    """The inverse of `as_json`, also after a round trip through JSON text.

    Raises `KeyError` or `ValueError` when the data is not a procedure.
    """
    return Procedure(
        **{
            **data,
            "use": Use(data["use"]),
            "operation": Operation(data["operation"]) if data.get("operation") else None,
            "entry": tuple(data["entry"]),
            "do_not_use_if": tuple(data["do_not_use_if"]),
            "parameters": tuple(_parameter(p) for p in data["parameters"]),
            "sections": tuple(Section(**s) for s in data["sections"]),
            "steps": tuple(_step(s) for s in data["steps"]),
            "waive": tuple((code, reason) for code, reason in data["waive"]),
        }
    )


def _parameter(data: dict[str, Any]) -> ParameterSpec:
    lists = {k: tuple(data[k]) for k in ("environment", "not_environment", "options")}
    return ParameterSpec(**{**data, **lists, "type": ParameterType(data["type"])})


def _value(data: dict[str, Any]) -> ValueSpec:
    within = Within(**data["within"]) if data["within"] else None
    kind = ValueType(data["type"])
    return ValueSpec(**{**data, "within": within, "type": kind, "options": tuple(data["options"])})


def _guard(data: dict[str, Any]) -> Guard:
    data = older.guard(data)
    decision = data["decide"]
    return Guard(
        **{
            **data,
            "record": tuple(_value(v) for v in data["record"]),
            "countersign": Countersign(data["countersign"]) if data["countersign"] else None,
            "hold": RunRole(data["hold"]) if data["hold"] else None,
            "duration": Duration(**data["duration"]) if data["duration"] else None,
            "role": RunRole(data["role"]),
            "decide": Decision(decision["question"], tuple((a, b) for a, b in decision["options"]))
            if decision
            else None,
        }
    )


def _step(data: dict[str, Any]) -> Step:
    commands = tuple((label, text) for label, text in data["commands"])
    return Step(**{**data, "guard": _guard(data["guard"]), "commands": commands})
