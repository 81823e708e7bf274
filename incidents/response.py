"""The verb that answers an incident: start a runbook for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import changes, links
from incidents.models import Incident
from runbooks.enums import RunKind
from runbooks.models import Revision, Run
from runbooks.runs import preparation


def start_run(
    incident: Incident,
    *,
    revision: Revision,
    parameters: Mapping[str, str],
    title: str = "",
    by: User,
    at: datetime,
    key: str | None,
) -> Run:
    """Prepare a live run of `revision` for this incident, and link it: both or neither.

    The same `key` again gives the same run. Raises what `preparation.prepare` and `link_run` raise.
    """
    access.check(by, Right.KEEP_INCIDENTS)
    with transaction.atomic():
        changes.locked(incident, fields=(), seen=None)
        run = preparation.prepare(
            revision=revision,
            kind=RunKind.LIVE,
            parameters=parameters,
            title=title,
            by=by,
            at=at,
            key=key,
        )
        links.link_run(incident, run=run, by=by, at=at)
        return run
