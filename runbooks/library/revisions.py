"""The library of runbooks: save a text, approve it, put a runbook away. What is read from it is in
`runbooks.library.queries`.

A revision is immutable: it keeps its source byte for byte, the source's SHA-256, and what the
parser read in it on the day it was saved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from django.utils.text import slugify

from accounts.access import check
from accounts.enums import Right
from accounts.models import User
from accounts.texts import UNREADABLE, says_something, too_long
from lib.refusals import Invalid, Refused
from runbooks.enums import Level
from runbooks.library import linting
from runbooks.library.approval import check_judgement, check_reader
from runbooks.library.reading import TextReading, read, title_key, title_taken
from runbooks.library.waivers import approval_reason
from runbooks.models import Revision, Runbook
from runbooks.procedure import executable
from runbooks.procedure.counting import count_steps
from runbooks.procedure.model import Finding, Procedure
from runbooks.procedure.serialization import as_json

# Addresses directly below /runbooks/ that are not runbooks.
RESERVED_SLUGS = frozenset({"new", "upload", "preview"})


class UnreadableText(Invalid):
    """The text has errors. `findings` are all of them, warnings too, in the order of the source."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [f for f in self.findings if f.level is Level.ERROR]
        sentence = f"Line {errors[0].line}: {errors[0].sentence}"
        if len(errors) > 1:
            sentence = f"The text has {len(errors)} errors. The first: {sentence}"
        super().__init__({"source": f"{sentence} Nothing was saved."})


def save(
    *,
    source: bytes,
    by: User,
    at: datetime,
    runbook: Runbook | None = None,
    summary: str = "",
    seen: int | None = None,
    name: str = "",
) -> Revision:
    """Keep `source` as the next revision of `runbook`, or as the first of a new one (None).

    `seen` is the number of the revision that the writer started from, None for an import. `name` is
    the file's name, which gives a title to a text without one. `summary` says what changed, at most
    200 characters. Raises `Unreadable` when the text has errors, `Invalid` for a summary that is
    too long, and `Refused`: `no_right`, `unchanged` (these very bytes are the newest revision),
    `changed_meanwhile` (the newest revision is not `seen`), `archived`.
    """
    check(by, Right.WRITE_RUNBOOKS)
    summary = _one_line(summary)
    # Read before the lock: hostile text may cost a second, and other people save meanwhile.
    reading = read(source, name=name, runbook=runbook)
    if reading.procedure is None or reading.has_errors:
        raise UnreadableText(reading.findings)
    with transaction.atomic():
        if runbook is None:
            runbook, number = _shelve(reading, reading.procedure), 1
        else:
            runbook, number = _next(runbook, source, seen)
            _follow(runbook, reading, reading.procedure)
        return Revision.objects.create(
            runbook=runbook,
            number=number,
            source=source,
            **_read_in(source, reading.procedure),
            author=by,
            created_at=at,
            summary=summary,
        )


def _read_in(source: bytes, procedure: Procedure) -> dict[str, object]:
    """What a revision keeps of its text besides the bytes."""
    count = count_steps(procedure)
    return {
        "sha256": hashlib.sha256(source).hexdigest(),
        "procedure": as_json(procedure),
        "acts": executable.digest(procedure),
        "title": procedure.title,
        "steps": count.steps,
        "substeps": count.substeps,
        "contingency_steps": count.contingency,
    }


def kept(source: bytes) -> Revision | None:
    """The revision that `source` is, byte for byte, if it is the newest of a runbook in use. One
    query and no reading: a folder of a thousand files can be imported every night.

    A text that has no title of its own, so that its file's name gave it one, is not looked for.
    """
    newest = Revision.objects.filter(runbook=OuterRef("runbook")).newest_first().values("pk")
    revisions = (
        Revision.objects.filter(
            sha256=hashlib.sha256(source).hexdigest(),
            runbook__archived_at=None,
            pk=Subquery(newest[:1]),
        )
        .select_related("runbook")
        .defer("source", "procedure")
        .first()
    )
    return revisions if revisions and revisions.title.encode() in source else None


def _one_line(summary: str) -> str:
    summary = " ".join(summary.split())
    if sentence := too_long(summary, 200):
        raise Invalid({"summary": sentence})
    if summary and not says_something(summary):
        raise Invalid({"summary": UNREADABLE})
    return summary


