"""What is lost: if the overwrite or the deletion is right, and if it is wrong. In words, for those
who decide."""

from __future__ import annotations

from datetime import datetime

from accounts.texts import full_stop
from lib.times import stamp
from lib.units.durations import age
from runbooks.machine.interlocks.after import promised
from runbooks.machine.interlocks.before import kept_copy
from runbooks.machine.interlocks.destroy import nothing_to_keep
from runbooks.machine.interlocks.holdings import good_copies, safety_copy
from runbooks.machine.interlocks.loss import LossVerdict, as_found, loss_with, restored, signed_for
from runbooks.machine.state import RunState
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.irreversible import deletes, part_of, target_of
from runbooks.procedure.model import Step
from runbooks.screen.words import place_name

#: Term, words, and whether they are about what will be overwritten.
Term = tuple[str, str, bool]


def consequences(state: RunState, step: Step, at: datetime) -> tuple[Term, ...]:
    """What the overwriting or deleting step `told` does at `at` (aware): what to, from what, and
    what is lost if it is right and if it is wrong."""
    if deletes(step.guard):
        return _deletion(state, step, at)
    overwrite = step.guard.get(Overwrite)
    target, source = (overwrite.target, overwrite.source) if overwrite else ("", "")
    terms: list[Term] = [
        ("Will be overwritten", place_name(state.facts.get(target), loud=True), True)
    ]
    if source in state.facts:
        terms.append(("From", _from(state, source, at), False))
        lost = lost_if_right(state, source, at)
        terms += [("If this is right", lost, False)] if lost else []
    terms += found_as_it_was(state, at)
    terms.append(("If you are wrong now", lost_if_wrong(state, target, source, at), True))
    return (*terms, _way_back(state, step))


def _deletion(state: RunState, step: Step, at: datetime) -> tuple[Term, ...]:
    """What is gone, what is kept of it, and what comes back if it was a mistake."""
    target, part = target_of(step.guard), part_of(step.guard)
    name = place_name(state.facts.get(target), loud=True)
    gone = f"all of this: {part}" if part else "everything in it"
    return (
        ("Will be deleted", f"{part} of {name}" if part else name, True),
        ("What is lost", f"{gone}. Nothing takes its place", True),
        ("Kept", kept(state, step, at), False),
        ("If you are wrong now", lost_if_wrong(state, target, "", at), True),
        _way_back(state, step),
    )


def kept(state: RunState, step: Step, at: datetime) -> str:
    """What is kept of what the step `told` deletes: its safety copy, or nothing, and why."""
    safe = kept_copy(state, step.index)
    if safe:
        newest = safe.data_as_of
        since = f"; newest record {stamp(newest)}, {age(at, newest)} old" if newest else ""
        return f"the safety copy {safe.name}, {safe.place}, read back{since}"
    signed = nothing_to_keep(state, step.index)
    if signed:
        return f"nothing, because: {full_stop(signed.reason)} Signed by the decider"
    return "nothing yet: no safety copy was read back, and the decider has not signed"


def _way_back(state: RunState, step: Step) -> Term:
    back = step.guard.undo
    section = state.procedure.section_of(back) if back else None
    way = f"“{section.title}”" if section else "this runbook names none"
    return ("Way back", way, False)


def judged(state: RunState, step: Step, at: datetime) -> tuple[Term, ...]:
    """What a decision about a copy that was verified goes by: what is lost with it, beside what the
    database as found holds. Nothing at any other step."""
    if step.guard.decide is None or restored(state):
        return ()
    source = state.procedure.read_from()
    if source not in state.facts or promised(state, source) is None:
        return ()
    lost = lost_if_right(state, source, at)
    return (
        ("From", _from(state, source, at), False),
        ("If it is restored", lost, False),
        *found_as_it_was(state, at),
    )


def lost_if_right(state: RunState, source: str, at: datetime) -> str:
    """The writes that the copy chosen for `source` does not have, against what was promised; ''
    where no copy was chosen, or nobody knows its newest record."""
    loss = loss_with(state, source, at)
    if loss.newest is None:
        return ""
    sentences = ". ".join(part for part in (loss.text(stamp), loss.verdict) if part)
    signed = loss.state is not LossVerdict.WITHIN and signed_for(state, source, loss)
    return f"{sentences}, signed by the decider" if signed else sentences


def found_as_it_was(state: RunState, at: datetime) -> tuple[Term, ...]:
    """What the database held when the run found it: shown beside the loss, and no yardstick."""
    newest = as_found(state)
    if newest is None:
        return ()
    return (("As found", f"its newest record is of {stamp(newest)}, {age(at, newest)} old", False),)


def lost_if_wrong(state: RunState, target: str, source: str, at: datetime) -> str:
    """What is left when the overwrite was a mistake: the safety copy, else a good copy of what is
    restored, else the copy that was chosen, else nothing."""
    safe = safety_copy(state, target)
    if safe:
        when = safe.data_as_of or safe.verified_at
        of = "the newest record in" if safe.data_as_of else "the moment of"
        return f"you lose everything since {_since(when, at)}, {of} the safety copy {safe.name}"
    good = [copy for copy in good_copies(state, source) if copy.data_as_of]
    if good:
        newest = max(good, key=lambda copy: copy.data_as_of or at)
        since = _since(newest.data_as_of, at)
        return f"you lose everything since {since}, the newest record in {newest.name}"
    facts, as_of = state.facts.get(source), loss_with(state, source, at).newest
    if facts and as_of:
        since = _since(as_of, at)
        return f"you lose everything since {since}, if {facts.value} can be read: nobody has yet"
    return "you lose everything: this run has read no copy of it"


def _from(state: RunState, source: str, at: datetime) -> str:
    name, as_of = place_name(state.facts[source]), loss_with(state, source, at).newest
    return f"{name}; data as of {stamp(as_of)}, {age(at, as_of)} old" if as_of else name


def _since(when: datetime | None, at: datetime) -> str:
    return f"{stamp(when)} ({age(at, when)} ago)" if when else "the beginning"
