"""Rules about who decides, when to stop, and branches: that each leads somewhere, and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level, RunRole
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.model import Step
from runbooks.procedure.sections import Section

RULES = RuleGroup()
_DECISION = re.compile(
    r"\bgo[ /-]*(?:or )?no[ -]?go\b|\bapprov\w+|\bsign(?:s|ed)?[ -]?off\b|\bdecision\b"
    r"|\b(?:decider|owner|manager|commander)\b[^.\n]{0,40}\b(?:decides?|agrees?|releases?)\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:at most|no more than|up to|maximum|max\.?|once|twice|(?:two|three|four|five|\d+) times"
    r"|(?:second|third|last) (?:time|attempt|try)|give up|within \d+|after \d+)\b",
    re.IGNORECASE,
)
_JUMP = re.compile(r"\b(?:go|return|back|skip|jump|continue|proceed)\b[^.\n]{0,20}"
                   r"\b(?:to|with|at|from) step (\d{1,3})\b", re.IGNORECASE)  # fmt: skip


@RULES.add(
    "L29",
    Level.WARNING,
    "Nobody decides before the first irreversible step",
    "Whoever is busy with the work goes on with it. A decider who does nothing else stops it"
    " (WHO surgical checklist: a coordinator confirms each phase).",
    scope=RuleScope.RESTORES,
)
def undecided(book: Book) -> Iterator[Remark]:
    if book.effects.is_into_new or not (book.effects.acts or book.procedure.operation):
        return
    steps = book.effects.before_act
    if any(_decides(step) for step in steps) or book.mentions(steps[:-1], _DECISION):
        return
    yield book.at_act(
        f"Nobody decides whether to go on before {book.named_act}.",
        "Put a step before it that says what will be lost, with `hold: decider`.",
    )


def _decides(step: Step) -> bool:
    guard = step.guard
    return guard.hold is RunRole.DECIDER or bool(guard.decide) and guard.role is RunRole.DECIDER


@RULES.add(
    "L43",
    Level.ERROR,
    "A branch that decides nothing, a way that leads nowhere, a loop without a limit",
    "At three in the morning a dead end is found when there is no way back any more; a loop"
    " without a limit is the same slip again and again (M7, M13 of the story).",
)
def dead_ends(book: Book) -> Iterator[Remark]:
    yield from _idle_questions(book)
    yield from _unreached(book)
    yield from _loops(book)
    yield from _jumps(book)


def _idle_questions(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        decision = step.guard.decide
        if decision and not any(section for _, section in decision.options):
            yield book.at_guard(
                step,
                "options",
                f"Every answer to the question of step {step.number} leads to the next step, so"
                " the question decides nothing.",
                "Lead the answer that must not go on to a section marked `{.aside}`.",
            )


def _unreached(book: Book) -> Iterator[Remark]:
    """Asides that no way leads to, and asides that have no step."""
    ways = _ways(book)
    reached: set[str] = set()
    waiting = {"", *(s.key for s in book.procedure.sections if not s.aside)}
    while waiting:
        reached |= waiting
        waiting = {to for key in waiting for to in ways.get(key, ())} - reached
    for section, steps in book.sections:
        if not section.aside:
            continue
        if section.key not in reached:
            yield _at_heading(
                book,
                section,
                "No step, no branch and no abort leads to this section, so nobody ever gets there.",
                f"Name it where it is needed: `on_mismatch: {section.key}`, or `on_abort:` in the"
                " front matter.",
            )
        elif not steps:
            yield _at_heading(
                book,
                section,
                "A way leads to this section, and it has no step.",
                "Write what to do here as task items: `- [ ] Do it`.",
            )


def _ways(book: Book) -> dict[str, set[str]]:
    """From each section to the sections that its guards name; from '' to that of the abort."""
    procedure = book.procedure
    homes = {step.key: step.section for step in procedure.steps}
    homes |= {section.key: section.key for section in procedure.sections}
    ways: dict[str, set[str]] = {"": {procedure.on_abort} - {""}}
    for step in procedure.steps:
        guard = step.guard
        named = [guard.undo, guard.on_mismatch]
        named += [key for _, key in guard.decide.options] if guard.decide else []
        ways.setdefault(step.section, set()).update(homes[n] for n in named if n in homes)
    return ways


def _loops(book: Book) -> Iterator[Remark]:
    """Answers that lead back into the section they were given in, directly or by other answers."""
    procedure = book.procedure
    branches = [s for s in procedure.steps if s.guard.decide and s.section in procedure.asides]
    free = [s for s in branches if not s.guard.hold and not _has_limit(book, s)]
    ways: dict[str, set[str]] = {}
    for step in free:
        ways.setdefault(step.section, set()).update(_answers(step) & procedure.asides)
    for step in free:
        for key in sorted(_answers(step) & procedure.asides):
            if step.section in _from(key, ways):
                yield book.at_guard(
                    step,
                    "options",
                    f"An answer in step {step.number} leads back to this section, and nothing"
                    " limits how often.",
                    "Say how often at most and what happens then, or add `hold: decider`.",
                )
                break


def _answers(step: Step) -> set[str]:
    return {key for _, key in step.guard.decide.options} if step.guard.decide else set()


def _from(start: str, ways: dict[str, set[str]]) -> set[str]:
    """All sections that `start` leads to, itself too."""
    reached: set[str] = set()
    waiting = {start}
    while waiting:
        reached |= waiting
        waiting = {to for key in waiting for to in ways.get(key, ())} - reached
    return reached


def _has_limit(book: Book, step: Step) -> bool:
    return bool(_LIMIT.search(book.words(step).text))


def _jumps(book: Book) -> Iterator[Remark]:
    """Words that send the reader to a step that there is not."""
    last = sum(step.parent is None for step in book.procedure.steps)
    for step in book.procedure.steps:
        for line, match in book.words(step).matches(_JUMP):
            if int(match[1]) > last:
                yield book.at_text(
                    line,
                    match[0],
                    f"This leads to step {match[1]}, but the runbook has {last} steps.",
                    "Name a step that there is, by its title.",
                )


def _at_heading(book: Book, section: Section, sentence: str, suggestion: str) -> Remark:
    return book.at_text(section.line, section.title, sentence, suggestion)


_STOPS = re.compile(
    r"\babort|\bstand[ -]?down\b|\bstop (?:here|the run|if|when|and)\b|\bdo not go on\b"
    r"|\bcall\b[^.]{0,40}\bif\b",
    re.IGNORECASE,
)


@RULES.add(
    "L09",
    Level.WARNING,
    "Sections that do not say when to stop",
    "Tired people push on; when to give up is decided before, not in the middle (change management"
    " practice).",
    scope=RuleScope.RESTORES,
)
def no_abort_rule(book: Book) -> Iterator[Remark]:
    if book.procedure.abort_rule:
        return
    endless = [
        section
        for section, steps in book.sections
        if steps and not section.aside and not _says_when_to_stop(book, section, steps)
    ]
    if endless:
        named = ", ".join(f"“{section.title}”" for section in endless[:3] if section.title)
        where = f"{named}{' and others' if len(endless) > 3 else ''}" if named else "its steps"
        yield Remark(
            endless[0].line,
            1,
            f"Nothing in {where} says when to stop and go back.",
            "Write `abort_rule: Stop when …` in the front matter, or `on_mismatch` in the steps"
            " that measure.",
        )


def _says_when_to_stop(book: Book, section: Section, steps: tuple[Step, ...]) -> bool:
    if any(step.guard.on_mismatch or step.guard.decide or step.guard.hold for step in steps):
        return True
    words = [line for step in steps for _, line in book.words(step).lines]
    return any(map(_STOPS.search, [section.html, *words]))
