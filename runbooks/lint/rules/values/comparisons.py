"""Rules about what is measured after a restore, and with what it is compared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level, ValueType
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.copies import Compare, MakeCopy, Verify
from runbooks.procedure.model import Step, ValueSpec

RULES = RuleGroup()
_COMPARES = re.compile(
    r"\bcount\s*\(|\bmax\s*\(|\bcompar\w+|\b(?:newest|latest|last) (?:row|record|entry|timestamp)\b"
    r"|\b(?:row|record|key|document|object|item|number of) ?(?:s|count|counts|rows|records|keys)\b"
    r"|\bcount(?:s|ed|ing)? (?:the|all|how many|what|rows|both) ?\w*"
    r"|\bchecksums?\b|\bsha256",
    re.IGNORECASE,
)
_MEASURES = re.compile(
    rf"{_COMPARES.pattern}|\bselect\b|\b(?:ls|du|wc|stat)\b|--list\b|\bsize\b", re.IGNORECASE
)
_EXIT = re.compile(r"(?:^|_)(?:exit|status|rc|return_?code|returned)(?:_|$)", re.IGNORECASE)
_SAYS_EXIT = re.compile(
    r"\b(?:exit|return) (?:code|status|value)s?\b|\$\?"
    r"|\b(?:complete|finish|return|end)(?:s|d|ed|es)? (?:successfully|without (?:any )?errors?)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"\b(?:restor|import|back(?:ing|s|ed)?[ -]?up|dump|export|snapshot)\w*\b", re.IGNORECASE
)
#: A measurement this many steps further on is still one of this step's result.
_NEAR = 3


@RULES.add(
    "L32",
    Level.ERROR,
    "Nothing after the restore is compared with what was measured before it",
    "In the story somebody noticed by accident that the newest row was two months old. Newest"
    " record and counts, before and after, show it at once.",
    scope=RuleScope.RESTORES,
)
def not_compared(book: Book) -> Iterator[Remark]:
    act = book.effects.last_act
    if act is None:
        return
    earlier = {v.name for s in book.procedure.steps if s.index < act.index for v in s.guard.record}
    after = book.effects.after_act
    if any(Compare in step.guard or _looks_back(step, earlier) for step in after):
        return
    beside = book.effects.is_beside(act)
    if (beside or not earlier) and book.mentions(after, _COMPARES):
        return
    # What is lost may have left nothing to measure; then an age or a number that must hold will do.
    if beside and any(value.max_age or value.equals for s in after for value in s.guard.record):
        return
    yield book.at(
        act,
        f"After step {act.number} nothing is compared with what was measured before it.",
        "Add a step behind it that records the newest record and a count, each with `within: {of:"
        " …, tolerance: 0}`.",
    )


def _looks_back(step: Step, earlier: set[str]) -> bool:
    return any(value.within and value.within.of in earlier for value in step.guard.record)


@RULES.add(
    "L33",
    Level.WARNING,
    "Only the tool's own word says that it worked",
    "A tool that exits with 0 has not read what it wrote: at GitLab in 2017 the backups succeeded"
    " and were empty.",
)
def exit_code_only(book: Book) -> Iterator[Remark]:
    for place, step in enumerate(book.path):
        near = book.path[place + 1 : place + 1 + _NEAR]
        if any(_measures(later) for later in near):
            continue
        values = [value for value in step.guard.record if _is_exit(value)]
        if values and len(values) == len(step.guard.record) and step.commands:
            yield book.at_guard(
                step,
                values[0].name,
                f"Only an exit status says that step {step.number} worked; nothing measures its"
                " result.",
                "Record what is read from the result: its newest record, a count, a size.",
            )
        elif not step.guard.record and _WRITES.search(step.title):
            yield from _only_exit_words(book, step, near)


def _only_exit_words(book: Book, step: Step, near: tuple[Step, ...]) -> Iterator[Remark]:
    for line, match in book.words(step).matches(_SAYS_EXIT):
        if not book.mentions((step, *near), _MEASURES):
            yield book.at_text(
                line,
                match[0],
                f"That the tool ends well is all that says whether step {step.number} worked.",
                "Measure the result: its newest record, a count, a size.",
            )
        return


def _is_exit(value: ValueSpec) -> bool:
    return value.type is ValueType.NUMBER and bool(value.equals) and bool(_EXIT.search(value.name))


def _measures(step: Step) -> bool:
    own = any(not _is_exit(value) for value in step.guard.record)
    return own or (Compare, Verify, MakeCopy) in step.guard
