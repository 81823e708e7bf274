"""The guard vocabulary: one declaration a key. The reference's table is held against this one."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypedDict

from runbooks.enums import CountersignTiming, RunRole
from runbooks.procedure.guards import DEMANDS
from runbooks.procedure.guards.arguments import Argument, ArgumentKind, arguments_of
from runbooks.procedure.guards.demand import Demand
from runbooks.procedure.model import Decision, Duration, ValueSpec
from runbooks.procedure.parser.readers import (
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
    texts,
    word,
    wrong_type,
)
from runbooks.procedure.parser.values import record
from runbooks.procedure.parser.yamltext import Value


def _duration(value: Value, name: str, context: Context) -> Duration | None:
    keys = [Key(key, duration) for key in ("expected", "min", "max")]
    got = group(value, f"`{name}`", keys, context, dict[str, int])
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


class _DecisionKeys(TypedDict):
    question: str
    options: tuple[tuple[str, str], ...]


def _decision(value: Value, name: str, context: Context) -> Decision | None:
    keys = [Key("question", text, required=True), Key("options", _options, required=True)]
    got = group(value, f"`{name}`", keys, context, _DecisionKeys)
    return Decision(**got) if got else None


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
        word((RunRole.VERIFIER, RunRole.DECIDER)),
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
        word((RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER)),
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
        _decision,
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


def _recorded_time(value: Value, name: str, context: Context) -> str | None:
    """The name of a date and time that an earlier step records."""
    written = text(value, name, context)
    if written is None:
        return None
    if context.recorded.get(written) != "datetime":
        context.error(
            "comparison",
            value,
            f"`{name}` names `{written}`, which is no date and time recorded before this step.",
            "Record it first, as `{type: datetime}`: the newest record of the live data.",
        )
        return None
    return written


def _some_texts(value: Value, name: str, context: Context) -> tuple[str, ...] | None:
    read = texts(value, name, context)
    if read == ():
        wrong_type(value, name, "a text or a list of texts", context, f"Write `{name}: [a, b]`.")
    return read or None


def _some_words(words: Sequence[StrEnum], takes: str) -> Reader[tuple[StrEnum, ...]]:
    one_word = word(words)

    def read(value: Value, name: str, context: Context) -> tuple[StrEnum, ...] | None:
        items = value.items()
        if not items:
            hint = f"Write `{name}: [{', '.join(words)}]`."
            wrong_type(value, name, f"a {takes}", context, hint)
            return None
        read = [one_word(item, name, context) for item in items]
        return tuple(dict.fromkeys(item for item in read if item))

    return read


def _argument(argument: Argument, kind: type[Demand]) -> Reader[object]:
    """What reads an argument of a demand."""
    readers: dict[ArgumentKind, Reader[object]] = {
        ArgumentKind.PARAMETER: parameter(*argument.types),
        ArgumentKind.TEXT: text,
        ArgumentKind.TEXTS: _some_texts,
        ArgumentKind.WORD: word(argument.words),
        ArgumentKind.WORDS: _some_words(argument.words, kind.takes),
        ArgumentKind.DURATION: duration,
        ArgumentKind.RECORDED_TIME: _recorded_time,
    }
    return readers[argument.kind]


def _reader(kind: type[Demand]) -> Reader[Demand]:
    """What reads a demand: a group of its arguments, or the one that may stand alone."""
    arguments = arguments_of(kind)
    declared = [
        Key(key, _argument(argument, kind), required=required)
        for key, (_, argument, required) in arguments.items()
    ]
    bare = next((key.read for key in declared if arguments[key.name][0] == kind.bare), None)

    def read(value: Value, name: str, context: Context) -> Demand | None:
        if bare and (not kind.grouped or value.pairs() is None):
            alone = bare(value, name, context)
            return None if alone is None else kind(**{kind.bare: alone})
        got = group(value, f"`{name}`", declared, context, dict[str, object])
        return None if got is None else kind(**{arguments[key][0]: got[key] for key in got})

    return read


def _key(kind: type[Demand]) -> Key:
    demands = " ".join((kind.__doc__ or "").split())
    return Key(kind.key, _reader(kind), kind.takes, kind.example, demands)


class GuardKeys(TypedDict, total=False):
    """What was read of `PLAIN_KEYS`."""

    record: tuple[ValueSpec, ...]
    countersign: CountersignTiming
    hold: RunRole
    duration: Duration
    role: RunRole
    optional: bool
    undo: str
    on_mismatch: str
    decide: Decision
    override: bool


GUARD_KEYS = (*PLAIN_KEYS, *(_key(kind) for kind in DEMANDS.values()))
WITH_OPTIONAL = frozenset({"optional", "duration", "role"})
