"""The end of an incident: what was stated about it, and what it still lacks before it can be
closed, as `lifecycle.missing` judges it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from incidents import action_titles, lifecycle, summary, words
from incidents.enums import (
    ActionStatus,
    Kind,
    LossOf,
    LossState,
    Reconciliation,
    SavedBy,
    Status,
    Strength,
)
from incidents.lifecycle import Missing
from incidents.models import ActionItem, Incident, LossMeasure, Notification
from incidents.summary import ClockField, LostWindow
from lib.refusals import Refused


@dataclass(frozen=True)
class ClosingRows:
    """All that is stated about the end of an incident, struck out and declined ones too."""

    losses: tuple[LossMeasure, ...]
    notified: tuple[Notification, ...]
    actions: tuple[ActionItem, ...]


@dataclass(frozen=True)
class StatementText:
    """A row that somebody stated, with its words. `text` is all of it on one line."""

    row: LossMeasure | Notification
    text: str

    @property
    def stands(self) -> bool:
        return self.row.struck_at is None


@dataclass(frozen=True)
class ActionLine:
    """An action with the warning about its title, '' for none."""

    row: ActionItem
    warning: str


@dataclass(frozen=True)
class Ending:
    """The end of an incident as its page and the API show it. `window`: what the clock says about
    the loss, None once it is stated. `lacking`: what closing demands; empty for a closed incident.
    """

    losses: tuple[StatementText, ...]
    notified: tuple[StatementText, ...]
    actions: tuple[ActionLine, ...]
    window: LostWindow | None
    lacking: tuple[Missing, ...]


def read(incident: Incident) -> ClosingRows:
    """What is stated about the end of `incident`. Three queries."""
    return ClosingRows(
        tuple(incident.losses.all()),
        tuple(incident.notified.all()),
        tuple(incident.actions.select_related("owner")),
    )


def ending(incident: Incident, ticks: Sequence[ClockField]) -> Ending:
    """Everything about the end of `incident`, whose clock is `ticks`. Three queries."""
    facts = read(incident)
    stated = {
        (row.window_start, row.window_end)
        for row in facts.losses
        if row.what == LossOf.MINUTES.value and row.struck_at is None
    }
    window = summary.lost_window(incident, ticks)
    if window and (window.start, window.end) in stated:
        window = None
    closed = incident.status == Status.CLOSED.value
    return Ending(
        losses=tuple(StatementText(row, words.loss(row)) for row in facts.losses),
        notified=tuple(StatementText(row, words.notified(row)) for row in facts.notified),
        actions=tuple(ActionLine(row, action_titles.warning(row.title)) for row in facts.actions),
        window=window,
        lacking=() if closed else lacking(incident, ticks, facts),
    )


def lacking(
    incident: Incident, ticks: Sequence[ClockField], facts: ClosingRows
) -> tuple[Missing, ...]:
    """What must be stated before `incident` (its clock and `facts` were read) is closed."""
    stated = lifecycle.ClosingFacts(
        kind=Kind(incident.kind),
        losses=tuple(LossState(row.state) for row in facts.losses if row.struck_at is None),
        reconciliation=Reconciliation(incident.reconciliation),
        notified=sum(row.struck_at is None for row in facts.notified),
        saved_by=SavedBy(incident.saved_by),
        actions=tuple(
            _action(item) for item in facts.actions if item.status != ActionStatus.DECLINED.value
        ),
        moments=frozenset(tick.moment for tick in ticks if tick.at is not None or tick.unknown),
    )
    return lifecycle.missing(stated)


def check(incident: Incident) -> None:
    """Raises `Refused` "unfinished", naming everything that `incident` lacks. Call it with the row
    locked, in the transaction that closes it."""
    missing = lacking(incident, summary.clock(incident.times.all()), read(incident))
    if not missing:
        return
    lacks = "; ".join(item.lacks for item in missing)
    remedies = "; ".join(dict.fromkeys(item.remedy for item in missing))
    raise Refused(
        "unfinished",
        f"This incident cannot be closed yet: {lacks}.",
        f"{remedies[0].upper()}{remedies[1:]}. Then close it.",
    )


def _action(item: ActionItem) -> lifecycle.ActionFacts:
    return lifecycle.ActionFacts(
        title=item.title,
        owned=item.owner.is_active,
        dated=item.due is not None,
        done_when=item.done_when,
        strength=Strength(item.strength),
        replaces_luck=item.replaces_luck,
        settled=item.status == ActionStatus.DONE.value,
    )
