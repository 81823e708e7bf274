"""What a step demands and what was observed at it, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runbooks import interlocks
from runbooks.enums import StepStatus, ValueType
from runbooks.machine import Gate, StepState
from runbooks.procedure import Guard, ValueSpec


def measured(asks: Iterable[ValueSpec], step: StepState, *, hidden: bool) -> dict[str, Any]:
    """What was observed, unless this person is to observe it too, and what still is to be."""
    have = step.verified_values if step.status is StepStatus.AWAITING else step.values
    wanted = [spec for spec in asks if spec.name not in have]
    return {
        "values": None if hidden else _shown(step.values),
        "verified_values": None if hidden else _shown(step.verified_values),
        "hidden": hidden,
        "wanted": [_wanted(spec) for spec in wanted],
    }


def _shown(values: Mapping[str, str]) -> dict[str, str]:
    """Without what is to be read off a machine again."""
    return {name: value for name, value in values.items() if not interlocks.is_masked(name)}


def _wanted(spec: ValueSpec) -> dict[str, Any]:
    """A value to observe. What is expected is told only where the runbook says `blind: no`."""
    return {
        "name": spec.name,
        "label": spec.label or spec.name,
        "type": spec.type.value,
        "unit": spec.unit,
        "options": list(spec.options),
        "attach": spec.type is ValueType.FILE,
        "expected": spec.equals if spec.equals and not spec.blind else None,
    }


def guard_json(guard: Guard) -> dict[str, Any]:
    """What the step demands, without what is expected of its values."""
    pace = guard.duration
    return {
        "role": guard.role.value,
        "optional": guard.optional,
        "countersign": word(guard.countersign),
        "hold": word(guard.hold),
        "expected_seconds": pace.expected if pace else None,
        "most_seconds": pace.max if pace else None,
        "question": guard.decide.question if guard.decide else None,
        "answers": [answer for answer, _ in guard.decide.options] if guard.decide else [],
        "undo": guard.undo or None,
        "on_mismatch": guard.on_mismatch or None,
        "overwrites": guard.locks.get("overwrite", {}).get("target"),
        "deletes": guard.locks.get("destroy", {}).get("target"),
        "interlocks": list(interlocks.promises(guard)),
    }


def gate_json(gate: Gate) -> dict[str, Any]:
    """A gate, open or closed, and how it is opened."""
    return {
        "key": gate.key,
        "label": gate.label,
        "open": gate.open,
        "how": gate.how,
        "guard": gate.guard,
        "overridden": gate.overridden,
    }


def word(word: Any) -> str | None:
    """A fixed word as text; None where there is none."""
    return word.value if word else None
