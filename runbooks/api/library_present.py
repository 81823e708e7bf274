"""Runbooks and their revisions as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from runbooks import judging, shelf, slips
from runbooks.demands import demands
from runbooks.difference import Difference
from runbooks.judgement import Judgement
from runbooks.models import Revision, Runbook
from runbooks.procedure import Finding, ParameterSpec, Procedure
from runbooks.procedurejson import from_json


def line_json(listed: shelf.Listed, judged: Mapping[int, Judgement]) -> dict[str, Any]:
    """A runbook in the list; `judged` are the texts that count, by the keys of their revisions."""
    counts = listed.counts
    found = judged[counts.pk].open if counts else ()
    return {
        **_head(listed.runbook),
        "newest": listed.newest.number if listed.newest else None,
        "approved": listed.approved.number if listed.approved else None,
        "findings": len(found),
    }


def whole_json(runbook: Runbook, *, at: datetime) -> dict[str, Any]:
    """A runbook with the revision that counts, judged as of `at`."""
    newest, approved = shelf.newest(runbook), shelf.approved(runbook)
    counts = approved or newest
    revision = revision_json(counts, at=at) if counts else None
    return {
        **_head(runbook),
        "newest": newest.number if newest else None,
        "approved": approved.number if approved else None,
        "findings": len(revision["findings"]) if revision else 0,
        "revision": revision,
    }


def revision_line_json(revision: Revision, slug: str) -> dict[str, Any]:
    """A revision in the list."""
    return _revision(revision, slug)


def revision_json(revision: Revision, *, at: datetime) -> dict[str, Any]:
    """A revision, its text, what was read in it, and what is wrong in it as of `at`."""
    slug, source = revision.runbook.slug, bytes(revision.source)
    procedure, ties = from_json(revision.procedure), slips.ties(revision)
    return {
        **_revision(revision, slug),
        "runbook": slug,
        "source": source.decode("utf-8-sig", "replace"),
        "source_url": reverse("api:revision_source", args=[slug, revision.number]),
        **judgement_json(judging.of_revision(revision, at=at)),
        "procedure": procedure_json(procedure),
        "lock": failure_json(next((tie.failure for tie in ties if tie.locks), None)),
        "ties": [
            {
                "failure": failure_json(tie.failure),
                "same": tie.same,
                "changed": tie.changed,
                "lifted": tie.lifted,
                "step": tie.step,
                "sentence": tie.sentence,
            }
            for tie in ties
        ],
        "approval_reason": revision.approval_reason,
    }


def failure_json(failure: slips.Failure | None) -> dict[str, Any] | None:
    """An attempt that went wrong, and who waived it; None for none."""
    if failure is None:
        return None
    waiver = failure.waiver
    return {
        "run": failure.run.pk,
        "url": reverse("api:run_detail", args=[failure.run.pk]),
        "ended_at": failure.run.ended_at,
        "deviation": failure.run.deviation,
        "step": failure.step,
        "because": failure.why,
        "waived_by": _person(waiver.by) if waiver else None,
        "waived_at": waiver.at if waiver else None,
        "waived_because": waiver.reason if waiver else "",
    }


def procedure_json(procedure: Procedure) -> dict[str, Any]:
    """What a text says."""
    return {
        "title": procedure.title,
        "system": procedure.system,
        "purpose": procedure.purpose,
        "worst_case": procedure.worst_case,
        "abort_rule": procedure.abort_rule,
        "entry": list(procedure.entry),
        "do_not_use_if": list(procedure.do_not_use_if),
        "parameters": [_parameter(spec) for spec in procedure.parameters],
        "steps": [
            {
                "index": step.index,
                "number": step.number,
                "key": step.key,
                "section": step.section,
                "title": step.title,
                "html": step.body_html,
                "demands": list(demands(step.guard, procedure)),
            }
            for step in procedure.steps
        ],
    }


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """The findings that count, and the waivers with those that do not."""
    return {
        "findings": [finding_json(finding) for finding in judgement.open],
        "waivers": [
            {
                "code": one.code,
                "summary": one.summary,
                "reason": one.reason,
                "findings": [finding_json(finding) for finding in one.findings],
            }
            for one in judgement.waivers
        ],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """Something to say about a line."""
    return {
        "code": finding.code,
        "level": finding.level.value,
        "line": finding.line,
        "column": finding.column,
        "sentence": finding.sentence,
        "remedy": finding.suggestion,
    }


def difference_json(difference: Difference) -> dict[str, Any]:
    """What changed, line by line."""
    return {
        "added": difference.added,
        "removed": difference.removed,
        "remark": difference.remark,
        "rows": [
            {
                "kind": row.kind.value,
                "old": row.old,
                "new": row.new,
                "text": "".join(piece.text for piece in row.pieces),
                "count": row.count,
            }
            for row in difference.rows
        ],
    }


def _head(runbook: Runbook) -> dict[str, Any]:
    return {
        "slug": runbook.slug,
        "title": runbook.title,
        "system": runbook.system.slug if runbook.system else None,
        "archived_at": runbook.archived_at,
        "url": reverse("api:runbook_detail", args=[runbook.slug]),
    }


def _revision(revision: Revision, slug: str) -> dict[str, Any]:
    return {
        "number": revision.number,
        "sha256": revision.sha256,
        "author": _person(revision.author),
        "created_at": revision.created_at,
        "summary": revision.summary,
        "approved_at": revision.approved_at,
        "approved_by": _person(revision.approved_by) if revision.approved_by else None,
        "steps": revision.steps,
        "substeps": revision.substeps,
        "contingency_steps": revision.contingency_steps,
        "url": reverse("api:revision_detail", args=[slug, revision.number]),
    }


def _parameter(spec: ParameterSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "label": spec.label or spec.name,
        "type": spec.type.value,
        "default": spec.default,
        "options": list(spec.options),
        "environment": list(spec.environment),
        "not_environment": list(spec.not_environment),
        "most_seconds_old": spec.max_age,
    }


def _person(person: User) -> dict[str, Any]:
    return {"id": person.pk, "name": person.name, "initials": person.initials}
