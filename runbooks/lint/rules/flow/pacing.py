"""Rules about the pace of a run: what comes late, how long it is, how long waits are."""

from __future__ import annotations

from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book.book import Book, named_step
from runbooks.lint.book.remarks import Remark
from runbooks.lint.dangers.new_objects import is_beside
from runbooks.lint.rule import RuleGroup, RuleScope
from runbooks.procedure.guards.acts import TeamCheck, Wait
from runbooks.procedure.guards.arguments import to_data
from runbooks.procedure.guards.copies import Protect, Verify
from runbooks.procedure.guards.demand import Demand
from runbooks.procedure.guards.target import Freeze, Identify, MarkTarget
from runbooks.procedure.irreversible import act_key
from runbooks.procedure.model import Step

RULES = RuleGroup()
MOST_BETWEEN_PAUSES = 9
MOST_STEPS = 60
# Beyond so many steps without a pause, what is left is what interruptions eat.
EARLY = 5
_KILLERS = (Identify, Freeze, Protect, Verify, MarkTarget)
#: What is proven again right before the act, and how.
_PROVEN: tuple[tuple[type[Demand], str], ...] = (
    (Identify, "identify: …"),
    (Freeze, "record: {clients: …}"),
)


@RULES.add(
    "L13",
    Level.WARNING,
    "A step that everything depends on stands late in its section",
    "Interruptions eat the tail of a list: what must not be left out stands at its head (Degani and"
    " Wiener 1990).",
    scope=RuleScope.RESTORES,
)
def late_killer(book: Book) -> Iterator[Remark]:
    for section, steps in book.sections:
        place = 0
        for step in (s for s in steps if not s.is_substep and not section.aside):
            place = 0 if _pauses(step) else place + 1
            killer = next((kind.key for kind in _KILLERS if kind in step.guard), None)
            if killer and place > EARLY:
                yield book.at_guard(
                    step,
                    killer,
                    f"{named_step(step)}, is the {place}th in a row without a pause.",
                    "Move it to the head of its section, or begin a section with it.",
                )


@RULES.add(
    "L14",
    Level.WARNING,
    "What was proven long before the act is not proven again at it",
    "Sessions reconnect, jobs start again, terminals change: a state from an hour ago is a memory"
    " (Degani and Wiener 1990: repeat at the critical point).",
    scope=RuleScope.ACTS,
)
def stale_proof(book: Book) -> Iterator[Remark]:
    place = {step.index: number for number, step in enumerate(book.path)}
    for act in (step for step in book.path if act_key(step.guard)):
        for kind, again in _PROVEN:
            before = [s for s, _ in book.with_demand(kind) if s.index < act.index]
            # A mark that is read back proves the machine as well.
            marks = [s for s, _ in book.with_demand(MarkTarget) if kind is Identify and before]
            before = sorted([*before, *(s for s in marks if s.index < act.index)], key=_index)
            if not before or place[act.index] - place[before[-1].index] <= EARLY:
                continue
            section = [s for s in book.path if s.section == act.section and s.index <= act.index]
            counted = any(value.equals == "0" for s in section for value in s.guard.record)
            if before[-1].section != act.section and not (kind is Freeze and counted):
                between = place[act.index] - place[before[-1].index] - 1
                yield book.at_guard(
                    act,
                    act_key(act.guard),
                    f"`{kind.key}` of step {before[-1].number} lies {between} steps before this"
                    " act.",
                    f"Read it once more in this section: a step with `{again}`.",
                )


@RULES.add(
    "L19",
    Level.WARNING,
    "A long command without a time, bad signs, or a way to cancel it",
    "Who waits must know how long, what wrong looks like, and how to stop it safely: “Writing"
    " backup to file… 1 %” was read too late (M15 of the story).",
    scope=RuleScope.MOVES,
)
def blind_wait(book: Book) -> Iterator[Remark]:
    asked = [(command.step.index, place) for command in book.commands for place in command.restores]
    # What a service does by itself has no first line to watch and nothing to interrupt.
    served = {index for index, place in asked if is_beside(place)}
    long = {index for index, _ in asked}
    for step in book.path:
        wait = step.guard.get(Wait)
        if wait is None and step.index not in long:
            continue
        clock = step.guard.duration
        wanted = () if wait is None and step.index in served else ("expect", "bad", "cancel")
        given = to_data(wait) if wait else {}
        missing = [f"`{key}`" for key in wanted if key not in given]
        if clock is None or clock.expected is None or clock.max is None:
            missing.append("`duration`")
        if missing:
            yield book.at_guard(
                step,
                Wait.key,
                f"{named_step(step)}, takes long, and lacks {', '.join(missing)}.",
                "Write `wait: {expect: restoring, bad: writing backup, cancel: Press Ctrl-C once}`"
                " and `duration: {expected: 10m, max: 45m}`."
                if wanted
                else "Write `duration: {expected: 10m, max: 45m}`.",
            )


@RULES.add(
    "L20",
    Level.WARNING,
    f"More than {MOST_BETWEEN_PAUSES} steps without a pause, or more than {MOST_STEPS} in all",
    "Five to nine items are kept in mind; a list without a place to breathe is hurried through"
    " (Gawande 2009; Degani and Wiener 1990).",
    scope=RuleScope.GUARDED,
)
def no_pause(book: Book) -> Iterator[Remark]:
    steps = [step for step in book.path if not step.is_substep]
    if len(steps) > MOST_STEPS:
        yield book.at(
            steps[MOST_STEPS],
            f"This is step {steps[MOST_STEPS].number} of {len(steps)}: too many for one run.",
            "Split the runbook where people change anyway.",
        )
    for _, own in book.sections:
        row = 0
        for step in (s for s in own if not s.is_substep):
            row = 0 if _pauses(step) else row + 1
            if row > MOST_BETWEEN_PAUSES:
                yield book.at(
                    step,
                    f"{named_step(step)}, comes after {row - 1} steps without a pause.",
                    "Begin a section (`## …`) here, or let somebody release the run: `hold:"
                    " decider`.",
                )
                break


def _index(step: Step) -> int:
    return step.index


def _pauses(step: Step) -> bool:
    """A step at which everybody stops: a release, a team check, a decision."""
    return bool(step.guard.hold or step.guard.decide or TeamCheck in step.guard)
