"""Rules about wording: vague words, and cautions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book.book import Book, named_step
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.lint.rules.wording.vocabulary import (
    MINDFUL,
    VERBS_ONLY,
    title_of,
    without_code,
    words_of,
)
from runbooks.procedure.model import Step

RULES = RuleGroup()
_JUDGES = frozenset({"check", "ensure", "verify", "confirm", "validate", "inspect", "monitor"})
_VAGUE = re.compile(
    r"\b(?:as|if|when|where) (?:needed|necessary|required|appropriate|applicable|desired)\b"
    r"|\bappropriate(?:ly)?\b|\betc\b|\band so on\b|\bshould\b(?! be +\d)|\ba while\b"
    r"|\breasonabl[ey]\b|\bmake sure\b",
    re.IGNORECASE,
)
_CAUTION = re.compile(
    r"[>\s*_-]*(?:⚠️?\s*)?(?:\*\*|__)?\s*"
    r"(?:caution|warning|danger|attention|beware)\b[*_:.!\s]*(?P<rest>.*)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:^|[.!:;]\s+)(?P<first>[A-Za-z-]+)\b(?P<more>[^.!;]*)")


@RULES.add(
    "L16",
    Level.WARNING,
    "Wording that cannot be answered with a value",
    "“Check the disk” is ticked by whoever looked at it; “free space: at least 80 GB” is not"
    " (challenge and response: Degani and Wiener 1990).",
    scope=RuleScope.GUARDED,
)
def vague(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        words = words_of(title_of(step))
        if words[:1] and words[0] in _JUDGES and not _is_answered(step):
            yield book.at(
                step,
                f"“{words[0].capitalize()}” is answered with a tick, whatever was seen.",
                "Name the value that is read and what it must be: `record: {free_space: {type:"
                " bytes, min: 80 GB}}`.",
            )
            continue
        for number, line in book.words(step).lines:
            match = _VAGUE.search(without_code(line))
            if match:
                yield Remark(
                    number,
                    match.start() + 1,
                    f"“{match[0]}” leaves it to the reader at 3 a.m.",
                    "Say when, how much, or which: a condition that one can see, or a number.",
                )
                break


@RULES.add(
    "L17",
    Level.ERROR,
    "A caution behind what it warns of, or one that holds an action",
    "A caution is read before the act or too late; and what stands in a caution is not ticked, so"
    " nobody knows whether it was done (place-keeping, DOE-HDBK-1028).",
    scope=RuleScope.GUARDED,
)
def misplaced_caution(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        last = max((command.line for command in book.commands_of(step)), default=0)
        for number, line in book.words(step).lines:
            caution = _CAUTION.match(without_code(line))
            if caution is None:
                continue
            if 0 < last < number:
                yield book.at_text(
                    number,
                    line.strip()[:20],
                    f"This caution is read after the command of step {step.number} was run.",
                    "Put it above the command.",
                )
                continue
            action = _action(caution["rest"])
            if action:
                yield book.at_text(
                    number,
                    action,
                    f"“{action}” is something to do, but a caution is never ticked.",
                    "Make a step of it, before this one. Leave in the caution what may happen.",
                )
        if _CAUTION.match(step.title):
            yield book.at(
                step,
                f"{named_step(step)}, is a caution: there is nothing to do and to tick.",
                "Write it as a quote, `> **Caution.** …`, into the step that it is about.",
            )


def _is_answered(step: Step) -> bool:
    guard = step.guard
    return bool(guard.record or guard.decide or guard.hold or guard.demands or guard.countersign)


def _action(text: str) -> str:
    """The first words of a sentence of `text` that asks for a deed; '' for none."""
    for match in _SENTENCE.finditer(text.strip(" *_")):
        first = match["first"].lower()
        if first in VERBS_ONLY and first not in MINDFUL:
            return f"{match['first']}{match['more']}".strip()[:40]
    return ""
