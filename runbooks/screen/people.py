"""What the page says about people and gates: overrides asked for, the second person without a
device, and how somebody said they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from runbooks.enums import CountersignTiming, RunRole, StepStatus
from runbooks.forms.step_moves import OnScreenForm
from runbooks.machine.gates import gates, run_gates
from runbooks.machine.move import Allowed
from runbooks.machine.moves.overrides import AskOverride, UseOverride, WithdrawOverride
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.overriding import OVERRIDE_LASTS, closed_gates, not_before, pending, so_far
from runbooks.machine.own_step import countersigner
from runbooks.machine.requests import Gate
from runbooks.machine.statements import Override
from runbooks.screen import fitness
from runbooks.screen.context import PageContext
from runbooks.screen.panels import Panel, make_panel


@dataclass(frozen=True)
class PendingOverride:
    """An override that was asked for. `moment` is the first one at which it is used, in words, and
    `until` the same in ISO 8601, '' when it has come. `use` is there for whoever asked."""

    gate: str
    label: str
    by: str
    reason: str
    moment: str
    until: str
    use: Panel | None
    withdraw: Panel | None


@dataclass(frozen=True)
class WayRound:
    """The loud way round the gates of the open step, or of the start. `so_far`: what was overridden
    in this run, in words."""

    so_far: str
    asked: tuple[PendingOverride, ...]
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Card:
    """What somebody said of their own state, and what is suggested."""

    name: str
    words: str
    advice: str


def way_round(page: PageContext, index: int | None) -> WayRound:
    """Of step `index`; None for the start."""
    fresh = (o for o in pending(page.state, index) if page.at - o.asked_at <= OVERRIDE_LASTS)
    asked = {override.gate: override for override in fresh}
    may = Allowed(AskOverride, index) in page.controls
    closed = closed_gates(page.state, index, page.at) if may else ()
    return WayRound(
        so_far(page.state),
        tuple(_asked(page, index, override) for override in asked.values()),
        tuple(_ask(page, index, gate) for gate in closed if gate.key not in asked),
    )


def _ask(page: PageContext, index: int | None, gate: Gate) -> Panel:
    panel = make_panel(page, AskOverride, index, initial={"gate": gate.key})
    return replace(panel, title=f"Override: {gate.label}", verb="Ask for the override")


def _asked(page: PageContext, index: int | None, override: Override) -> PendingOverride:
    here = run_gates(page.state) if index is None else gates(page.state, index, page.at)
    label = next((gate.label for gate in here if gate.key == override.gate), override.gate)
    moment = not_before(override)
    waits = page.at < moment
    blocked = f"Not before {_clock(moment)}" if waits else ""
    mine = override.by == page.person and Allowed(UseOverride, index) in page.offers
    use = withdraw = None
    if mine:
        use = make_panel(page, UseOverride, index, initial={"gate": override.gate}, blocked=blocked)
        use = replace(use, verb="OVERRIDE: go on without it")
    if Allowed(WithdrawOverride, index) in page.controls:
        withdraw = make_panel(page, WithdrawOverride, index, initial={"gate": override.gate})
        withdraw = replace(withdraw, verb="Withdraw it")
    by = page.people.get(override.by)
    return PendingOverride(
        gate=override.gate,
        label=label,
        by=by.name if by else "Somebody",
        reason=override.reason,
        moment=_clock(moment),
        until=moment.isoformat() if waits else "",
        use=use,
        withdraw=withdraw,
    )


def _clock(moment: datetime) -> str:
    """`moment` (aware) to the second, in the zone of the settings: two minutes are counted."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M:%S} {local.tzname()}"


def on_this_screen(page: PageContext, index: int) -> Panel | None:
    """The countersign of a second person who has no device, on the screen of whoever acts; None
    where none is awaited, or where it is to be given without seeing this screen."""
    state, step = page.state, page.state.steps[index]
    second = countersigner(state, index)
    mine = state.people.get(page.person)
    before = state.step(index).guard.countersign is CountersignTiming.BEFORE
    if not before or step.status is not StepStatus.STARTED or mine in {None, RunRole.OBSERVER}:
        return None
    if mine is second or state.holder(second) is None or _countersigned(page, index):
        return None
    panel = make_panel(page, Countersign, index, form_class=OnScreenForm)
    title = f"The {second.value} is here without a device"
    return replace(panel, title=title, verb="Countersign as the person named here")


def _countersigned(page: PageContext, index: int) -> bool:
    return any(g.open for g in gates(page.state, index, page.at) if g.key == "countersigned")


def cards(page: PageContext) -> tuple[Card, ...]:
    """Of everybody who said how they are, in the order of their roles."""
    people: Iterable[int] = (p for p in page.state.people if p in page.state.stated.fitness)
    fitness_cards = []
    for pk in people:
        fit, known = page.state.stated.fitness[pk], page.people.get(pk)
        fitness_cards.append(
            Card(known.name if known else "?", fitness.fitness_words(fit), fitness.advice(fit))
        )
    return tuple(fitness_cards)
