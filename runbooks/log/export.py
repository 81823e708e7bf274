"""The export of a run: what somebody without this product needs to verify its log."""

from __future__ import annotations

from typing import Any

from runbooks.machine.state import ENDED
from runbooks.models import Run

FORMAT = "countersign-run-log/1"
#: What an export says in the place of the runbook's text.
WITHHELD = (
    "The runbook's text is withheld until the run has ended, because it holds the commands that are"
    " still locked. Export the run again then."
)


def export(run: Run) -> dict[str, Any]:
    """The events' exact texts with their digests, and the revision's text with its own.

    The text holds every command of the run, locked ones too. Until the run has ended, `source` is
    None, `withheld` says why, and `sha256` alone says which text it is.
    """
    revision, ended = run.revision, run.status in ENDED
    return {
        "format": FORMAT,
        "run": run.pk,
        "title": run.title,
        "kind": run.kind,
        "status": run.status,
        "revision": {
            "runbook": revision.title,
            "number": revision.number,
            "sha256": revision.sha256,
            "source": bytes(revision.source).decode("utf-8", "replace") if ended else None,
            "withheld": "" if ended else WITHHELD,
        },
        "head": {"sequence": run.sequence, "digest": run.digest},
        "events": [
            {"text": text, "digest": value}
            for text, value in run.events.order_by("sequence").values_list("text", "digest")
        ],
    }
