"""The team check: the five things that everyone says aloud, and who has said them from their own
screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lib.times import stamp
from lib.units.durations import age, words
from runbooks.enums import RunRole
from runbooks.machine.freshness import is_fresh
from runbooks.machine.interlocks.holdings import good_copies, safety_copy
from runbooks.machine.interlocks.loss import loss_with
from runbooks.machine.interlocks.team_check import CONFIRMING, fresh_for
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.procedure.guards.acts import Overwrite, TeamCheck
from runbooks.procedure.guards.demand import Act
from runbooks.procedure.irreversible import act_key, acts, deleted, deletes, part_of, target_of
from runbooks.procedure.model import Step
from runbooks.screen.context import PageContext
from runbooks.screen.losses import kept
from runbooks.screen.rollbacks import closing, offered
from runbooks.screen.words import clock_time, place_name

_DOUBT = "Whoever is in doubt says STOP, now, and needs no reason."


@dataclass(frozen=True)
class Confirmation:
    """One role's line. `when` is the time of day at which it was confirmed, '' when it was not;
    `fresh`: it still counts."""

    role: str
    name: str
    when: str
    fresh: bool
    mine: bool


@dataclass(frozen=True)
class TeamCheckPanel:
    """What is read aloud (term and words), each role's line, and for how long they count."""

    aloud: tuple[tuple[str, str], ...]
    lines: tuple[Confirmation, ...]
    counts_for: str

    @property
    def missing(self) -> bool:
        return not all(line.fresh for line in self.lines)


def team_check_panel(page: PageContext, step: Step) -> TeamCheckPanel | None:
    """The team check at the step `told`; None where the step asks for none, and once its
    command was unlocked."""
    state = page.state
    if (TeamCheck, Act) not in step.guard:
        return None
    if step.index in state.stated.unlocked:
        return None
    return TeamCheckPanel(_aloud(page, step), _lines(page), words(fresh_for(state)))


def unsaid(state: RunState, person: int, at: datetime) -> bool:
    """Whether `person` has a role and has not confirmed at `at` (aware), or no longer freshly."""
    role = state.people.get(person)
    return role in CONFIRMING and _said(state, person, role, at) is None


def ends_at(state: RunState, at: datetime) -> datetime | None:
    """When the first of the fresh confirmations stops to count; None when one is missing."""
    held = ((pk, role) for pk, role in state.people.items() if pk not in state.outside.gone)
    crew = [(pk, role) for pk, role in held if role in CONFIRMING]
    confirmed = [_said(state, pk, role, at) for pk, role in crew]
    fresh = [moment for moment in confirmed if moment is not None]
    return min(fresh) + fresh_for(state) if fresh and len(fresh) == len(confirmed) else None


def _said(state: RunState, person: int, role: RunRole, at: datetime) -> datetime | None:
    """When `person` last confirmed in that role, if it still counts."""
    lasts = fresh_for(state)
    mine = [c.at for c in state.stated.confirmed if (c.person, c.role) == (person, role)]
    return max((moment for moment in mine if is_fresh(moment, at, lasts)), default=None)


def _lines(page: PageContext) -> tuple[Confirmation, ...]:
    state, lines = page.state, []
    for role in CONFIRMING:
        for pk in (pk for pk, held in state.people.items() if held is role):
            gone = pk in state.outside.gone
            if gone and state.holder(role) is not None:
                continue
            moments = [c.at for c in state.stated.confirmed if (c.person, c.role) == (pk, role)]
            fresh = _said(state, pk, role, page.at) is not None and not gone
            known = page.people.get(pk)
            when = clock_time(max(moments)) if moments else ""
            name = (known.name if known else "?") + (", whose account is disabled" if gone else "")
            lines.append(Confirmation(role.value, name, when, fresh, pk == page.person))
    return tuple(lines)


def _aloud(page: PageContext, step: Step) -> tuple[tuple[str, str], ...]:
    state = page.state
    if deletes(step.guard) or (deleted(state.procedure) and not act_key(step.guard)):
        return _deletion(page, step)
    procedure = state.procedure
    overwrite = step.guard.get(Overwrite)
    into = overwrite.target if overwrite else procedure.written_into()
    source = overwrite.source if overwrite else procedure.read_from()
    target, copy = state.facts.get(into), state.facts.get(source)
    to, of = place_name(target, loud=True), copy.value if copy else place_name(None)
    return (
        ("Target", f"WRITE INTO {to}"),
        ("Direction", f"READ FROM {of} → WRITE INTO {target.value if target else to}"),
        ("Copy", _copy(state, source, copy, page.at)),
        ("Way back", _way_back(state, into, step)),
        ("Doubt", _DOUBT),
    )


def _deletion(page: PageContext, step: Step) -> tuple[tuple[str, str], ...]:
    """The same before a deletion, which the step `told` is or comes before."""
    state = page.state
    act = step if deletes(step.guard) else _next_deletion(state, step)
    target, part = target_of(act.guard), part_of(act.guard)
    name = place_name(state.facts.get(target), loud=True)
    return (
        ("Target", f"DELETE {part} of {name}" if part else f"DELETE {name}"),
        ("Direction", "nothing is read, and nothing takes its place"),
        ("Copy", kept(state, act, page.at)),
        ("Way back", _way_back(state, target, act)),
        ("Doubt", _DOUBT),
    )


def _next_deletion(state: RunState, step: Step) -> Step:
    """The deletion that comes after `told`; the first one when none does."""
    deletions = [act for act in acts(state.procedure) if deletes(act.guard)]
    return next((act for act in deletions if act.index > step.index), deletions[0])


def _copy(state: RunState, source: str, copy: ParameterFacts | None, at: datetime) -> str:
    if copy is None:
        return "this runbook names none"
    sentences = [place_name(copy)]
    since = loss_with(state, source, at).newest
    if since:
        sentences.append(f"data as of {stamp(since)}, {age(at, since)} old")
        sentences.append(f"good copies read in this run: {len(good_copies(state, source))}")
    return "; ".join(sentences)


def _way_back(state: RunState, target: str, step: Step) -> str:
    key = step.guard.undo or next((s.guard.undo for s in state.procedure.steps if s.guard.undo), "")
    section, safe = state.procedure.section_of(key) if key else None, safety_copy(state, target)
    ways = [closing(section, state) or offered(section, state)] if section else []
    ways += [f"the safety copy {safe.name}, {safe.place}"] if safe else []
    return "; ".join(ways) or "none that this run knows of"
