"""The loud override: who may ask to pass a gate without its condition, which gates, and when.

One gate of one attempt at one step, never all, and one after the other: the wait of the next begins
when the one before was used or taken back, or waits would run side by side. Never files, the
circle, what is typed to lay a command open, or a rollback that is closed. (An override that is
quick becomes the way: break-glass of RUNS, M11 of the story.)
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.texts import full_stop
from runbooks.enums import RunStatus
from runbooks.machine.gates import attempt_at, gates, run_gates
from runbooks.machine.requests import Gate, Refusal
from runbooks.machine.state import RunState, current
from runbooks.machine.statements import Override
from runbooks.procedure.irreversible import act_key
from runbooks.procedure.model import Guard

#: Between asking and passing: long enough to read the reason again, and for those who are paged.
OVERRIDE_WAITS = timedelta(seconds=120)
#: An older request is asked again: the situation is another one.
OVERRIDE_LASTS = timedelta(minutes=15)
#: The first words of keys of gates that are never overridden: they need nobody but the operator, or
#: nobody can open them.
NEVER = frozenset({"begun", "file", "unlocked", "rollback"})


def closed_gates(state: RunState, index: int | None, at: datetime) -> tuple[Gate, ...]:
    """The closed gates of step `index` (None: of the run as a whole) that an override could pass
    at `at` (aware)."""
    every = run_gates(state) if index is None else gates(state, index, at)
    return tuple(g for g in every if not g.open and g.key.split(":")[0] not in NEVER)


def pending(state: RunState, index: int | None) -> tuple[Override, ...]:
    """The overrides of step `index`, or of the run as a whole, that were asked and not used."""
    place = (index, attempt_at(state, index))
    return tuple(
        override
        for override in state.stated.overrides
        if override.opened_at is None and (override.step, override.attempt) == place
    )


def waiting(state: RunState, at: datetime) -> Override | None:
    """The override of this run that was asked for, and can still come to be used at `at` (aware):
    its gate is closed, and it is not too old."""
    for asked in state.stated.overrides:
        index = asked.step
        if asked.opened_at or at - asked.asked_at > OVERRIDE_LASTS:
            continue
        here = index is None or index == current(state)
        if here and asked.attempt == attempt_at(state, index):
            keys = {gate.key for gate in closed_gates(state, index, at)}
            return asked if asked.gate in keys else None
    return None


def used(state: RunState) -> tuple[Override, ...]:
    """The overrides that passed a gate in this run so far."""
    return tuple(override for override in state.stated.overrides if override.opened_at is not None)


def so_far(state: RunState) -> str:
    """What has been overridden in this run, in words; '' for nothing."""
    passed = used(state)
    if not passed:
        return ""
    noun = "condition" if len(passed) == 1 else "conditions"
    return f"{len(passed)} {noun} overridden so far: {'; '.join(_named(state, o) for o in passed)}."


def _named(state: RunState, override: Override) -> str:
    where = (
        "the run as a whole"
        if override.step is None
        else f"step {state.step(override.step).number}"
    )
    return f"{override.label} ({where})"


def not_before(asked: Override) -> datetime:
    """The first moment at which it may be used."""
    return asked.asked_at + OVERRIDE_WAITS


def askable(state: RunState, index: int | None, at: datetime) -> tuple[Gate, ...]:
    """The closed gates of step `index` that no override is asked for yet, or no longer."""
    waiting = {
        override.gate
        for override in pending(state, index)
        if at - override.asked_at <= OVERRIDE_LASTS
    }
    return tuple(gate for gate in closed_gates(state, index, at) if gate.key not in waiting)


def usable(state: RunState, person: int, index: int | None, at: datetime) -> tuple[Override, ...]:
    """The overrides that `person` asked for at step `index` and can use at `at` (aware)."""
    closed = {gate.key for gate in closed_gates(state, index, at)}
    return tuple(
        override
        for override in pending(state, index)
        if override.gate in closed and not_used(override, person, at) is None
    )


def not_used(asked: Override, person: int, at: datetime) -> Refusal | None:
    """Why `person` may not use at `at` (aware) the override that was `asked`; None if they may."""
    if asked.by != person:
        return Refusal(
            "not_your_override",
            "Somebody else asked for this override.",
            "Whoever asked for it uses it; or withdraw it, and ask for it yourself.",
            guard="override",
        )
    waited = at - asked.asked_at
    if waited < OVERRIDE_WAITS:
        return Refusal(
            "override_too_soon",
            f"Not before {not_before(asked):%H:%M:%S} UTC: an override waits two minutes.",
            "Read your reason again meanwhile, and look whether somebody answers.",
            guard="override",
        )
    if waited > OVERRIDE_LASTS:
        return Refusal(
            "override_expired",
            "This override was asked for more than 15 minutes ago.",
            "Ask for it again, with the reason as it is now.",
            guard="override",
        )
    return None


def may_ask(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    """Whether there could be something to override at all, and nothing waits already: each waits
    two minutes of its own. Which gate is closed, the act sees."""
    before = waiting(state, at)
    if before is not None:
        return _one_at_a_time(before)
    if index is not None:
        return None if state.step(index).guard.override else _never(state.step(index).number)
    if all(gate.open for gate in run_gates(state)):
        return Refusal(
            "no_gate",
            "Nothing of the run as a whole waits for an override.",
            "Name the step whose gate is closed.",
            logged=False,
        )
    if state.status is not RunStatus.BRIEFING:
        return None
    strict = (s for s in state.procedure.steps if not s.guard.override and _needs_second(s.guard))
    step = next(strict, None)
    return _never(step.number) if step else None


def may_use(state: RunState, person: int, index: int | None, at: datetime) -> Refusal | None:
    """An override is used, or taken back, after it was asked for."""
    if pending(state, index):
        return None
    return Refusal(
        "not_asked",
        "No override was asked for here.",
        "Ask for it first, with a reason; it can be used two minutes later.",
    )


def _one_at_a_time(before: Override) -> Refusal:
    return Refusal(
        "one_at_a_time",
        f"An override was asked for already: {full_stop(before.label)}",
        f"It can be used from {not_before(before):%H:%M:%S} UTC on. Use it or withdraw it; then the"
        " next one can be asked for.",
        logged=False,
    )


def _needs_second(guard: Guard) -> bool:
    return bool(guard.countersign or guard.hold or act_key(guard))


def _never(number: str) -> Refusal:
    return Refusal(
        "override_never",
        f"The runbook says of step {number} that no gate of it is overridden.",
        "Open the gate in its own way, hold the run and ask for a second person, or abort.",
        guard="override",
    )
