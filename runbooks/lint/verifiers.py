"""Rules about the second person: whether they are another one, and look at the right moment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import CountersignTiming, Level, ValueType
from runbooks.lint.book import Book
from runbooks.lint.remarks import Remark
from runbooks.lint.rules import rule
from runbooks.procedure import Step, ValueSpec

_READS = re.compile(r"\W*(?:read|measure|count|compare|look|note|record|inspect|list)\b", re.I)


@rule(
    "L28",
    Level.ERROR,
    "A second look that is no second look: the same person, or the wrong moment",
    "A verifier watches an irreversible act before it is done; a measurement is repeated"
    " afterwards, by somebody else, blind (DOE-STD-1036: concurrent and independent verification"
    " are two things).",
)
def wrong_second_look(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        guard = step.guard
        if guard.hold is not None and guard.hold is guard.role:
            yield book.at_guard(
                step,
                "hold",
                f"Step {step.number} is done by the {guard.role} and waits for the {guard.hold}:"
                " nobody else looks at it.",
                "Give the step to another role, or hold it for another one.",
            )
        if guard.countersign is CountersignTiming.AFTER:
            yield from _nothing_to_compare(book, step)
        if guard.countersign is CountersignTiming.BEFORE and _only_reads(step):
            yield book.at_guard(
                step,
                "countersign",
                f"Step {step.number} only measures, and is countersigned before anything was"
                " measured.",
                "Write `countersign: after`: the verifier measures again, blind.",
            )


def _nothing_to_compare(book: Book, step: Step) -> Iterator[Remark]:
    guard = step.guard
    if guard.locks or any(_is_compared(value) for value in guard.record):
        return
    yield book.at_guard(
        step,
        "countersign",
        f"Step {step.number} is countersigned afterwards, but records nothing that two people can"
        " compare.",
        "Record what is measured: `record: {rows: {type: number, label: Rows in the table}}`.",
    )


def _is_compared(value: ValueSpec) -> bool:
    """Two people never write the same sentence, so free text is not compared."""
    return value.type is not ValueType.TEXT or bool(value.equals or value.matches)


def _only_reads(step: Step) -> bool:
    return bool(step.guard.record) and not step.guard.locks and bool(_READS.match(step.title))
