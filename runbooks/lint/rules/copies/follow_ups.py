"""Rules about what follows a restore: what is switched on again, saved again, and kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level, Purpose
from runbooks.lint.book.blocks import CommandBlock
from runbooks.lint.book.book import Book
from runbooks.lint.book.remarks import Remark
from runbooks.lint.commands.calls import ProgramCall, SqlQuery
from runbooks.lint.dangers.paths import is_scratch
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.acts import Destroy, Overwrite, Rearm
from runbooks.procedure.guards.copies import MakeCopy
from runbooks.procedure.model import Step

RULES = RuleGroup()
#: What a restore leaves switched off or behind, and the words that speak of it.
_REARMED = {
    "jobs": r"jobs?\b|cron|schedul|timers?\b|workers?\b|queues?\b",
    "alerts": r"alert|alarm|monitor|pager",
    "replication": r"replic|standby|follower|secondar|slave",
    "sessions": r"session|connection|cache|pool",
    "sequences": r"sequence|auto[ _-]?increment|setval|identity column",
}
_SAVES = re.compile(
    r"\bback(?:ing)?[ _-]?(?:it )?ups?\b|\bsnapshots?\b|\b(?:pg_|mysql|mongo|mariadb-)dump\b"
    r"|\bpg_basebackup\b",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"(?:^|[_.\-/])(?:old|bak|backups?|orig(?:inal)?|prev(?:ious)?|as-found|safety|dumps?"
    r"|snapshots?)(?:$|[_.\-/<\d])",
    re.IGNORECASE,
)
_PASSING = re.compile(r"(?:^|[_.\-/])te?mp(?:orary)?(?:$|[_.\-/\d])", re.IGNORECASE)
_DROPPED = re.compile(
    r"\b(?:drop|truncate|delete)\s+(?:table|database|schema|from|if|exists|\s)*[\"`\[]?([\w.<>-]+)",
    re.IGNORECASE,
)
_DELETES_OLD = re.compile(
    r"\W*(?:then |finally |now |and )?(?:delet|remov|drop|destroy|purg|wip|clean(?:ing)? up)"
    r"(?:e|ing|ping)?\b[^.:;\n]{0,40}\b(?:old|previous|original|former|safety|backup|dump|snapshot"
    r"|copy|copies)s?\b",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\b\d+ (?:days?|weeks?|months?)\b|\bnot before\b|\banother run\b|\blater\b|\bquarantin"
    r"|\bmv\b|\brenam",
    re.IGNORECASE,
)
_SAME_RUN = "This deletes what may be the only way back, in the same run."
_SET_ASIDE = "Set it aside under another name, and record a date before which nobody deletes it."
#: Calls that remove copies from a place where copies are kept.
_REMOVES_COPY = {
    "restic": ("forget", "prune"),
    "borg": ("delete", "prune"),
    "rdiff-backup": ("--remove-older-than",),
    "pgbackrest": ("expire", "stanza-delete"),
    "barman": ("delete",),
    "velero": ("delete",),
    "pbm": ("delete-backup",),
    "wal-g": ("delete",),
    "aws": ("delete-db-snapshot", "delete-snapshot", "delete-recovery-point", "delete-backup"),
}


@RULES.add(
    "L34",
    Level.ERROR,
    "What was switched off is not switched on again",
    "After a restore backups, alerts and replicas stayed off until the next failure (Travis CI"
    " 2018, Flowdock 2017).",
    scope=RuleScope.RESTORES,
)
def not_rearmed(book: Book) -> Iterator[Remark]:
    act = book.effects.last_act
    if act is None:
        return
    rearmed = [(step, rearm) for step, rearm in book.with_demand(Rearm) if step.index > act.index]
    if rearmed:
        named = {thing for _, rearm in rearmed for thing in rearm.things}
        missing = [thing for thing in _REARMED if thing not in named]
        if missing:
            yield book.at_guard(
                rearmed[-1][0],
                Rearm.key,
                f"This step switches on again what a restore leaves off, without {_list(missing)}.",
                f"Write `rearm: [{', '.join(_REARMED)}]`; what a system does not have is answered"
                " in the run.",
            )
        return
    after = book.effects.after_act
    missing = [
        thing
        for thing, words in _REARMED.items()
        if not book.mentions(after, re.compile(rf"\b(?:{words})", re.IGNORECASE))
    ]
    if missing or book.with_demand(Overwrite):
        things = _list(missing or list(_REARMED))
        yield book.at(
            act,
            f"After step {act.number} no step says that {things} work again.",
            f"Add a step at the end with `rearm: [{', '.join(_REARMED)}]`.",
            # Beside what is there nothing was switched off; what is new may lack it all the same.
            Level.WARNING if book.effects.is_beside(act) else None,
        )


def _list(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


@RULES.add(
    "L35",
    Level.WARNING,
    "No backup is taken after the restore",
    "A restored system has no backup of its own: the next failure has no base to go back to.",
    scope=RuleScope.RESTORES,
)
def no_backup_after(book: Book) -> Iterator[Remark]:
    act = book.effects.last_act
    if act is None or any(_is_backup(step) for step in book.effects.after_act):
        return
    if not book.with_demand(MakeCopy) and book.mentions(book.effects.after_act, _SAVES):
        return
    yield book.at(
        act,
        f"After step {act.number} no backup of the restored data is taken.",
        "Add a step behind it with `copy: {of: target, purpose: backup}`, and read it back.",
    )


def _is_backup(step: Step) -> bool:
    copy = step.guard.get(MakeCopy)
    return copy is not None and copy.purpose is Purpose.BACKUP


@RULES.add(
    "L36",
    Level.ERROR,
    "The old data or a copy is deleted in the same run",
    "What was replaced is the way back until somebody has worked with the new data. Quarantine it"
    " with a date; delete it in another run.",
    scope=RuleScope.RESTORES,
)
def deletes_old(book: Book) -> Iterator[Remark]:
    met: set[int] = set()
    for command in book.commands:
        if command.step.section in book.procedure.asides or Destroy in command.step.guard:
            continue
        for place in _removals(command):
            met.add(command.step.index)
            yield command.at(
                place,
                f"`{place.summary}` removes a copy that may be the only way back.",
                "Rename it and close it to everybody; delete it in another run, not before a date"
                " that this run records.",
            )
    for step in book.path:
        if step.index not in met and Destroy not in step.guard:
            for remark in _deletes_in_words(book, step):
                met.add(step.index)
                yield remark
    for section, steps in book.sections:
        titled = bool(steps) and not section.aside and bool(_DELETES_OLD.match(section.title))
        if met & {step.index for step in steps} or any(Destroy in s.guard for s in steps):
            continue
        if titled and not any(_LATER.search(book.words(step).text) for step in steps):
            yield book.at_text(section.line, section.title, _SAME_RUN, _SET_ASIDE)


def _removals(command: CommandBlock) -> Iterator[ProgramCall | SqlQuery]:
    """Calls and queries that delete something named like a copy or like what was there before."""
    for place, danger in command.dangers:
        if not danger.restores and _is_old(place):
            yield place
    known = [id(place) for place, _ in command.dangers]
    for call in command.script.calls:
        removes = _REMOVES_COPY.get(call.program, ())
        if id(call) not in known and any(text in removes for text in call.texts):
            yield call


def _is_old(place: ProgramCall | SqlQuery) -> bool:
    if isinstance(place, SqlQuery):
        return any(_OLD.search(match[1]) for match in _DROPPED.finditer(place.text))
    if any(text in _REMOVES_COPY.get(place.program, ()) for text in place.texts):
        return True
    things = [text for text in place.texts if not text.startswith("-")]
    return any(
        _OLD.search(thing) and not is_scratch(thing) and not _PASSING.search(thing)
        for thing in things
    )


def _deletes_in_words(book: Book, step: Step) -> Iterator[Remark]:
    text = book.words(step).prose
    if not _DELETES_OLD.match(step.title) or _LATER.search(text):
        return
    if any(_LATER.search(command) for _, command in step.commands):
        return
    line = next((number for number, _ in book.words(step).plain), step.line)
    yield book.at_text(
        line,
        step.title[:20],
        _SAME_RUN,
        _SET_ASIDE,
    )
