"""What a runbook's text says, as plain data: the parser's output and the machine's map.

Immutable and free of any database. `runbooks.procedure.serialization` stores it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from runbooks.enums import (
    CountersignTiming,
    Level,
    Operation,
    ParameterType,
    RunRole,
    Use,
    ValueType,
)
from runbooks.procedure.guards.demand import Demand
from runbooks.procedure.sections import Section, StrayCommand, StrayList

AnyDemand = TypeVar("AnyDemand", bound=Demand)


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
    """A value to observe. Constraints are kept as text and read by `runbooks.procedure.observed`.

    `blind`: the expected value is not shown before entry. `max_age` in seconds. `or_day`: a time
    from which on something holds, for which a plain day is read too (its start). `precise`: a size
    that is compared, and needs three digits.
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
    or_day: bool = False
    precise: bool = False


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
    """What a step demands. `demands` are what the interlocks enforce
    (`runbooks.procedure.guards`), in the order of the text. `override`: whether its gates may be
    passed by an override."""

    record: tuple[ValueSpec, ...] = ()
    countersign: CountersignTiming | None = None
    hold: RunRole | None = None
    duration: Duration | None = None
    role: RunRole = RunRole.OPERATOR
    optional: bool = False
    undo: str = ""
    on_mismatch: str = ""
    decide: Decision | None = None
    override: bool = True
    demands: tuple[Demand, ...] = ()

    @property
    def promises(self) -> tuple[str, ...]:
        """What the interlocks of the step demand, in words."""
        return tuple(demand.promise() for demand in self.demands)

    def get(self, kind: type[AnyDemand]) -> AnyDemand | None:
        """The demand of this kind, or of a kind of it; None where there is none."""
        return next((demand for demand in self.demands if isinstance(demand, kind)), None)

    def __getitem__(self, kind: type[AnyDemand]) -> AnyDemand:
        """The same, of a guard that is known to have it. Raises `KeyError`."""
        demand = self.get(kind)
        if demand is None:
            raise KeyError(kind)
        return demand

    def __contains__(self, kind: type[Demand] | tuple[type[Demand], ...]) -> bool:
        """Whether there is a demand of this kind, or of one of these."""
        return any(isinstance(demand, kind) for demand in self.demands)


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
class Procedure:
    """A whole runbook. `steps` stand in ticking order; `on_abort` is the key of the aside that is
    gone through before a run is aborted, or ''; `parser` names the version that read it.
    `intro_commands` and `intro_lists` are those of `intro_html`, as in a section."""

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
    intro_commands: tuple[StrayCommand, ...] = ()
    intro_lists: tuple[StrayList, ...] = ()

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

    def is_copy(self, parameter: str) -> bool:
        """Whether a copy is chosen for `parameter`."""
        spec = self.parameters_by_name.get(parameter)
        return spec is not None and spec.type is ParameterType.COPY

    @cached_property
    def parameters_by_name(self) -> dict[str, ParameterSpec]:
        return {p.name: p for p in self.parameters}

    @cached_property
    def stray_commands(self) -> tuple[StrayCommand, ...]:
        """Every command that is in no step, in the order of the text."""
        commands = [*self.intro_commands, *(c for s in self.sections for c in s.commands)]
        return tuple(sorted(commands, key=lambda command: (command.line, command.indent)))

    def section_of(self, key: str) -> Section | None:
        """The section that `key` names: its own key, or that of one of its steps; else None."""
        if key in self.sections_by_key:
            return self.sections_by_key[key]
        for step in self.steps:
            if step.key == key:
                return self.sections_by_key[step.section]
        return None

    def written_into(self) -> str:
        """Name of the parameter this runbook writes into, or else deletes; '' if no guard says."""
        demands = list(self.demands())
        into = next((demand.written_into for demand in demands if demand.written_into), "")
        return into or next((demand.deleted for demand in demands if demand.deleted), "")

    def read_from(self) -> str:
        """Name of the parameter this runbook reads from, '' if no guard says so."""
        return next((demand.read_from for demand in self.demands() if demand.read_from), "")

    def demands(self) -> Iterator[Demand]:
        """The demands of all steps, in ticking order."""
        return (demand for step in self.steps for demand in step.guard.demands)

    @property
    def copies_out(self) -> bool:
        """Whether this runbook takes live data elsewhere: it says so, or says nothing and reads
        from an instance. Such a runbook never writes into production (M2 of the story)."""
        if self.operation is not None:
            return self.operation is Operation.COPY_OUT
        source = self.parameters_by_name.get(self.read_from())
        return source is not None and source.type is ParameterType.INSTANCE
