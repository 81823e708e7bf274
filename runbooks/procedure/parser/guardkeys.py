"""The guard vocabulary: one declaration a key. The reference's table is held against this one."""

from __future__ import annotations

from runbooks.enums import CountersignTiming, RunRole
from runbooks.procedure.model import Decision, Duration
from runbooks.procedure.parser.lockkeys import LOCK_KEYS
from runbooks.procedure.parser.readers import (
    Context,
    Key,
    boolean,
    duration,
    group,
    is_new,
    keys,
    target,
    text,
    word,
    wrong_type,
)
from runbooks.procedure.parser.values import record
from runbooks.procedure.parser.yamltext import Value


def _duration(value: Value, name: str, context: Context) -> Duration | None:
    keys = [Key(key, duration) for key in ("expected", "min", "max")]
    got = group(value, f"`{name}`", keys, context)
    if not got:
        return None
    given = [got[key] for key in ("min", "expected", "max") if key in got]
    if given != sorted(given):
        context.error("order", value, "A duration needs `min` ≤ `expected` ≤ `max`.")
    return Duration(**got)


def _never(value: Value, name: str, context: Context) -> bool | None:
    """`never` is the only word: gates can be overridden where the author says nothing."""
    if value.text() == "never":
        return False
    wrong_type(value, name, "`never`", context, "Leave it out where an override may be.")
    return None


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


PLAIN_KEYS: tuple[Key, ...] = (
    Key(
        "record",
        record,
        "group of named values",
        "{clients: {type: number, equals: 0}}",
        "Values that are observed and checked.",
    ),
    Key(
        "countersign",
        word(CountersignTiming),
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
    Key(
        "undo",
        target(steps=True),
        "id of a section or step",
        "rename-back",
        "The way back. That of an overwrite is closed once a later `thaw` puts its target back in"
        " service, unless its section is guarded as an overwrite is.",
    ),
    Key(
        "on_mismatch",
        target(steps=True),
        "id of a section or step",
        "diagnose",
        "Where a wrong value leads.",
    ),
    Key(
        "decide",
        keys(
            Key("question", text, required=True),
            Key("options", _options, required=True),
            made=lambda got: Decision(got["question"], got["options"]),
        ),
        "`{question, options}`",
        "{question: Is the newest row right?, options: {yes: , no: way-back}}",
        "A branch: each answer leads to a section, or, left empty, just on.",
    ),
    Key(
        "override",
        _never,
        "`never`",
        "never",
        "No gate of this step may be passed by an override, not even alone at night.",
    ),
)

#: Keys of `Guard.locks`: what they demand is enforced by `runbooks.machine.interlocks`.
LOCKED = frozenset(key.name for key in LOCK_KEYS)
GUARD_KEYS = (*PLAIN_KEYS, *LOCK_KEYS)
WITH_OPTIONAL = frozenset({"optional", "duration", "role"})
