"""The guards of a step in words, for those who read a runbook before it is run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from lib.units.durations import words as duration_words
from runbooks.enums import CountersignTiming, RunRole
from runbooks.procedure.model import Duration, Guard, Procedure, ValueSpec


def demands(guard: Guard, procedure: Procedure) -> tuple[str, ...]:
    """What the product demands at a step, a sentence each, the weightiest first."""
    return (*guard.promises, *_enforced(guard, procedure))


def expectation(value: ValueSpec) -> str:
    """What is expected of a recorded value: "must be 0", "at most 15 min old"; '' for anything."""
    sentences = [
        f"must be {value.equals}" if value.equals else "",
        f"must look like {value.matches}" if value.matches else "",
        f"at least {value.min}" if value.min else "",
        f"at most {value.max}" if value.max else "",
        f"at most {span(value.max_age)} old" if value.max_age is not None else "",
        f"one of {', '.join(value.options)}" if value.options and not value.equals else "",
    ]
    if value.within:
        exact = value.within.tolerance.strip() in {"0", "0s"}
        sentences.append(
            f"must equal {value.within.of}"
            if exact
            else f"within {value.within.tolerance} of {value.within.of}"
        )
    return ", ".join(part for part in sentences if part)


def span(seconds: int) -> str:
    """Seconds in the units people use."""
    return duration_words(timedelta(seconds=seconds))


def place(key: str, procedure: Procedure) -> str:
    """The title of the section or step that `key` names; `key` itself when none has it."""
    for step in procedure.steps:
        if step.key == key:
            return f"step {step.number}, {step.title}"
    section = procedure.sections_by_key.get(key)
    return section.title if section else key


def _enforced(guard: Guard, procedure: Procedure) -> Iterator[str]:
    if guard.countersign is CountersignTiming.BEFORE:
        yield "Countersigned before: a second person confirms it from their own screen"
    if guard.countersign is CountersignTiming.AFTER:
        yield "Countersigned after: a second person measures again, without seeing the first value"
    if guard.hold:
        yield f"Waits for the {guard.hold.value}"
    for value in guard.record:
        expected = expectation(value)
        unit = f" in {value.unit}" if value.unit else ""
        yield f"Records: {value.label}{unit}" + (f" ({expected})" if expected else "")
    if guard.decide:
        answers = "; ".join(
            f"{answer} → {place(key, procedure) if key else 'go on'}"
            for answer, key in guard.decide.options
        )
        yield f"Decides: {guard.decide.question} {answers}"
    if guard.role is not RunRole.OPERATOR:
        yield f"Done by the {guard.role.value}"
    if guard.duration and (duration := _duration(guard.duration)):
        yield duration
    if guard.undo:
        yield f"Way back: {place(guard.undo, procedure)}"
    if guard.on_mismatch:
        yield f"If something differs: {place(guard.on_mismatch, procedure)}"
    if guard.optional:
        yield "May be marked not applicable, with a reason"


def _duration(duration: Duration) -> str:
    sentences = [
        f"about {span(duration.expected)}" if duration.expected is not None else "",
        f"at least {span(duration.min)}" if duration.min is not None else "",
        f"at most {span(duration.max)}" if duration.max is not None else "",
    ]
    together = ", ".join(part for part in sentences if part)
    return f"Takes {together}" if together else ""
