"""The guard vocabulary: one declaration a key. The reference's table is held against this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runbooks.enums import Countersign, ParameterType, RunRole
from runbooks.parser.readers import (
    Context,
    Key,
    Reader,
    boolean,
    duration,
    group,
    is_new,
    parameter,
    target,
    text,
    word,
    wrong_type,
)
from runbooks.parser.values import record
from runbooks.parser.yamltext import Value
from runbooks.procedure import Decision, Duration

_INSTANCE, _COPY, _TEXT = ParameterType.INSTANCE, ParameterType.COPY, ParameterType.TEXT
_instance = parameter(_INSTANCE)
_copy = parameter(_COPY)
_source = parameter(_COPY, _INSTANCE)


def _keys(*keys: Key, made: Callable[[dict[str, Any]], Any] = dict) -> Reader:
    """A group of keys, made into a value."""

    def read(value: Value, name: str, context: Context) -> Any:
        got = group(value, f"`{name}`", keys, context)
        return None if got is None else made(got)

    return read


def _duration(value: Value, name: str, context: Context) -> Duration | None:
    keys = [Key(key, duration) for key in ("expected", "min", "max")]
    got = group(value, f"`{name}`", keys, context)
    if not got:
        return None
    given = [got[key] for key in ("min", "expected", "max") if key in got]
    if given != sorted(given):
        context.error("order", value, "A duration needs `min` ≤ `expected` ≤ `max`.")
    return Duration(**got)


def _options(value: Value, name: str, context: Context) -> tuple[tuple[str, str], ...] | None:
    """Answers and the sections they lead to; an empty section means: just go on."""
    pairs = value.pairs()
    if not pairs or len(pairs) < 2:
        hint = "Write `options: {answer: section-id, other answer: }`."
        wrong_type(value, name, "a group of at least two answers", context, hint)
        return None
    options: list[tuple[str, str]] = []
    seen: set[str] = set()
    read = target(steps=False)
    for key, item in pairs:
        answer = key.text() or ""
        if not is_new(key, answer, seen, context):
            continue
        section = "" if item.is_empty else read(item, answer, context)
        if section is not None:
            options.append((answer, section))
    return tuple(options)


GUARD_KEYS: tuple[Key, ...] = (
    Key(
        "record",
        record,
        "group of named values",
        "{clients: {type: number, equals: 0}}",
        "Values that are observed and checked.",
    ),
    Key(
        "countersign",
        word(Countersign),
        "`before` or `after`",
        "before",
        "A second person, from their own session: before the act, or blind after it.",
    ),
    Key(
        "hold",
        word(RunRole, (RunRole.VERIFIER, RunRole.DECIDER)),
        "`verifier` or `decider`",
        "decider",
        "The run waits here until that role releases it, with a reason.",
    ),
    Key(
        "duration",
        _duration,
        "`{expected, min, max}`, each a duration",
        "{expected: 2m, max: 10m}",
        "The clock; late warnings; hurried ticks are flagged.",
    ),
    Key(
        "role",
        word(RunRole, (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER)),
        "`operator`, `verifier` or `decider`",
        "verifier",
        "Who performs the step; `operator` when left out.",
    ),
    Key(
        "optional",
        boolean,
        "`true` or `false`",
        "true",
        "May be marked *not applicable*, with a reason. Only together with `duration` and `role`.",
    ),
    Key("undo", target(steps=True), "id of a section or step", "rename-back", "The way back."),
    Key(
        "on_mismatch",
        target(steps=True),
        "id of a section or step",
        "diagnose",
        "Where a wrong value leads.",
    ),
    Key(
        "decide",
        _keys(
            Key("question", text, required=True),
            Key("options", _options, required=True),
            made=lambda got: Decision(got["question"], got["options"]),
        ),
        "`{question, options}`",
        "{question: Is the newest row right?, options: {yes: , no: way-back}}",
        "A branch: each answer leads to a section, or, left empty, just on.",
    ),
    Key(
        "identify",
        _instance,
        "name of an instance parameter",
        "target",
        "Two identifiers of different kinds, typed blind.",
        enforced=False,
    ),
    Key(
        "direction",
        _keys(
            Key("from", _source, required=True),
            Key("into", parameter(_INSTANCE, _COPY, _TEXT), required=True),
        ),
        "`{from, into}`, names of parameters",
        "{from: dump, into: target}",
        "The operator states what is read from and what is written into.",
        enforced=False,
    ),
    Key(
        "freeze",
        _instance,
        "name of an instance parameter",
        "target",
        "Its writers are stopped.",
        enforced=False,
    ),
    Key(
        "thaw",
        _instance,
        "name of an instance parameter",
        "target",
        "Its writers are started.",
        enforced=False,
    ),
    Key(
        "copy",
        _keys(Key("of", _instance, required=True), Key("purpose", text), Key("into", text)),
        "`{of, purpose, into}`; `of` is an instance parameter",
        "{of: target, purpose: safety, into: backup-host}",
        "A new copy is registered, elsewhere than its source.",
        enforced=False,
    ),
    Key(
        "protect",
        _copy,
        "name of a copy parameter",
        "dump",
        "Two copies with one SHA-256 in two places, both read.",
        enforced=False,
    ),
    Key(
        "verify",
        _copy,
        "name of a copy parameter",
        "dump",
        "The copy is opened with its own tool.",
        enforced=False,
    ),
    Key(
        "overwrite",
        _keys(Key("target", _instance, required=True), Key("from", _source, required=True)),
        "`{target, from}`, names of parameters",
        "{target: target, from: dump}",
        "The irreversible act.",
        enforced=False,
    ),
    Key(
        "timeout",
        _keys(Key("fresh_for", duration, required=True)),
        "`{fresh_for}`, a duration",
        "{fresh_for: 10m}",
        "Everyone with a role confirms target, direction, copy and way back.",
        enforced=False,
    ),
    Key(
        "wait",
        _keys(Key("expect", text), Key("bad", text), Key("cancel", text)),
        "`{expect, bad, cancel}`, texts",
        "{expect: restoring, bad: writing backup, cancel: press Ctrl-C once}",
        "A long command: right output, bad output, how to cancel.",
        enforced=False,
    ),
)

ENFORCED = frozenset(key.name for key in GUARD_KEYS if key.enforced)
WITH_OPTIONAL = frozenset({"optional", "duration", "role"})
