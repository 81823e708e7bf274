"""What is lost when a copy is put live: the one yardstick of every age, gate, brief and page.

Loss is what was written after the copy's newest record, up to the last moment at which a good write
can have happened. Whatever the damaged database still holds is no yardstick: it is the damage. It
is shown beside the loss (`as_found`), never instead of it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from lib.units.durations import age, words
from runbooks.enums import StepStatus
from runbooks.machine.interlocks import holdings
from runbooks.machine.interlocks.after import promised
from runbooks.machine.interlocks.interlock import Signature, utc
from runbooks.machine.state import ENDED, RunState
from runbooks.machine.statements import IN_DOUBT, NOTHING_TO_KEEP, Signed
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.guards.copies import Verify

Clock = Callable[[datetime], str]

#: So long do writers go on writing under a signature that was given while they wrote: what is lost
#: grows by the minutes until the writers are stopped, or the copy is written in.
GROWS_FOR = timedelta(minutes=15)


class Basis(StrEnum):
    """What the last good write is known by. NOW: nothing says that the writers were stopped."""

    STOPPED = "writers stopped"
    NOTICED = "noticed"
    NOW = "now"
    UNKNOWN = "unknown"


class LossVerdict(StrEnum):
    """Whether a loss is within what was promised. UNKNOWN: one of the two is not known."""

    WITHIN = "within"
    BEYOND = "beyond"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LastWrite:
    """The last moment at which a good write can have happened (aware), None when unknown, and what
    it is known by."""

    at: datetime | None
    basis: Basis


@dataclass(frozen=True)
class Loss:
    """What a copy lacks. `newest` is its newest record; `rpo` the promise of the system, `most` the
    age that the runbook takes at most. None: nobody knows, or nobody promised."""

    newest: datetime | None
    until: LastWrite
    rpo: timedelta | None = None
    most: timedelta | None = None

    @property
    def span(self) -> timedelta | None:
        """What is lost, 0 where the copy is newer than the last good write."""
        if self.newest is None or self.until.at is None:
            return None
        return max(self.until.at - self.newest, timedelta())

    @property
    def limit(self) -> timedelta | None:
        """The most that may be lost without a signature."""
        return min((limit for limit in (self.rpo, self.most) if limit is not None), default=None)

    @property
    def state(self) -> LossVerdict:
        if self.span == timedelta():
            return LossVerdict.WITHIN
        if self.span is None or self.limit is None:
            return LossVerdict.UNKNOWN
        return LossVerdict.WITHIN if self.span <= self.limit else LossVerdict.BEYOND

    def text(self, clock: Clock = utc) -> str:
        """What is lost, with both ends: "writes after … are lost, about 6 h, up to …"."""
        if self.newest is None:
            return "what is lost is not known: nobody has read the newest record of the copy"
        if self.span:
            lost = f"writes after {clock(self.newest)} are lost, {self.length}"
            return f"{lost}, up to {self.end(clock)}"
        return self.brief(clock)

    def brief(self, clock: Clock = utc) -> str:
        """What is lost, without the copy's newest record: somebody may have to read it blind."""
        if self.newest is None:
            return self.text(clock)
        if self.span is None:
            return "what is lost is not known: nobody knows when the last good write was"
        if not self.span:
            return f"nothing is lost of what was written up to {self.end(clock)}"
        return f"writes of {self.length} are lost, up to {self.end(clock)}"

    @property
    def length(self) -> str:
        """How much, roughly: "about 6 h"."""
        start = datetime.min.replace(tzinfo=UTC)
        return f"about {age(start + self.span, start)}" if self.span else ""

    def end(self, clock: Clock = utc) -> str:
        """The last good write, and what it is known by."""
        moment = clock(self.until.at) if self.until.at else ""
        return {
            Basis.STOPPED: f"{moment}, when the writers stopped",
            Basis.NOTICED: f"{moment}, when it was noticed",
            Basis.NOW: f"{moment}; no stop of the writers is known",
            Basis.UNKNOWN: "a moment that nobody knows",
        }[self.until.basis]

    @property
    def verdict(self) -> str:
        """The promise, and whether it is kept: "RPO 1 h: NOT MET"; "no RPO is set" where something
        is lost and nothing was promised; '' where what is lost is not known, or it is nothing and
        nothing was promised."""
        if self.limit is None:
            return "no RPO is set" if self.span else ""
        if self.span is None:
            return ""
        kept = "met" if self.state is LossVerdict.WITHIN else "NOT MET"
        promise = "RPO" if self.limit == self.rpo else "At most, by this runbook,"
        return f"{promise} {words(self.limit)}: {kept}"


def last_write(
    *, stopped: datetime | None = None, noticed: datetime | None = None, now: datetime | None = None
) -> LastWrite:
    """The last good write: when the writers stopped, else when the damage was noticed, else `now`,
    which is None where nothing is under way any more."""
    if stopped:
        return LastWrite(stopped, Basis.STOPPED)
    if noticed:
        return LastWrite(noticed, Basis.NOTICED)
    return LastWrite(now, Basis.NOW if now else Basis.UNKNOWN)


