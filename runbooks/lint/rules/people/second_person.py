"""Rules about the second person: that there is one, and that they look at the right moment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import CountersignTiming, Level, RunRole, ValueType
from runbooks.lint.book.book import Book, named_step
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.acts import TeamCheck
from runbooks.procedure.irreversible import act_key
from runbooks.procedure.model import Step, ValueSpec

RULES = RuleGroup()
#: What says that a second person is there, without a guard that asks for one.
_TOGETHER = re.compile(
    r"\btwo (?:people|persons|of you|engineers|operators)\b|\bsecond person\b|\bfour eyes\b"
    r"|\bin pairs?\b|\bpairing\b|\bboth of you\b|\bwith a colleague\b",
    re.IGNORECASE,
)


@RULES.add(
    "L27",
    Level.ERROR,
    "Nobody but the operator checks anything",
    "Alone, tired and sure is how production is overwritten twice; the second person is asked for"
    " their own reading (M8 and M14 of the story).",
    scope=RuleScope.ACTS,
)
def alone(book: Book) -> Iterator[Remark]:
    checked = any(
        step.guard.countersign or step.guard.role is RunRole.VERIFIER or act_key(step.guard)
        for step in book.path
    )
    for act in book.effects.acts[:1]:
        if not checked:
            words = "\n".join([*book.procedure.entry, book.procedure.intro_html])
            agreed = bool(_TOGETHER.search(words) or book.with_demand(TeamCheck)) or book.mentions(
                book.effects.before_act, _TOGETHER
            )
            yield book.at(
                act,
                f"{named_step(act)}, cannot be taken back, and "
                + (
                    "nothing holds the run when the second person is not there."
                    if agreed
                    else "one person does it alone."
                ),
                "Write `countersign: before` in its guard, and `countersign: after` where the"
                " result is measured.",
                Level.WARNING if agreed else None,
            )


_READS = re.compile(r"\W*(?:read|measure|count|compare|look|note|record|inspect|list)\b", re.I)


@RULES.add(
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
    if guard.demands or any(_is_compared(value) for value in guard.record):
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
    return bool(step.guard.record) and not step.guard.demands and bool(_READS.match(step.title))
