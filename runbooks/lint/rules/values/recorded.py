"""Rules about values that are recorded or typed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import CountersignTiming, Level, ValueType
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.target import Direction
from runbooks.procedure.irreversible import act_key
from runbooks.procedure.model import Step, ValueSpec

RULES = RuleGroup()
MOST_CONFIRMATIONS = 5
_MEASURED = frozenset({ValueType.NUMBER, ValueType.DATETIME, ValueType.DURATION, ValueType.BYTES})
_YES = re.compile(r"(?:yes|y|ok(?:ay)?|done|true|confirm(?:ed)?|sure|agreed|ready|i understand)",
                  re.IGNORECASE)  # fmt: skip


@RULES.add(
    "L18",
    Level.ERROR,
    "A measured value without anything it must be",
    "A value that nothing is held against is a tick with a number in it; nobody stops at a wrong"
    " one (a backup two months old was not noticed: M5 of the story).",
    scope=RuleScope.GUARDED,
)
def unexpected(book: Book) -> Iterator[Remark]:
    baselines = {
        value.within.of for step in book.procedure.steps for value in step.guard.record
        if value.within
    }  # fmt: skip
    for step in book.path:
        if _is_judged(step):
            continue
        for value in step.guard.record:
            if value.type in _MEASURED and not _is_held(value) and value.name not in baselines:
                yield book.at_guard(
                    step,
                    value.name,
                    f"`{value.name}` is written down, but any value will do.",
                    _instead(value),
                )


@RULES.add(
    "L21",
    Level.WARNING,
    "Too many typed confirmations, or one where nothing is irreversible",
    "What is typed ten times is typed without reading; five a run, at the irreversible steps only"
    " (NNG on confirmation dialogs).",
    scope=RuleScope.GUARDED,
)
def habituating(book: Book) -> Iterator[Remark]:
    count = 0
    for step in book.path:
        act = bool(act_key(step.guard))
        typed = [value for value in step.guard.record if _is_typed_yes(value)]
        for value in typed:
            if not act:
                yield book.at_guard(
                    step,
                    value.name,
                    f"`{value.name}` only has to be typed, and the step can be taken back.",
                    "Take it out, or record what was seen instead of a word.",
                )
        count += len(typed) + act + (Direction in step.guard)
        if count > MOST_CONFIRMATIONS:
            yield book.at(
                step,
                f"Here a confirmation is typed for the {count}th time in one run.",
                f"Keep {MOST_CONFIRMATIONS} at most, for what cannot be taken back.",
            )
            return


def _is_judged(step: Step) -> bool:
    """Whether somebody looks at the values of a step: by deciding, or by an own reading."""
    guard = step.guard
    return bool(guard.decide or guard.hold or guard.countersign is CountersignTiming.AFTER)


def _is_held(value: ValueSpec) -> bool:
    return bool(
        value.equals or value.matches or value.min or value.max or value.max_age or value.within
    )


def _instead(value: ValueSpec) -> str:
    match value.type:
        case ValueType.DATETIME:
            return (
                f"Write `{value.name}: {{type: datetime, max_age: 24h}}`, or `within: {{of: …}}`."
            )
        case ValueType.BYTES:
            return f"Write `{value.name}: {{type: bytes, min: 80 GB}}`."
        case ValueType.DURATION:
            return f"Write `{value.name}: {{type: duration, max: 1h}}`."
    return f"Write `{value.name}: {{type: number, equals: 0}}`, or `min`, `max`, `within`."


def _is_typed_yes(value: ValueSpec) -> bool:
    """Whether nothing but consent is asked for. What reads `true` or `false` off a screen, one of
    several options, is an observation."""
    observed = value.equals.lower() == "true" and len(value.options) > 1
    asked = value.type in (ValueType.TEXT, ValueType.CHOICE) and not observed
    return asked and bool(_YES.fullmatch(value.equals))
