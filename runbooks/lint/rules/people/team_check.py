"""Rules about the team check directly before an irreversible step, and about work that must not be
interrupted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book.book import Book, named_step
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.acts import TeamCheck, Wait
from runbooks.procedure.irreversible import act_key
from runbooks.procedure.model import Step

RULES = RuleGroup()
#: So many steps may stand between the team check and the act: identify, direction, disconnect.
_BETWEEN = 3
#: Nobody stays undisturbed for longer, in seconds.
_UNDISTURBED = 20 * 60
#: The title of a step in which people stop and look once more.
_SAYS_SO = re.compile(
    r"\btime-?out\b(?! of| after)|\b(?:team|crew|final|last|joint) (?:check|look|pause)\b"
    r"|\b(?:stop|pause) and (?:look|check|confirm)\b|\beverybody (?:confirms|agrees)\b",
    re.IGNORECASE,
)
_NO_BREAK = re.compile(
    r"\bwithout (?:any )?(?:an? )?(?:interruptions?|breaks?|pauses?)\b|\bin one (?:go|sitting)\b"
    r"|\b(?:do not|don't|never|nobody may|must not)\s+(?:be )?"
    r"(?:interrupted|disturbed|leave (?:the|your) (?:screen|terminal|desk|keyboard)|take a break"
    r"|walk away)\b",
    re.IGNORECASE,
)


@RULES.add(
    "L30",
    Level.ERROR,
    "No team check directly before an irreversible step",
    "What was agreed an hour ago is not what is typed now; the last look belongs right before the"
    " act (Joint Commission Universal Protocol: the time-out is immediately before).",
    scope=RuleScope.ACTS,
)
def no_team_check(book: Book) -> Iterator[Remark]:
    marked = [step for step in book.effects.acts if act_key(step.guard)]
    for act in marked or book.effects.acts[:1]:
        yield from _stale(book, act)
    declared = bool(book.procedure.operation) and not book.effects.is_into_new
    if not book.effects.acts and declared and not book.with_demand(TeamCheck):
        yield book.at_act(
            f"Nobody stops and looks once more before {book.named_act}.",
            "Put a step right before it with `team_check: {fresh_for: 10m}`: target, direction,"
            " copy, way back.",
        )


def _stale(book: Book, act: Step) -> Iterator[Remark]:
    earlier = [s for s, _ in book.with_demand(TeamCheck) if s.index <= act.index]
    if not earlier:
        yield _never(book, act)
        return
    pause = earlier[-1]
    between = [step for step in book.path if pause.index < step.index < act.index]
    takes = sum(_expected(step) for step in between)
    fresh = pause.guard[TeamCheck].fresh_for
    if len(between) > _BETWEEN:
        yield book.at(
            pause,
            f"{len(between)} steps stand between this team check and step {act.number}, which"
            " cannot be taken back.",
            f"Move the team check down, to at most {_BETWEEN} steps before it.",
        )
    elif fresh and takes > fresh:
        yield book.at_guard(
            pause,
            TeamCheck.key,
            f"This team check is fresh for {fresh // 60} minutes, and the steps up to step"
            f" {act.number} are expected to take {takes // 60}.",
            "Move the long steps ahead of the team check.",
        )


def _never(book: Book, act: Step) -> Remark:
    """The remark on an act before which nobody has to confirm anything."""
    pause = next(
        (s for s in book.effects.before_act[-_BETWEEN - 2 :] if _SAYS_SO.search(s.title)), None
    )
    how = "Put a step right before it with `team_check: {fresh_for: 10m}`: target, direction, copy,"
    if pause is None:
        return book.at(
            act,
            f"Nobody stops and looks once more before {book.named_act}.",
            f"{how} way back.",
        )
    return book.at(
        pause,
        f"{named_step(pause)}, is a team check in words: it is ticked without anybody confirming.",
        "Give it the guard `team_check: {fresh_for: 10m}`: then everyone confirms on their own"
        " screen.",
        Level.WARNING,
    )


def _expected(step: Step) -> int:
    return (step.guard.duration.expected or 0) if step.guard.duration else 0


@RULES.add(
    "L53",
    Level.HINT,
    "Work that must not be interrupted is too long for that",
    "Nobody stays undisturbed for more than about twenty minutes, and a long command runs without"
    " being watched in any case.",
)
def too_long_undisturbed(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        if not (_expected(step) > _UNDISTURBED or Wait in step.guard):
            continue
        for line, match in book.words(step).matches(_NO_BREAK):
            yield book.at_text(
                line,
                match[0],
                f"Step {step.number} waits for a long command, and nobody stays undisturbed that"
                " long.",
                "Say what has to be watched, how often, and who takes over.",
            )
            break
