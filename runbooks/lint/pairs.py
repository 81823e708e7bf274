"""Rules about the second person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level, RunRole
from runbooks.irreversible import act_of
from runbooks.lint.book import Book, named_step
from runbooks.lint.remarks import Remark, Scope
from runbooks.lint.rules import rule
from runbooks.lint.words import before_act, mention

#: What says that a second person is there, without a guard that asks for one.
_TOGETHER = re.compile(
    r"\btwo (?:people|persons|of you|engineers|operators)\b|\bsecond person\b|\bfour eyes\b"
    r"|\bin pairs?\b|\bpairing\b|\bboth of you\b|\bwith a colleague\b",
    re.IGNORECASE,
)


@rule(
    "L27",
    Level.ERROR,
    "Nobody but the operator checks anything",
    "Alone, tired and sure is how production is overwritten twice; the second person is asked for"
    " their own reading (M8 and M14 of the story).",
    scope=Scope.ACTS,
)
def alone(book: Book) -> Iterator[Remark]:
    checked = any(
        step.guard.countersign or step.guard.role is RunRole.VERIFIER or act_of(step.guard)
        for step in book.path
    )
    for act in book.acts[:1]:
        if not checked:
            words = "\n".join([*book.procedure.entry, book.procedure.intro_html])
            agreed = bool(_TOGETHER.search(words) or book.with_lock("team_check")) or mention(
                book, before_act(book), _TOGETHER
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
