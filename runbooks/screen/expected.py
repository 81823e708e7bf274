"""What a runbook asks of each role, in words, for those who take one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runbooks.enums import CountersignTiming, RunRole
from runbooks.procedure.guards.acts import Destroy, TeamCheck
from runbooks.procedure.guards.copies import Verify
from runbooks.procedure.guards.demand import Act, Demand
from runbooks.procedure.guards.target import Direction, Identify
from runbooks.procedure.model import Procedure, Step

#: Demands at which a name is typed so that somebody stops and thinks (D7).
_TYPED = (Direction, Act)


@dataclass(frozen=True)
class RoleDuties:
    """A role, and what its holder does, a sentence each."""

    role: RunRole
    does: tuple[str, ...]


def parts(procedure: Procedure) -> tuple[RoleDuties, ...]:
    """What each role does in a run of `procedure`, from the main path of its text."""
    steps = [procedure.steps[index] for index in procedure.main_path]
    duties = {
        RunRole.OPERATOR: _operator(steps),
        RunRole.VERIFIER: _verifier(steps),
        RunRole.DECIDER: _decider(steps),
        RunRole.OBSERVER: iter(("Reads along, and may stop the run.",)),
    }
    return tuple(RoleDuties(role, tuple(duties[role])) for role in RunRole)


def _operator(steps: list[Step]) -> Iterator[str]:
    mine = [step for step in steps if step.guard.role is RunRole.OPERATOR]
    kinds = "steps and sub-steps" if any(step.is_substep for step in steps) else "steps"
    yield f"Does {len(mine)} of {len(steps)} {kinds} and ticks them."
    yield from _own(steps, RunRole.OPERATOR, Identify, "Reads two identifiers off the machine")
    typed = sum(kind in step.guard for step in steps for kind in _TYPED)
    if typed:
        where = _where(step for step in steps if _TYPED in step.guard)
        times = {1: "once", 2: "twice"}.get(typed, f"{typed} times")
        yield f"Types a name to confirm {times}: {where}."
    yield from _pauses(steps)


def _verifier(steps: list[Step]) -> Iterator[str]:
    mine = [step for step in steps if step.guard.role is RunRole.VERIFIER]
    before = [step for step in steps if step.guard.countersign is CountersignTiming.BEFORE]
    after = [step for step in steps if step.guard.countersign is CountersignTiming.AFTER]
    if mine:
        yield f"Does {_where(mine)}."
    if after:
        yield f"Measures again, without seeing the first value: {_where(after)}."
    if before:
        yield f"Looks at the target too and confirms just before the act: {_where(before)}."
    yield from _pauses(steps)
    if not (mine or before or after):
        yield "Nothing that this text asks for; watches, and stops the run when in doubt."


def _decider(steps: list[Step]) -> Iterator[str]:
    mine = [step for step in steps if step.guard.role is RunRole.DECIDER]
    releases = [step for step in steps if step.guard.hold is RunRole.DECIDER]
    if mine:
        yield f"Does {_where(mine)}."
    if releases:
        yield f"Releases, with a reason: {_where(releases)}."
    yield from _own(steps, None, Verify, "Signs for the loss, if it is more than was promised")
    deleting = "Signs that there is nothing to keep, where no safety copy was read back"
    yield from _own(steps, None, Destroy, deleting)
    yield from _pauses(steps)
    yield "Owns go and no-go."


def _pauses(steps: list[Step]) -> Iterator[str]:
    yield from _own(steps, None, TeamCheck, "Confirms the team check from their own screen")


def _own(steps: list[Step], role: RunRole | None, kind: type[Demand], does: str) -> Iterator[str]:
    mine = [s for s in steps if kind in s.guard and role in {None, s.guard.role}]
    if mine:
        yield f"{does}: {_where(mine)}."


def _where(steps: Iterable[Step]) -> str:
    numbers = [step.number for step in steps]
    if len(numbers) == 1:
        return f"step {numbers[0]}"
    return f"steps {', '.join(numbers[:-1])} and {numbers[-1]}"
