"""Rules about what follows when a value is not the expected one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from runbooks.enums import Level
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup
from runbooks.procedure.guards.copies import Compare, Protect, Verify
from runbooks.procedure.guards.target import Identify, MarkTarget
from runbooks.procedure.model import Step, ValueSpec

RULES = RuleGroup()
_CHECKING = (Identify, MarkTarget, Protect, Verify, Compare)
_RETRY = re.compile(
    r"\b(?:re-?try|try (?:it |this |the \w+ |once )?again|try once more"
    r"|(?:run|repeat|do) (?:it|this|the (?:command|restore|step|import|script)) (?:again|once more)"
    r"|repeat (?:it|(?:this|the) (?:step|command|restore)))\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:not|never|nobody|no)\b|n't\b", re.IGNORECASE)


@RULES.add(
    "L31",
    Level.ERROR,
    "A wrong value leads nowhere, or back into the same step",
    "Tried again without a diagnosis, the same clicks did the same damage (M7, M13 of the story).",
)
def no_diagnosis(book: Book) -> Iterator[Remark]:
    yield from _circles(book)
    if not book.effects.restores:
        return
    for step in book.path:
        yield from _leads_nowhere(book, step)
        yield from _says_retry(book, step)


def _circles(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        if step.guard.on_mismatch in ("", None):
            continue
        if step.guard.on_mismatch in (step.key, step.section):
            yield book.at_guard(
                step,
                "on_mismatch",
                f"A wrong value in step {step.number} leads back to where it was read.",
                "Lead to a section marked `{.aside}` that finds out what is wrong.",
            )


def _leads_nowhere(book: Book, step: Step) -> Iterator[Remark]:
    guard = step.guard
    if guard.on_mismatch or guard.undo or guard.decide:
        return
    keys = [kind.key for kind in _CHECKING if kind in guard]
    values = [value.name for value in guard.record if _is_checked(value)]
    if keys or values:
        case = f"when `{(keys or values)[0]}` is not as expected"
        remark = book.at_guard(
            step,
            (keys or values)[0],
            f"Step {step.number} says nowhere what to do {case}.",
            "Add `on_mismatch:` with the id of a section that finds out why.",
        )
        if book.procedure.abort_rule:
            ends = (
                f"Step {step.number} leads nowhere {case}: at most the abort rule says what to do."
            )
            remark = replace(remark, sentence=ends, level=Level.WARNING)
        yield remark


def _is_checked(value: ValueSpec) -> bool:
    """Whether a value can be wrong. A lower bound alone only says that something is there."""
    return bool(value.equals or value.matches or value.max or value.max_age or value.within)


def _says_retry(book: Book, step: Step) -> Iterator[Remark]:
    for line, match in book.words(step).matches(_RETRY):
        if _NEGATION.search(match.string[max(match.start() - 40, 0) : match.start()]):
            continue
        yield book.at_text(
            line,
            match[0],
            f"Step {step.number} tells the reader to do the same once more, without finding out why"
            " it failed.",
            "Say what to look at first, in a section marked `{.aside}`, and name it with"
            " `on_mismatch`.",
        )
        return
