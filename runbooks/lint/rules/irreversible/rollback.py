"""Rules about the rollback: what is left when the act was wrong, and until when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book.book import Book, named_step
from runbooks.lint.book.remarks import Remark
from runbooks.lint.dangers.new_objects import is_beside
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.irreversible import act_key, deletes
from runbooks.procedure.model import Step
from runbooks.procedure.rollbacks import closing_step
from runbooks.procedure.sections import Section

RULES = RuleGroup()
_NO_RETURN = re.compile(
    r"point of no return|no way back|(?:can ?not|can't|never) be (?:undone|taken back|reversed)"
    r"|irreversibl[ey]",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:until|clos(?:es?|ed)|ends?|no longer|only (?:while|before))\b", re.I)
#: The way back of an overwrite, and of a deletion.
_BACK = (
    "`undo: rename-back` and a section `## Rename back {#rename-back .aside}`",
    "`undo: bring-back` and a section `## Bring it back {#bring-back .aside}` that restores the"
    " safety copy",
)


@RULES.add(
    "L05",
    Level.ERROR,
    "A restore into the live object instead of beside it",
    "While data is restored over the live data there is neither the old nor the new; beside it,"
    " both are there until they were compared (Debian and AWS RDS always restore into a new one).",
    scope=RuleScope.RESTORES,
)
def in_place(book: Book) -> Iterator[Remark]:
    for command in book.commands:
        marked = Overwrite in command.step.guard
        over = {id(place) for place, danger in command.dangers if danger.restores}
        for place in command.restores:
            new = is_beside(place) or book.effects.made(command).holds(place)
            if marked or id(place) in over and not new:
                yield command.at(
                    place,
                    f"`{place.summary}` restores into the live data, not beside it.",
                    "Restore under a new name, compare, then exchange the two by a rename. If that"
                    ' cannot be, say why: `waive: {L05: "…"}`.',
                )


@RULES.add(
    "L08",
    Level.ERROR,
    "An irreversible step without a way back, and not marked as the point of no return",
    "Who starts the act must know before it what the way back is, or that there is none (change"
    " management practice).",
    scope=RuleScope.ACTS,
)
def no_way_back(book: Book) -> Iterator[Remark]:
    for act in book.effects.acts:
        words = [line for _, line in book.words(act).lines]
        if deletes(act.guard):
            # A runbook that deletes says it once, before the first step.
            section = book.procedure.sections_by_key[act.section].html
            words += [book.procedure.worst_case, book.procedure.intro_html, section]
        if not act.guard.undo and not _NO_RETURN.search(" ".join(words)):
            yield book.at_guard(
                act,
                act_key(act.guard) or Overwrite.key,
                f"{named_step(act)}, names no way back and does not say that there is none.",
                f"Give it {_BACK[deletes(act.guard)]}, or write in the step: “This is the point of"
                " no return.”",
            )


@RULES.add(
    "L55",
    Level.ERROR,
    "A rollback that is still offered after the target went back into service",
    "What was written since would be thrown away: a second destruction. After a thaw the rollback"
    " is closed, unless it identifies, freezes and copies first, as every overwrite does.",
    scope=RuleScope.ACTS,
)
def open_rollback(book: Book) -> Iterator[Remark]:
    for section, steps in book.sections:
        act = next((c.step for step in steps for c in book.commands_of(step) if c.acts), None)
        acts = act is not None
        thaw = closing_step(book.procedure, section.key, acts=acts) if section.aside else None
        if thaw is None:
            continue
        for step in book.path:
            key = _leads_to(book, step, section) if step.index >= thaw.index else ""
            if key:
                yield book.at_guard(
                    step,
                    key,
                    f"{named_step(step)}, leads to “{section.title}”, which is closed since step"
                    f" {thaw.number} put the target back in service.",
                    "Lead to a section of its own, or guard the rollback: identify, direction,"
                    " freeze, a safety copy and `overwrite` of the target, all in its section.",
                )
        if closing_step(book.procedure, section.key) is None:
            if act is not None and _is_led_to_aside(book, section):
                yield _never_closed(book, act, thaw)
            continue
        words = [line for step in steps for _, line in book.words(step).lines]
        if not any(map(_UNTIL.search, [section.html, *words])):
            yield Remark(
                section.line,
                1,
                f"“{section.title}” does not say that it is closed once step {thaw.number} puts"
                " the target back in service.",
                "Write below its heading: “Only until the writers are let in again.”",
                Level.WARNING,
            )


def _never_closed(book: Book, act: Step, thaw: Step) -> Remark:
    """The remark on a section that no thaw closes, because no guard shows that it acts."""
    return book.at(
        act,
        f"{named_step(act)}, replaces or removes data, and nothing closes its section once step"
        f" {thaw.number} puts the target back in service.",
        "Give the step `countersign: before`: then nothing leads into its section after the thaw.",
    )


def _is_led_to_aside(book: Book, section: Section) -> bool:
    """Whether an abort, or a step of another aside, leads to `section`."""
    aborting = book.procedure.on_abort
    return (bool(aborting) and book.procedure.section_of(aborting) == section) or any(
        _leads_to(book, step, section)
        for step in book.procedure.steps
        if step.index not in book.procedure.main_path
    )


def _leads_to(book: Book, step: Step, section: Section) -> str:
    """The key of the guard of `step` that leads to `section`; '' when none does."""
    guard = step.guard
    options = [key for _, key in guard.decide.options] if guard.decide else []
    ways = {"undo": [guard.undo], "on_mismatch": [guard.on_mismatch], "decide": options}
    for word, keys in ways.items():
        if any(key and book.procedure.section_of(key) == section for key in keys):
            return word
    return ""