def approve(
    revision: Revision,
    *,
    by: User,
    at: datetime,
    waivers_seen: Collection[str] = (),
    reason: str = "",
) -> Revision:
    """Allow `revision` to be run live. `at` is aware, UTC.

    `waivers_seen` are the codes of the rules that the text waives and whose reasons `by` has read:
    a waiver switches a safeguard off. `reason` says why it will not go wrong as an earlier text
    did, whose failed step it changes: it lifts that lock (`runbooks.library.failures`). Raises
    `Invalid` (`reason` is missing, or too long), and `Refused`: `no_right`, `own_text`,
    `approved_already`, `archived`, `no_steps` (there is nothing to go through), `open_errors` (an
    error is found, as of `at`, that the text does not waive), `waivers_unseen`.
    """
    check(by, Right.APPROVE_RUNBOOKS)
    # Before the lock, as in `save`: a revision never changes, and other people save meanwhile.
    judgement = linting.of_revision(revision, at=at)
    with transaction.atomic():
        runbook = Runbook.objects.select_for_update().get(pk=revision.runbook_id)
        _check_in_use(runbook)
        revision = Revision.objects.select_related("author", "approved_by").get(pk=revision.pk)
        check_reader(revision, by)
        check_judgement(revision, judgement, waivers_seen)
        revision.approval_reason = approval_reason(revision, reason)
        revision.approved_at, revision.approved_by = at, by
        revision.save(update_fields=["approved_at", "approved_by", "approval_reason"])
        return revision


@transaction.atomic
def archive(runbook: Runbook, *, by: User, at: datetime) -> Runbook:
    """Put `runbook` away: it stays readable, with its runs, and starts no new ones. `at` is aware,
    UTC. Raises `Refused`: `no_right`, `archived`."""
    check(by, Right.APPROVE_RUNBOOKS)
    runbook = Runbook.objects.select_for_update().get(pk=runbook.pk)
    _check_in_use(runbook)
    runbook.archived_at = at
    runbook.save(update_fields=["archived_at"])
    return runbook


@transaction.atomic
def unarchive(runbook: Runbook, *, by: User, at: datetime) -> Runbook:
    """Take `runbook` back into use. `at` is aware, UTC. Raises `Refused`: `no_right`,
    `not_archived`."""
    check(by, Right.APPROVE_RUNBOOKS)
    runbook = Runbook.objects.select_for_update().get(pk=runbook.pk)
    if runbook.archived_at is None:
        raise Refused("not_archived", "This runbook is in use.", "Nothing is left to do.")
    runbook.archived_at = None
    runbook.save(update_fields=["archived_at"])
    return runbook


def _check_in_use(runbook: Runbook) -> None:
    if runbook.archived_at is not None:
        raise Refused(
            "archived",
            f"“{runbook}” was archived on {runbook.archived_at:%Y-%m-%d}.",
            "Take it back into use first.",
        )


def _next(runbook: Runbook, source: bytes, seen: int | None) -> tuple[Runbook, int]:
    """The locked runbook and the number of its next revision."""
    runbook = Runbook.objects.select_for_update().get(pk=runbook.pk)
    _check_in_use(runbook)
    newest = runbook.revisions.select_related("author").order_by("-number").first()
    if newest is None:
        return runbook, 1
    if bytes(newest.source) == source:
        raise Refused(
            "unchanged",
            f"This text is, byte for byte, revision {newest.number}, which is already saved.",
            "Change something, or leave the editor.",
        )
    if seen is not None and seen != newest.number:
        raise Refused(
            "changed_meanwhile",
            f"{newest.author} saved revision {newest.number} while you were writing;"
            f" you started from revision {seen}. Your text is still here and was not saved.",
            f"Compare it with revision {newest.number}, take over what you need, and save again.",
        )
    return runbook, newest.number + 1


def _shelve(reading: TextReading, procedure: Procedure) -> Runbook:
    """A new runbook for a first revision."""
    try:
        with transaction.atomic():
            return Runbook.objects.create(
                slug=_free_slug(procedure.title),
                title=procedure.title,
                title_key=title_key(procedure.title),
                system=reading.system,
            )
    except IntegrityError:  # taken by somebody since `read` looked
        raise UnreadableText([*reading.findings, title_taken(procedure.title, 1)]) from None


def _follow(runbook: Runbook, reading: TextReading, procedure: Procedure) -> None:
    """Title and system follow the newest text; the address stays, because people keep links."""
    runbook.title, runbook.system = procedure.title, reading.system
    runbook.title_key = title_key(procedure.title)
    try:
        with transaction.atomic():
            runbook.save(update_fields=["title", "title_key", "system"])
    except IntegrityError:
        raise UnreadableText([*reading.findings, title_taken(procedure.title, 1)]) from None


def _free_slug(title: str) -> str:
    stem = slugify(title)[:110].strip("-") or "runbook"
    taken = RESERVED_SLUGS.union(
        Runbook.objects.filter(slug__startswith=stem).values_list("slug", flat=True)
    )
    if stem not in taken:
        return stem
    return next(s for n in range(2, len(taken) + 3) if (s := f"{stem}-{n}") not in taken)
