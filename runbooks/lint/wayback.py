"""Rules about the way back: what is left when the act was wrong, and when to stop."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level, Use
from runbooks.irreversible import act_of, deletes
from runbooks.lint.book import Book, named_step
from runbooks.lint.fresh import is_beside
from runbooks.lint.remarks import Remark, Scope
from runbooks.lint.rules import rule
from runbooks.machine.rollback import closing_step
from runbooks.procedure import Step
from runbooks.sections import Section

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
_STOPS = re.compile(
    r"\babort|\bstand[ -]?down\b|\bstop (?:here|the run|if|when|and)\b|\bdo not go on\b"
    r"|\bcall\b[^.]{0,40}\bif\b",
    re.IGNORECASE,
)


@rule(
    "L05",
    Level.ERROR,
    "A restore into the live object instead of beside it",
    "While data is restored over the live data there is neither the old nor the new; beside it,"
    " both are there until they were compared (Debian and AWS RDS always restore into a new one).",
    scope=Scope.RESTORES,
)
def in_place(book: Book) -> Iterator[Remark]:
    for command in book.commands:
        marked = "overwrite" in command.step.guard.locks
        over = {id(place) for place, danger in command.dangers if danger.restores}
        for place in command.restores:
            new = is_beside(place) or book.made(command).holds(place)
            if marked or id(place) in over and not new:
                yield command.at(
                    place,
                    f"`{place.said}` restores into the live data, not beside it.",
                    "Restore under a new name, compare, then exchange the two by a rename. If that"
                    ' cannot be, say why: `waive: {L05: "…"}`.',
                )


@rule(
    "L08",
    Level.ERROR,
    "An irreversible step without a way back, and not marked as the point of no return",
    "Who starts the act must know before it what the way back is, or that there is none (change"
    " management practice).",
    scope=Scope.ACTS,
)
def no_way_back(book: Book) -> Iterator[Remark]:
    for act in book.acts:
        said = [line for _, line in book.prose(act)]
        if deletes(act.guard):
            # A runbook that deletes says it once, before the first step.
            section = book.procedure.sections_by_key[act.section].html
            said += [book.procedure.worst_case, book.procedure.intro_html, section]
        if not act.guard.undo and not _NO_RETURN.search(" ".join(said)):
            yield book.at_guard(
                act,
                act_of(act.guard) or "overwrite",
                f"{named_step(act)}, names no way back and does not say that there is none.",
                f"Give it {_BACK[deletes(act.guard)]}, or write in the step: “This is the point of"
                " no return.”",
            )


@rule(
    "L55",
    Level.ERROR,
    "A rollback that is still offered after the target went back into service",
    "What was written since would be thrown away: a second destruction. After a thaw the rollback"
    " is closed, unless it identifies, freezes and copies first, as every overwrite does.",
    scope=Scope.ACTS,
)
def open_rollback(book: Book) -> Iterator[Remark]:
    for section, steps in book.sections:
        act = next((c.step for step in steps for c in book.of(step) if c.acts), None)
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
        said = [line for step in steps for _, line in book.prose(step)]
        if not any(map(_UNTIL.search, [section.html, *said])):
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


@rule(
    "L09",
    Level.WARNING,
    "Sections that do not say when to stop",
    "Tired people push on; when to give up is decided before, not in the middle (change management"
    " practice).",
    scope=Scope.RESTORES,
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


@rule(
    "L12",
    Level.ERROR,
    "A runbook that destroys data is for looking up only",
    "Steps that cannot be taken back are read and done one by one; from memory, under stress, one"
    " is left out (Gawande 2009: critical lists are read and done).",
    scope=Scope.DANGEROUS,
)
def for_reference(book: Book) -> Iterator[Remark]:
    if book.procedure.use is Use.REFERENCE:
        act = book.acts[0]
        yield book.at_front(
            "use",
            f"{named_step(act)}, cannot be taken back, but the runbook is meant for looking up.",
            "Write `use: step-by-step`.",
        )


def _says_when_to_stop(book: Book, section: Section, steps: tuple[Step, ...]) -> bool:
    if any(step.guard.on_mismatch or step.guard.decide or step.guard.hold for step in steps):
        return True
    said = [line for step in steps for _, line in book.prose(step)]
    return any(map(_STOPS.search, [section.html, *said]))
