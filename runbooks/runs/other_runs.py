"""Other runs that work on the same machine, and which of them keeps a run from overwriting it.

Two teams that restore or delete one database at the same time each destroy what the other has done.
So a run unlocks its act only when no other run is at work on the target: the one that was started
first goes first. One that was only prepared is shown and keeps nobody; nor does one in which
nothing has happened for a day, unless it has laid open its own act.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery

from inventory.models import Instance, System
from lib import times
from lib.times import stamp
from runbooks.enums import RunKind, RunStatus
from runbooks.log import texts
from runbooks.machine.events.gates import StepUnlocked
from runbooks.machine.move import Request
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.requests import Refusal
from runbooks.machine.state import RunState
from runbooks.models import Event, Run, RunParameter
from runbooks.procedure.guards.acts import Destroy
from runbooks.procedure.guards.demand import Act
from runbooks.procedure.guards.target import Freeze, MarkTarget
from runbooks.procedure.irreversible import act_key, acts, target_of
from runbooks.procedure.model import Procedure
from runbooks.runs import persistence

#: A run in which nothing happened for as long is forgotten, not at work.
FORGOTTEN_AFTER = timedelta(hours=24)
_ENDED = (RunStatus.COMPLETED.value, RunStatus.ABORTED.value)
#: Demands that name a target.
_TARGETS = (Act, Freeze, MarkTarget)


@dataclass(frozen=True)
class OtherRun:
    """A run that names `instance` as its target. `overwrote_at` is when it last laid open an
    overwrite or deletion of it, `last_at` when anything last happened in it; `act`: what it may do
    to it, None for nothing of the kind; `blocks`: it keeps the run that asks from its own act."""

    run: Run
    instance: Instance
    act: Act | None
    last_at: datetime
    overwrote_at: datetime | None
    blocks: bool

    @property
    def sentence(self) -> str:
        """What it is doing, in a sentence."""
        name, number = self.instance.name, self.run.pk
        deletes = isinstance(self.act, Destroy)
        work = "is deleting" if deletes else "is restoring" if self.act else "is working on"
        if self.overwrote_at and self.run.ended_at:
            act = "deletion" if deletes else "overwrite"
            return f"Run {number} unlocked its {act} of {name} at {stamp(self.overwrote_at)}."
        if self.run.status == RunStatus.BRIEFING.value:
            return f"Run {number} was prepared for {name} and has not started."
        if not self.blocks and self.overwrote_at is None:
            since = f"nothing has happened in it since {stamp(self.last_at)}"
            return f"Run {number} {work} {name}; {since}."
        held = " It is on hold." if self.run.status == RunStatus.ON_HOLD.value else ""
        return f"Run {number} {work} {name} now.{held}"


def targets(procedure: Procedure) -> frozenset[str]:
    """The parameters that a step overwrites, deletes, freezes or marks."""
    return frozenset(demand.about for demand in procedure.demands() if isinstance(demand, _TARGETS))


def beside(run: Run, state: RunState, at: datetime) -> tuple[OtherRun, ...]:
    """The other runs on the targets of `run`, as of `at` (aware), those that block it first; none
    for a run that has ended."""
    names = targets(state.procedure)
    if run.status in _ENDED or not names:
        return ()
    chosen = Instance.objects.filter(
        pk__in=run.parameters.filter(name__in=names).values("instance")
    )
    same = {row.pk for instance in chosen for row in Instance.objects.same_machine(instance)}
    return _others(Q(instance__in=same), run, at)


def of_system(system: System | None, at: datetime) -> tuple[OtherRun, ...]:
    """The live runs that work on instances of `system` (None: on any), before a run is prepared."""
    return _others(Q(instance__system=system) if system else Q(instance__isnull=False), None, at)


def in_the_way(run: Run, state: RunState, request: Request) -> Refusal | None:
    """The refusal to lay open an irreversible act while another run is at work on its target, or
    has changed it for good since this one was prepared. The row of the instance, and every other
    with its two identifiers, is locked first, in the order of their keys: of two that ask at the
    same moment the second sees the first."""
    if not isinstance(request.move, Unlock):
        return None
    guard = state.step(request.move.step).guard
    name = target_of(guard)
    chosen = run.parameters.filter(name=name).values("instance")
    instance = Instance.objects.filter(pk__in=chosen).first()
    rows_of_it = Instance.objects.same_machine(instance) if instance else Instance.objects.none()
    locked = list(rows_of_it.select_for_update(no_key=True).order_by("pk"))
    others = _others(Q(instance__in=locked), run, request.at)
    other = next((other for other in others if other.blocks), None)
    if other is None:
        return None
    number = other.run.pk
    if other.run.ended_at:
        return Refusal(
            "overwritten_since",
            f"{other.sentence} That was after this run was prepared: what this run identified and"
            " copied is no longer what is there.",
            "Abort this run and prepare a new one.",
            guard=act_key(guard),
        )
    return Refusal(
        "other_run",
        f"{other.sentence} Two runs that change one database destroy each other's work.",
        f"Join run {number}, or have its operator or decider abort it; then unlock here.",
        guard=act_key(guard),
    )


def _others(which: Q, mine: Run | None, at: datetime) -> tuple[OtherRun, ...]:
    """The other runs whose target is one of the instances, those that block `mine` first. A live
    run looks at live ones only: a drill never keeps anybody from saving production."""
    last = Event.objects.filter(run=OuterRef("run")).order_by("-sequence").values("at")[:1]
    chosen = RunParameter.objects.under_way(since=mine.prepared_at if mine else None)
    chosen = chosen.filter(which).annotate(last_at=Subquery(last))
    chosen = chosen.order_by("-run__started_at", "run")
    if mine is None or mine.kind == RunKind.LIVE.value:
        chosen = chosen.filter(run__kind=RunKind.LIVE.value)
    others = [
        other
        for row in (chosen.exclude(run=mine) if mine else chosen)
        if (other := _other(row, mine, at)) is not None
    ]
    return tuple(sorted(others, key=lambda other: not other.blocks))


def _other(row: RunParameter, mine: Run | None, at: datetime) -> OtherRun | None:
    """What the run of `row` is to `mine`; None when the parameter is no target of it, or when it
    ended without an act that matters."""
    run, instance = row.run, row.instance
    last_at = times.from_microseconds(vars(row)["last_at"])
    procedure = persistence.procedure_of(run)
    if instance is None or row.name not in targets(procedure):
        return None
    steps = [step for step in acts(procedure) if target_of(step.guard) == row.name]
    unlocked = texts.of_kinds(run, [StepUnlocked.kind]) if steps else []
    indexes = {step.index for step in steps}
    unlocked_at = [line.at for line in unlocked if line.event.step in indexes]
    overwrote_at = max(unlocked_at, default=None)
    if run.ended_at and not (mine and overwrote_at and overwrote_at >= mine.prepared_at):
        return None
    forgotten = at - last_at > FORGOTTEN_AFTER
    first = run.started_at is not None and (mine is None or _is_first(run, mine))
    blocks = bool(overwrote_at) or (first and not forgotten)
    return OtherRun(
        run, instance, steps[0].guard.get(Act) if steps else None, last_at, overwrote_at, blocks
    )


def _is_first(other: Run, mine: Run) -> bool:
    """Whether `other`, which has started, started before `mine`."""
    if mine.started_at is None or other.started_at is None:
        return True
    return (other.started_at, other.pk) < (mine.started_at, mine.pk)
