"""Rules about the time-out directly before an irreversible step, and about work that must not be
interrupted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book import Book
from runbooks.lint.remarks import Remark, Scope
from runbooks.lint.rules import rule
from runbooks.lint.words import at_act, named_act, says
from runbooks.procedure import Step

#: So many steps may stand between the time-out and the act: identify, direction, disconnect.
_BETWEEN = 3
#: Nobody stays undisturbed for longer, in seconds.
_UNDISTURBED = 20 * 60
_NO_BREAK = re.compile(
    r"\bwithout (?:any )?(?:an? )?(?:interruptions?|breaks?|pauses?)\b|\bin one (?:go|sitting)\b"
    r"|\b(?:do not|don't|never|nobody may|must not)\s+(?:be )?"
    r"(?:interrupted|disturbed|leave (?:the|your) (?:screen|terminal|desk|keyboard)|take a break"
    r"|walk away)\b",
    re.IGNORECASE,
)


@rule(
    "L30",
    Level.ERROR,
    "No time-out directly before an irreversible step",
    "What was agreed an hour ago is not what is typed now; the last look belongs right before the"
    " act (Joint Commission Universal Protocol: the time-out is immediately before).",
    scope=Scope.RESTORES,
)
def no_timeout(book: Book) -> Iterator[Remark]:
    overwriting = [step for step, _ in book.with_lock("overwrite")]
    if not overwriting and (book.acts or book.procedure.operation):
        yield at_act(
            book,
            f"Nobody stops and looks once more before {named_act(book)}.",
            "Put a step right before it with `timeout: {fresh_for: 10m}`: target, direction, copy,"
            " way back.",
        )
    for act in overwriting:
        yield from _stale(book, act)


def _stale(book: Book, act: Step) -> Iterator[Remark]:
    earlier = [s for s, _ in book.with_lock("timeout") if s.index <= act.index]
    near = [step for step in earlier if step.section == act.section]
    if not near:
        where = f"The last one is step {earlier[-1].number}, in another section." if earlier else ""
        said = f"No time-out stands in the section of step {act.number}, which cannot be undone."
        yield book.at(
            act,
            f"{said} {where}".strip(),
            "Put a step right before it with `timeout: {fresh_for: 10m}`.",
        )
        return
    pause = near[-1]
    between = [step for step in book.path if pause.index < step.index < act.index]
    takes = sum(_expected(step) for step in between)
    fresh = int(pause.guard.locks["timeout"].get("fresh_for") or 0)
    if len(between) > _BETWEEN:
        yield book.at(
            pause,
            f"{len(between)} steps stand between this time-out and step {act.number}, which cannot"
            " be taken back.",
            f"Move the time-out down, to at most {_BETWEEN} steps before it.",
        )
    elif fresh and takes > fresh:
        yield book.at_guard(
            pause,
            "timeout",
            f"This time-out is fresh for {fresh // 60} minutes, and the steps up to step"
            f" {act.number} are expected to take {takes // 60}.",
            "Move the long steps ahead of the time-out.",
        )


def _expected(step: Step) -> int:
    return (step.guard.duration.expected or 0) if step.guard.duration else 0


@rule(
    "L53",
    Level.HINT,
    "Work that must not be interrupted is too long for that",
    "Nobody stays undisturbed for more than about twenty minutes, and a long command runs without"
    " being watched in any case.",
)
def too_long_undisturbed(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        if not (_expected(step) > _UNDISTURBED or "wait" in step.guard.locks):
            continue
        for line, found in says(book, step, _NO_BREAK):
            yield book.at_text(
                line,
                found[0],
                f"Step {step.number} waits for a long command, and nobody stays undisturbed that"
                " long.",
                "Say what has to be watched, how often, and who takes over.",
            )
            break
