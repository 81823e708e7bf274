"""What is lost: if the overwrite is right, and if it is wrong. In words, for those who decide."""

from __future__ import annotations

from datetime import datetime, timedelta

from inventory.durations import age, words
from inventory.times import stamp
from runbooks.interlocks.holdings import good_copies, safety_copy
from runbooks.machine import Facts, RunState
from runbooks.procedure import Step
from runbooks.screen.words import place_name

NOT_MET = "NOT MET"
#: Term, words, and whether they are about what will be overwritten.
Term = tuple[str, str, bool]


def consequences(state: RunState, told: Step, at: datetime) -> tuple[Term, ...]:
    """What the overwriting step `told` does at `at` (aware): what to, from what, and what is lost
    if it is right and if it is wrong."""
    overwrite = told.guard.locks.get("overwrite", {})
    target, source = (str(overwrite.get(end) or "") for end in ("target", "from"))
    found: list[Term] = [
        ("Will be overwritten", place_name(state.facts.get(target), loud=True), True)
    ]
    facts = state.facts.get(source)
    if facts:
        found.append(("From", _from(facts, at), False))
        lost = lost_if_right(state, facts, at)
        found += [("If this is right", lost, False)] if lost else []
    found.append(("If you are wrong now", lost_if_wrong(state, target, source, at), True))
    back = told.guard.undo
    section = state.procedure.section_of(back) if back else None
    way = f"“{section.title}”" if section else "this runbook names none"
    found.append(("Way back", way, False))
    return tuple(found)


def lost_if_right(state: RunState, source: Facts, at: datetime) -> str:
    """The writes that `source` does not have, against what was promised; '' when nobody knows its
    newest record."""
    as_of = _moment(source.fields.get("data_as_of", ""))
    if as_of is None:
        return ""
    until = newest_live(state) or at
    span = until - as_of
    if span <= timedelta(0):
        return "nothing is lost: it has the newest record that was found"
    said = f"writes after {stamp(as_of)} are lost, about {age(until, as_of)}"
    rpo = source.fields.get("rpo", "")
    if not rpo:
        return said
    promised = timedelta(seconds=int(rpo))
    if span <= promised:
        return f"{said}. RPO {words(promised)}: met"
    signed = ", signed by the decider" if _signed(state, source) else ""
    return f"{said}. RPO {words(promised)}: {NOT_MET}{signed}"


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
    facts = state.facts.get(source)
    as_of = _moment(facts.fields.get("data_as_of", "")) if facts else None
    if facts and as_of:
        since = _since(as_of, at)
        return f"you lose everything since {since}, if {facts.value} can be read: nobody has yet"
    return "you lose everything: this run has read no copy of it"


def newest_live(state: RunState) -> datetime | None:
    """The newest record of the live data, as this run found it: what a `verify` step compares with;
    None when no step does, or it was not read yet."""
    for told in state.procedure.steps:
        data = told.guard.locks.get("verify")
        if data is None:
            continue
        name = str(data.get("live") or "verify.live")
        found = [step for step in state.steps if step.values.get(name)]
        if found:
            newest = max(found, key=lambda step: step.touched)
            return _moment(newest.values[name])
    return None


def _signed(state: RunState, source: Facts) -> bool:
    """Whether the decider signed for the loss at a step that opened `source`."""
    return any(
        state.facts.get(str(state.step(one.step).guard.locks.get("verify", {}).get("of"))) is source
        for one in state.stated.signed
    )


def _from(facts: Facts, at: datetime) -> str:
    as_of = _moment(facts.fields.get("data_as_of", ""))
    name = place_name(facts)
    return f"{name}; data as of {stamp(as_of)}, {age(at, as_of)} old" if as_of else name


def _since(when: datetime | None, at: datetime) -> str:
    return f"{stamp(when)} ({age(at, when)} ago)" if when else "the beginning"


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
