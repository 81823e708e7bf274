"""Rules about what must have happened before data is overwritten, or a backup is used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runbooks.enums import Level, Use
from runbooks.lint.book.book import Book, named_step
from runbooks.lint.book.remarks import Remark
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.acts import Destroy, Overwrite
from runbooks.procedure.guards.arguments import to_data
from runbooks.procedure.guards.copies import MakeCopy, Protect, Verify
from runbooks.procedure.guards.demand import Act, Demand
from runbooks.procedure.guards.target import Direction, Freeze, Identify
from runbooks.procedure.irreversible import act_key, deletes
from runbooks.procedure.model import Step

RULES = RuleGroup()
#: Signs that the backup is fetched from where it is kept, so that a duplicate is used.
_FETCHED = re.compile(
    r"\b(?:s3 cp|s3 sync|gsutil (?:-m )?cp|gcloud storage cp|rclone copy|azcopy|scp)\b"
    r"|\b(?:download|fetch|duplicate)\b[^.\n]{0,40}\b(?:backup|dump|snapshot|archive|file)\b",
    re.IGNORECASE,
)


class _Unprepared:
    """An act before which something is missing; `late` is the step that comes too late."""

    def __init__(self, act: Step, thing: str, late: Step | None) -> None:
        self.act, self.thing, self.late = act, thing, late
        self._key = act_key(act.guard)
        named = f"Step {act.number}" if self._key else f"{named_step(act)},"
        does = {Overwrite.key: f"overwrites `{thing}`", Destroy.key: f"deletes `{thing}`"}
        self.overwrites = f"{named} {does.get(self._key, 'changes data for good')}"
        self.uses = f"{named} uses " + (f"`{thing}`" if self._key else "a backup")

    def at(
        self, book: Book, sentence: str, late: str, suggestion: str, level: Level | None = None
    ) -> Remark:
        """The remark, at the guard that marks the act or at its title: `sentence` when no step does
        it, `late` and the number of the step when one does, too late."""
        key = self._key or Overwrite.key
        if self.late:
            late = f"{late}, in step {self.late.number}."
            move = f"Move step {self.late.number} before step {self.act.number}."
            return book.at_guard(self.act, key, late, move, level)
        return book.at_guard(self.act, key, sentence, suggestion, level)


def _unprepared(
    book: Book, acts: Iterable[Step], kind: type[Demand], side: str
) -> Iterator[_Unprepared]:
    """The first of `acts` for each thing before which no step has a demand of this kind.

    `side` is what the demand is about: the `target` of an `overwrite` or a `destroy`, or what
    is written `from`. An act that no guard marks names nothing, and any such step will do.
    """
    reported: set[str] = set()
    for act in acts:
        marked = act.guard.get(Act)
        thing = str(to_data(marked).get(side, "")) if marked else ""
        fitting = [s for s, demand in book.with_demand(kind) if thing in ("", demand.about)]
        if thing in reported or any(step.index < act.index for step in fitting):
            continue
        reported.add(thing)
        yield _Unprepared(act, thing or side, fitting[0] if fitting else None)


@RULES.add(
    "L01",
    Level.ERROR,
    "No step identifies the target before the first irreversible step",
    "The wrong machine is the commonest act of loss; a name in a prompt proves nothing (GitLab"
    " 2017, M4 of the story).",
    scope=RuleScope.ACTS,
)
def unidentified(book: Book) -> Iterator[Remark]:
    for gap in _unprepared(book, book.effects.acts, Identify, "target"):
        yield gap.at(
            book,
            f"{gap.overwrites}, and no step before it proves which machine that is.",
            f"{gap.overwrites}, but the machine is identified only afterwards",
            f"Give a step before it `identify: {gap.thing}`: two identifiers of different kinds,"
            " read from the machine itself.",
        )


@RULES.add(
    "L03",
    Level.ERROR,
    "No step states the direction",
    "Restoring where one meant to back up is one click on the same screen; said in two fields, from"
    " and into, the slip is seen (M2 and M13 of the story).",
    scope=RuleScope.MOVES,
)
def no_direction(book: Book) -> Iterator[Remark]:
    stated = book.with_demand(Direction)
    # What is restored into something new writes over nothing; what follows may.
    over = [step for step in book.effects.moves if not book.effects.is_beside(step)]
    first = next(iter(over), None)
    nowhere = first is None and not book.effects.acts and not book.effects.is_into_new
    if nowhere and book.path and not stated:
        yield book.at_front(
            "title",
            "Data is moved here; from what into what is said nowhere.",
            "Add a step `direction: {from: dump, into: target}`, with your parameters' names.",
        )
    if first is not None and (not stated or stated[0][0].index > first.index):
        when = f"only afterwards, in step {stated[0][0].number}" if stated else "nowhere"
        yield book.at(
            first,
            f"{named_step(first)}, moves data; from what into what is said {when}.",
            "Give a step before it `direction: {from: dump, into: target}`, with the names of your"
            " parameters.",
        )
    into = {direction.into for _, direction in stated}
    for step, overwrite in book.with_demand(Overwrite):
        target = overwrite.target
        if stated and target not in into:
            yield book.at_guard(
                step,
                Overwrite.key,
                f"Step {step.number} overwrites `{target}`, but the direction that is"
                " stated never goes into it.",
                f"Write `direction: {{from: {overwrite.source}, into: {target}}}`.",
            )


@RULES.add(
    "L04",
    Level.ERROR,
    "No safety copy of what is overwritten or deleted",
    "The wrong data is all there is of today; without a copy of it the first mistake is the last"
    " (practice with PostgreSQL, restic and SQL Server; M3 of the story).",
    scope=RuleScope.ACTS,
)
def no_safety_copy(book: Book) -> Iterator[Remark]:
    for gap in _unprepared(book, book.effects.acts, MakeCopy, "target"):
        gone = deletes(gap.act.guard)
        yield gap.at(
            book,
            f"{gap.overwrites}, and no step before it keeps a copy of what is there"
            + (": in the run the decider must sign that there is nothing to keep." * gone or "."),
            f"{gap.overwrites}, but the safety copy is made only afterwards",
            f"Give a step before it `copy: {{of: {gap.thing}, purpose: safety, into: <another"
            " machine>}`.",
            Level.WARNING if gone else None,
        )


@RULES.add(
    "L07",
    Level.ERROR,
    "The backup is used before it is duplicated",
    "The last good copy must never be the working copy: a slip that writes into it leaves nothing"
    " (M6, M12 and M15 of the story).",
    scope=RuleScope.RESTORES,
)
def unprotected(book: Book) -> Iterator[Remark]:
    fetched = book.mentions(book.effects.before_use[:-1], _FETCHED)
    for gap in _unprepared(book, _from_copies(book), Protect, "from"):
        # Without a guard that names the copy, one that was fetched first is a duplicate.
        if fetched and not act_key(gap.act.guard):
            continue
        yield gap.at(
            book,
            f"{gap.uses} that may be the last good copy, and it was not duplicated.",
            f"{gap.uses}, but it is duplicated only afterwards",
            f"Give a step before it `protect: {_copy(book, gap.thing)}`; use the duplicate.",
        )


@RULES.add(
    "L10",
    Level.ERROR,
    "No step stops the writers before the first irreversible step",
    "What is written while data is replaced lands on the wrong data, or is lost, and nobody can say"
    " how much it was (Travis CI 2018, M9 of the story).",
    scope=RuleScope.RESTORES,
)
def unfrozen(book: Book) -> Iterator[Remark]:
    for gap in _unprepared(book, book.effects.replacing, Freeze, "target"):
        yield gap.at(
            book,
            f"{gap.overwrites}, and nothing proves that nobody writes to it any more.",
            f"{gap.overwrites}, but the writers are stopped only afterwards",
            f"Give a step before it `freeze: {gap.thing}` and `record: {{clients: {{type: number,"
            " equals: 0}}`.",
        )


@RULES.add(
    "L11",
    Level.ERROR,
    "The backup is used before it is verified",
    "A backup that nobody opened may be empty, broken or two months old; after the restore it is"
    " too late to learn it (GitLab 2017, M5 and M10 of the story).",
    scope=RuleScope.RESTORES,
)
def unverified(book: Book) -> Iterator[Remark]:
    for gap in _unprepared(book, _from_copies(book), Verify, "from"):
        yield gap.at(
            book,
            f"{gap.uses} that nobody has opened.",
            f"{gap.uses}, but it is opened only afterwards",
            f"Give a step before it `verify: {_copy(book, gap.thing)}`, and `record` its newest"
            " entry and its size.",
        )


def _from_copies(book: Book) -> Iterator[Step]:
    """The steps that use a backup copy; what comes straight from an instance is none."""
    parameters = book.procedure.parameters_by_name
    for step in book.effects.uses:
        # A copy that is only read, into something new, is opened and checked there.
        if book.effects.is_beside(step):
            continue
        overwrite = step.guard.get(Overwrite)
        source = parameters.get(overwrite.source) if overwrite else None
        if source is None or source.type == "copy":
            yield step


def _copy(book: Book, thing: str) -> str:
    """What to write for the backup: the parameter's own name where there is one."""
    return thing if thing in book.procedure.parameters_by_name else "dump"


@RULES.add(
    "L12",
    Level.ERROR,
    "A runbook that destroys data is for looking up only",
    "Steps that cannot be taken back are read and done one by one; from memory, under stress, one"
    " is left out (Gawande 2009: critical lists are read and done).",
    scope=RuleScope.DANGEROUS,
)
def for_reference(book: Book) -> Iterator[Remark]:
    if book.procedure.use is Use.REFERENCE:
        act = book.effects.acts[0]
        yield book.at_front(
            "use",
            f"{named_step(act)}, cannot be taken back, but the runbook is meant for looking up.",
            "Write `use: step-by-step`.",
        )
