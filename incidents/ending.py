"""How an incident ended, read for its page and for the API: losses, who was told, actions, and what
is still lacking before it can be closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from incidents import closing, slogans, words
from incidents.aftermath import ActionItem, LossMeasure, Notification
from incidents.enums import LossOf, Status
from incidents.lifecycle import Missing
from incidents.models import Incident
from incidents.reading import LostWindow, Tick, lost_window


@dataclass(frozen=True)
class Stated:
    """A row that somebody stated, with its words. `text` is all of it on one line."""

    row: LossMeasure | Notification
    text: str

    @property
    def stands(self) -> bool:
        return self.row.struck_at is None


@dataclass(frozen=True)
class Deed:
    """An action with the warning about its title, '' for none."""

    row: ActionItem
    warning: str


@dataclass(frozen=True)
class Ending:
    """`window`: what the clock says about the loss, None once it is stated. `lacking`: what closing
    demands; empty for a closed incident."""

    losses: tuple[Stated, ...]
    notified: tuple[Stated, ...]
    actions: tuple[Deed, ...]
    window: LostWindow | None
    lacking: tuple[Missing, ...]


def read(incident: Incident, ticks: Sequence[Tick]) -> Ending:
    """Everything about the end of `incident`. Three queries."""
    found = closing.rows(incident)
    stated = {
        (row.window_start, row.window_end)
        for row in found.losses
        if row.what == LossOf.MINUTES.value and row.struck_at is None
    }
    window = lost_window(incident, ticks)
    if window and (window.start, window.end) in stated:
        window = None
    closed = incident.status == Status.CLOSED.value
    return Ending(
        losses=tuple(Stated(row, words.loss(row)) for row in found.losses),
        notified=tuple(Stated(row, words.notified(row)) for row in found.notified),
        actions=tuple(Deed(row, slogans.warning(row.title)) for row in found.actions),
        window=window,
        lacking=() if closed else closing.lacking(incident, ticks, found),
    )
