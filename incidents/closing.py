"""What an incident still lacks before it can be closed: the facts read, the judgement of
`lifecycle.missing` on them, and the refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.refusals import Refused
from incidents import lifecycle, reading
from incidents.aftermath import ActionItem, LossMeasure, Notification
from incidents.enums import (
    ActionStatus,
    Kind,
    LossState,
    Reconciliation,
    SavedBy,
    Strength,
)
from incidents.lifecycle import Missing
from incidents.models import Incident
from incidents.reading import Tick


@dataclass(frozen=True)
class Rows:
    """All that is stated about the end of an incident, struck out and declined ones too."""

    losses: tuple[LossMeasure, ...]
    notified: tuple[Notification, ...]
    actions: tuple[ActionItem, ...]


def rows(incident: Incident) -> Rows:
    """Read them; three queries."""
    return Rows(
        tuple(incident.losses.all()),
        tuple(incident.notified.all()),
        tuple(incident.actions.select_related("owner")),
    )


def lacking(incident: Incident, ticks: Sequence[Tick], found: Rows) -> tuple[Missing, ...]:
    """What must be stated before `incident` (its clock and `found` were read) is closed."""
    facts = lifecycle.Aftermath(
        kind=Kind(incident.kind),
        losses=tuple(LossState(row.state) for row in found.losses if row.struck_at is None),
        reconciliation=Reconciliation(incident.reconciliation),
        notified=sum(row.struck_at is None for row in found.notified),
        saved_by=SavedBy(incident.saved_by),
        actions=tuple(
            _action(item) for item in found.actions if item.status != ActionStatus.DECLINED.value
        ),
        moments=frozenset(tick.moment for tick in ticks if tick.at is not None or tick.unknown),
    )
    return lifecycle.missing(facts)


def check(incident: Incident) -> None:
    """Raises `Refused` "unfinished", naming everything that `incident` lacks. Call it with the row
    locked, in the transaction that closes it."""
    found = lacking(incident, reading.clock(incident.times.all()), rows(incident))
    if not found:
        return
    lacks = "; ".join(one.lacks for one in found)
    remedies = "; ".join(dict.fromkeys(one.remedy for one in found))
    raise Refused(
        "unfinished",
        f"This incident cannot be closed yet: {lacks}.",
        f"{remedies[0].upper()}{remedies[1:]}. Then close it.",
    )


def _action(item: ActionItem) -> lifecycle.Action:
    return lifecycle.Action(
        title=item.title,
        owned=item.owner.is_active,
        dated=item.due is not None,
        done_when=item.done_when,
        strength=Strength(item.strength),
        replaces_luck=item.replaces_luck,
        settled=item.status == ActionStatus.DONE.value,
    )
