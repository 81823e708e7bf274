"""Rules about deletions: which step is the one, and whether what it deletes is still in use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from runbooks.enums import Level, Operation
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.acts import Destroy
from runbooks.procedure.guards.target import Freeze
from runbooks.procedure.irreversible import target_of
from runbooks.procedure.model import Step

RULES = RuleGroup()
_UNSAID = (
    "This deletes and puts nothing back, and its front matter does not say that it is a deletion.",
    "Write `operation: delete`: lists and incidents then say so, and never offer it first.",
)


@RULES.add(
    "L59",
    Level.ERROR,
    "A deletion without a step marked `destroy`, or of something that may be in use",
    "Commands such as `./wipe.sh` cannot be read: only the guard says which step deletes. Data"
    " that still has clients is needed by somebody, or is on the wrong machine.",
    scope=RuleScope.DELETES,
)
def careless_deletion(book: Book) -> Iterator[Remark]:
    steps = [step for step, _ in book.with_demand(Destroy)]
    if not steps and book.procedure.operation is Operation.DELETE:
        yield book.at_front(
            "operation",
            "This is a deletion, and no step of the main path is marked as the one that deletes.",
            "Give that step `destroy: {target: …}`, with the name of an instance parameter.",
        )
    if steps and not book.effects.restores and book.procedure.operation is None:
        yield replace(book.at_front("title", *_UNSAID), level=Level.WARNING)
    reported: set[str] = set()
    for step in steps:
        target = target_of(step.guard)
        if target not in reported and not _is_unused(book, step):
            reported.add(target)
            yield book.at_guard(
                step,
                Destroy.key,
                f"Step {step.number} deletes `{target}`, and no step before it shows that nobody"
                " uses it any more.",
                f"Give a step before it `freeze: {target}`, or count: `record: {{clients: {{type:"
                " number, equals: 0}}`.",
                Level.WARNING,
            )


def _is_unused(book: Book, act: Step) -> bool:
    """Whether a step up to `act` stops the writers of its target, or counts something to
    nothing."""
    target = target_of(act.guard)
    return any(
        Freeze(target) in step.guard.demands
        or any(value.equals == "0" for value in step.guard.record)
        for step in book.path
        if step.index <= act.index
    )
