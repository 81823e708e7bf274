"""What the library holds, read: the list of runbooks, the revision that counts, the last run."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from runbooks.enums import Operation, Use
from runbooks.models import Revision, Run, Runbook


@dataclass(frozen=True)
class Listed:
    """A runbook in the list. `newest` is its last revision, `approved` the newest approved one."""

    runbook: Runbook
    newest: Revision | None
    approved: Revision | None
    last_run: Run | None

    @property
    def counts(self) -> Revision | None:
        return self.approved or self.newest

    @property
    def deletes(self) -> bool:
        """Whether its text says that it is for a deletion: of nothing that is done in haste."""
        return vars(self.counts).get("operation") == Operation.DELETE if self.counts else False

    @property
    def awaits_approval(self) -> bool:
        """Whether there is a text that nobody has approved yet, newer than the approved one. A
        draft does not wait: nobody can approve it."""
        return self.newest is not None and self.newest != self.approved and not self.is_draft

    @property
    def is_draft(self) -> bool:
        """Whether the newest text is to be gone through step by step and has no step."""
        newest = self.newest
        return bool(newest and not newest.steps and vars(newest).get("use") == Use.STEP_BY_STEP)


def approved(runbook: Runbook) -> Revision | None:
    """The revision that is run live: the newest approved one. None when there is none."""
    return _whole(runbook).filter(approved_at__isnull=False).first()


def newest(runbook: Runbook) -> Revision | None:
    """The last revision, approved or not."""
    return _whole(runbook).first()


def _whole(runbook: Runbook) -> QuerySet[Revision]:
    related = ("runbook__system", "author", "approved_by")
    return runbook.revisions.select_related(*related).order_by("-number")


def light() -> QuerySet[Revision]:
    """Revisions without their text: for lists."""
    return Revision.objects.select_related("author", "approved_by").defer("source", "procedure")


def overview(runbooks: QuerySet[Runbook] | None = None) -> list[Listed]:
    """Every runbook (or those given), by title. Three queries, however many there are."""
    shelf = Runbook.objects.all() if runbooks is None else runbooks
    revisions = Revision.objects.filter(runbook=OuterRef("pk")).order_by("-number").values("pk")
    runs = Run.objects.filter(revision__runbook=OuterRef("pk")).order_by("-prepared_at", "-pk")
    rows = list(
        shelf.select_related("system").annotate(
            newest_pk=Subquery(revisions[:1]),
            approved_pk=Subquery(revisions.filter(approved_at__isnull=False)[:1]),
            last_run_pk=Subquery(runs.values("pk")[:1]),
        )
    )
    told = light().annotate(operation=KT("procedure__operation"), use=KT("procedure__use"))
    texts = told.in_bulk({r.newest_pk for r in rows} | {r.approved_pk for r in rows} - {None})
    last = Run.objects.select_related("revision__runbook").defer(
        "revision__source", "revision__procedure"
    )
    done = last.in_bulk({r.last_run_pk for r in rows} - {None})
    return [
        Listed(r, texts.get(r.newest_pk), texts.get(r.approved_pk), done.get(r.last_run_pk))
        for r in rows
    ]


def last_run(runbook: Runbook, *, before: Run | None = None) -> Run | None:
    """The newest run of any revision of `runbook`, not counting `before`."""
    runs = Run.objects.filter(revision__runbook=runbook).select_related("revision")
    if before is not None:
        runs = runs.exclude(pk=before.pk)
    return runs.order_by(Coalesce("started_at", "prepared_at").desc(), "-pk").first()
