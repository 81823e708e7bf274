"""The list of runbooks, each with the revision that counts and its last run."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT

from runbooks.enums import Operation, Use
from runbooks.models import Revision, Run, Runbook
from runbooks.models.library import RunbookQuerySet


@dataclass(frozen=True)
class ListedRunbook:
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


def overview(runbooks: RunbookQuerySet | None = None) -> list[ListedRunbook]:
    """Every runbook (or those given), by title. Three queries, however many there are."""
    runs = Run.objects.filter(revision__runbook=OuterRef("pk")).order_by("-prepared_at", "-pk")
    chosen = Runbook.objects.all() if runbooks is None else runbooks
    rows = list(
        chosen.with_revisions()
        .select_related("system")
        .annotate(last_run_pk=Subquery(runs.values("pk")[:1]))
    )
    light = Revision.objects.light()
    light = light.annotate(operation=KT("procedure__operation"), use=KT("procedure__use"))
    texts = light.in_bulk({r.newest_pk for r in rows} | {r.approved_pk for r in rows} - {None})
    done = Run.objects.with_runbook().in_bulk({r.last_run_pk for r in rows} - {None})
    return [
        ListedRunbook(r, texts.get(r.newest_pk), texts.get(r.approved_pk), done.get(r.last_run_pk))
        for r in rows
    ]
