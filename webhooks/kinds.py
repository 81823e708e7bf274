"""The kinds of events that an endpoint may ask for: the log's own, and those of incidents.

A pattern is a kind (`run.held`), a family (`step.*`) or `*`. `docs/reference/webhooks.md` names the
families; the kinds of the log are those of `runbooks.machine.events`.
"""

from __future__ import annotations

from collections.abc import Iterable

from runbooks.machine.events.kinds import KINDS
from runbooks.machine.events.people import FitnessStated

TEST = "webhook.tested"
#: How somebody said they are stays with the run: it is sent to nobody.
FITNESS = FitnessStated.kind
ENTRY_ADDED, ENTRY_CORRECTED = "incident.entry_added", "incident.entry_corrected"
OTHER_CHANGE = "incident.changed"

#: The verb of a line in an incident's history, and the kind that it is sent as.
CHANGES = {
    "opened the incident": "incident.opened",
    "edited the facts": "incident.edited",
    "judged the severity": "incident.judged",
    "changed the status": "incident.status_changed",
    "reopened the incident": "incident.reopened",
    "set the clock": "incident.clock_set",
    "cleared the clock": "incident.clock_cleared",
    "named a person": "incident.person_named",
    "released a person": "incident.person_released",
    "linked a runbook": "incident.runbook_linked",
    "unlinked a runbook": "incident.runbook_unlinked",
    "linked a run": "incident.run_linked",
    "stated a loss": "incident.loss_stated",
    "struck out a loss": "incident.loss_struck_out",
    "decided on the lost writes": "incident.reconciled",
    "noted who was told": "incident.notified",
    "struck out who was told": "incident.notified_struck_out",
    "said what saved us": "incident.saved_by",
    "added an action": "incident.action_added",
    "reassigned an action": "incident.action_reassigned",
    "settled an action": "incident.action_settled",
}

#: What each kind means, for the reference.
MEANINGS: dict[str, str] = {
    **{kind: event.in_one_sentence() for kind, event in KINDS.items() if kind != FITNESS},
    **{kind: f"Somebody {verb}." for verb, kind in CHANGES.items()},
    OTHER_CHANGE: "Another change of an incident's facts.",
    ENTRY_ADDED: "A person added an entry to the timeline.",
    ENTRY_CORRECTED: "A person corrected an entry of the timeline.",
}

#: Each family with what it is about, in the order in which people look for them.
FAMILIES = {
    "incident.*": "Incidents: opened, judged, changed, entries of the timeline",
    "run.*": "Runs: prepared, started, held, resumed, turned back, aborted, completed",
    "step.*": "Steps: begun, ticked, countersigned, mismatched, undone",
    "move.*": "Refusals: the near misses of a run",
    "override.*": "Overrides asked for, and taken back",
    "gate.*": "Overrides used: a gate passed without its condition",
    "team_check.*": "Team checks confirmed",
    "instance.*": "Writers stopped, and started again",
    "copy.*": "Copies made and read",
    "copies.*": "The team asked for copies, and what it answered",
    "rearm.*": "What is on again after a restore",
    "data.*": "Restored data compared with its copy",
    "role.*": "Roles taken and given back",
    "hand_over.*": "The operator hands over",
    "replacement.*": "Somebody who is gone is replaced",
    "section.*": "Sections off the main path entered",
    "note.*": "Notes in a run",
    "evidence.*": "Files kept with a run",
    "entry.*": "Late entries of a run, and entries struck out",
}


def of_change(verb: str) -> str:
    """The kind of a line in an incident's history."""
    return CHANGES.get(verb, OTHER_CHANGE)


def of_entry(corrects: int | None) -> str:
    """The kind of an entry of the timeline, which may correct another."""
    return ENTRY_ADDED if corrects is None else ENTRY_CORRECTED


def known(pattern: str) -> bool:
    """Whether `pattern` can ever match: a kind, a family, or `*`."""
    return pattern == "*" or pattern in MEANINGS or pattern in FAMILIES


def wanted(kind: str, patterns: Iterable[str]) -> bool:
    """Whether one of `patterns` covers `kind`. A test covers itself: it was asked for by hand."""
    if kind == FITNESS:
        return False
    family = f"{kind.split('.')[0]}.*"
    return kind == TEST or not {kind, family, "*"}.isdisjoint(patterns)
