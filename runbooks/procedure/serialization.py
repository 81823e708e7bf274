"""A procedure as plain data for a JSON column, and back.

`as_json` and `from_json` are exact inverses, so a revision stores its procedure once, when it is
saved, and a run keeps the reading it was started with even when the parser changes later.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from runbooks.enums import CountersignTiming, Operation, ParameterType, RunRole, Use, ValueType
from runbooks.procedure.guards import DEMANDS
from runbooks.procedure.guards.arguments import from_data, to_data
from runbooks.procedure.model import (
    Decision,
    Duration,
    Guard,
    ParameterSpec,
    Procedure,
    Step,
    ValueSpec,
    Within,
)
from runbooks.procedure.sections import Section, StrayCommand, StrayList


def as_json(procedure: Procedure) -> dict[str, Any]:
    """Plain data for a JSON column."""
    data = dataclasses.asdict(procedure)
    for step, kept in zip(procedure.steps, data["steps"], strict=True):
        kept["guard"]["demands"] = [[demand.key, to_data(demand)] for demand in step.guard.demands]
    return data


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
            "intro_commands": _stray_commands(data.get("intro_commands", ())),
            "intro_lists": _stray_lists(data.get("intro_lists", ())),
            "sections": tuple(_section(s) for s in data["sections"]),
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
    decision = data["decide"]
    return Guard(
        **{
            **data,
            "record": tuple(_value(v) for v in data["record"]),
            "countersign": CountersignTiming(data["countersign"]) if data["countersign"] else None,
            "hold": RunRole(data["hold"]) if data["hold"] else None,
            "duration": Duration(**data["duration"]) if data["duration"] else None,
            "role": RunRole(data["role"]),
            "decide": Decision(decision["question"], tuple((a, b) for a, b in decision["options"]))
            if decision
            else None,
            "demands": tuple(from_data(DEMANDS[key], given) for key, given in data["demands"]),
        }
    )


def _step(data: dict[str, Any]) -> Step:
    commands = tuple((label, text) for label, text in data["commands"])
    return Step(**{**data, "guard": _guard(data["guard"]), "commands": commands})


def _section(data: dict[str, Any]) -> Section:
    commands = _stray_commands(data.get("commands", ()))
    return Section(**{**data, "commands": commands, "lists": _stray_lists(data.get("lists", ()))})


def _stray_commands(data: Iterable[dict[str, Any]]) -> tuple[StrayCommand, ...]:
    return tuple(StrayCommand(**command) for command in data)


def _stray_lists(data: Iterable[dict[str, Any]]) -> tuple[StrayList, ...]:
    return tuple(
        StrayList(**{**entry, "items": tuple((line, text) for line, text in entry["items"])})
        for entry in data
    )