def last_write_in(state: RunState, at: datetime) -> LastWrite:
    """The last good write as the run knows it at `at` (aware): by its own stop of the writers, else
    by what the incident says that it answers."""
    incident = state.stated.incident
    over = state.status in ENDED or (incident is not None and incident.closed)
    now = None if over else at
    stopped = _stopped(state)
    if stopped is None and _running_again(state):
        return last_write(now=now)
    if incident is None:
        return last_write(stopped=stopped, now=now)
    return last_write(stopped=stopped or incident.writes_stopped, noticed=incident.noticed, now=now)


def loss_with(
    state: RunState, parameter: str, at: datetime, *, newest: datetime | None = None
) -> Loss:
    """What is lost at `at` with the copy that was chosen for `parameter`, whose newest record is
    `newest`: if that is None what this run read in it, else what the inventory says."""
    facts, spec = state.facts.get(parameter), state.procedure.parameters_by_name.get(parameter)
    fields = facts.fields if facts else {}
    listed = fields.get("data_as_of", "")
    rpo, most = fields.get("rpo"), spec.max_age if spec else None
    return Loss(
        newest
        or promised(state, parameter)
        or (datetime.fromisoformat(listed) if listed else None),
        last_write_in(state, at),
        timedelta(seconds=int(rpo)) if rpo else None,
        timedelta(seconds=most) if most is not None else None,
    )


def as_found(state: RunState) -> datetime | None:
    """The newest record of the data as this run found it, before anything was restored. None when
    no `verify` step names it or no finished step has read it (somebody may have to read it blind).
    """
    names = {
        verify.live or "verify.live"
        for step in state.procedure.steps
        if (verify := step.guard.get(Verify))
    }
    done = [step for step in state.steps if step.status is StepStatus.DONE]
    readers = [step for step in done if names & step.values.keys()]
    if not readers:
        return None
    values = max(readers, key=lambda step: step.touched).values
    return datetime.fromisoformat(next(values[name] for name in names if name in values))


def loss_sentence(loss: Loss) -> str:
    """What is lost against what was promised, as a gate says it."""
    return "; ".join(part for part in (loss.brief(), loss.verdict) if part)


def why(loss: Loss) -> str:
    """Why a loss that is not within what was promised wants a signature."""
    if loss.state is LossVerdict.BEYOND:
        return "This is more than may be lost."
    if loss.span is None:
        return "Nobody knows what is lost."
    return "No RPO is set, so nobody has said how much may be lost."


def for_loss(name: str, loss: Loss) -> Signature:
    """What the decider signs for who signs for this loss with the copy `name`."""
    until = loss.until
    return Signature(f"{name}: {loss.brief()}", loss.newest, until.at, until.basis.value)


def covers(signed: Signed, loss: Loss) -> bool:
    """Whether a signature is for this loss, or for a greater one. Who signed while the writers
    still wrote signed for the minutes after it, too (`GROWS_FOR`). What nobody knew when it was
    signed covers only what nobody knows now. That nothing is kept of what is deleted covers no
    loss with a copy."""
    if signed.basis in {NOTHING_TO_KEEP, IN_DOUBT}:
        return False
    if (
        loss.newest is None
        or loss.until.at is None
        or signed.newest is None
        or signed.until is None
    ):
        return (signed.newest, signed.until) == (loss.newest, loss.until.at)
    grows = GROWS_FOR if signed.basis == Basis.NOW else timedelta()
    return loss.newest >= signed.newest and loss.until.at <= signed.until + grows


def signed_for(state: RunState, parameter: str, loss: Loss) -> bool:
    """Whether the decider signed for this loss, or a greater one, at a step that opened the copy
    chosen for `parameter` or writes it in, and that was not begun anew since."""
    return any(
        covers(signed, loss)
        and signed.attempt == state.steps[signed.step].attempt
        and parameter in _copies_at(state, signed.step)
        for signed in state.signed
    )


def restored(state: RunState) -> bool:
    """Whether something was overwritten in this run, and still is."""
    return any(
        state.steps[step.index].status is StepStatus.DONE
        for step in state.procedure.steps
        if Overwrite in step.guard
    )


def _copies_at(state: RunState, index: int) -> tuple[str, ...]:
    """The parameters whose copies step `index` opens or writes in."""
    guard = state.step(index).guard
    verify, overwrite = guard.get(Verify), guard.get(Overwrite)
    read, written = (verify.of,) if verify else (), (overwrite.source,) if overwrite else ()
    return read + written


def _stopped(state: RunState) -> datetime | None:
    """When the writers of what is written into were stopped in this run, if they still are, or were
    until it was restored."""
    stopped = state.stated.stopped
    done = restored(state)
    return max(
        (stopped[name] for name in _targets(state) if done or holdings.frozen(state, name)),
        default=None,
    )


def _running_again(state: RunState) -> bool:
    """Whether this run let the writers go on before anything was restored."""
    return any(name not in state.stated.frozen for name in _targets(state))


def _targets(state: RunState) -> Iterable[str]:
    """What is written into, or everything, where the runbook does not say; once it was frozen."""
    target = state.procedure.written_into()
    return [name for name in state.stated.stopped if target in ("", name)]
