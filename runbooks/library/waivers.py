"""The one way past a locked text without changing it: somebody else takes it upon themselves."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from accounts.access import check
from accounts.enums import Right
from accounts.models import User
from accounts.texts import plain_ends, says_something, too_long
from lib.refusals import Invalid, Refused
from runbooks.library import failures
from runbooks.models import Revision, Run, Runbook, Waiver

LONGEST_REASON = 1000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@transaction.atomic
def waive(revision: Revision, *, run: int, reason: str, by: User, at: datetime) -> Waiver:
    """Let `revision` be run live again although the run with this key went wrong in it. `reason`
    says why the same steps will not lead there again; `at` is aware, UTC.

    Raises `Invalid` (no reason, or too long), and `Refused`: `no_right`, `not_locked` (that run
    locks nothing), `waived_already`, `own_run` (the operator of a run that went wrong does not
    clear it: nobody verifies their own step).
    """
    check(by, Right.APPROVE_RUNBOOKS)
    reason = _checked(reason)
    Runbook.objects.select_for_update().get(pk=revision.runbook_id)  # two who waive at once
    failed = Run.objects.gone_wrong().filter(pk=run, revision=revision).first()
    if failed is None:
        raise Refused(
            "not_locked",
            f"Run {run} does not lock revision {revision.number}.",
            "Look at the runbook's page: it names the run that does, if one does.",
        )
    earlier = Waiver.objects.filter(run=failed).select_related("by").first()
    if earlier is not None:
        raise Refused(
            "waived_already",
            f"{earlier.by} waived it already: {earlier.reason}",
            "Nothing is left to do.",
        )
    if failures.operated(failed, by):
        raise Refused(
            "own_run",
            f"You were the operator of run {failed.pk}; nobody clears their own failure.",
            "Ask another approver to look at what went wrong.",
        )
    return Waiver.objects.create(revision=revision, run=failed, by=by, at=at, reason=reason)


def approval_reason(revision: Revision, reason: str) -> str:
    """Why an approver thinks that `revision` will not go wrong as an earlier text did, as it is
    kept; needed where the approval is to lift a lock. Raises `Invalid` (`reason`)."""
    if reason.strip():
        return _checked(reason)
    lifting = next((tie for tie in failures.ties(revision) if tie.asks), None)
    if lifting is not None:
        raise Invalid({"reason": f"{lifting.sentence} Say why it will not go wrong again."})
    return ""


def _checked(text: str) -> str:
    """A reason as it is kept. Raises `Invalid` for none, or one that cannot be kept."""
    reason = plain_ends(text).strip()
    if not says_something(reason):
        raise Invalid({"reason": "Say why it will not go wrong in the same way again."})
    if sentence := too_long(reason, LONGEST_REASON):
        raise Invalid({"reason": sentence})
    if _UNSTORABLE.search(reason):
        raise Invalid({"reason": "This holds a character that cannot be kept; type it anew."})
    return reason
