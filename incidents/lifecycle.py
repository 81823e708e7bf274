"""Which status may follow which, what closing demands, and in what order the clock of an incident
can stand. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from incidents.enums import Kind, LossState, Moment, Reconciliation, SavedBy, Status, Strength


@dataclass(frozen=True)
class StatusStep:
    """A change of status that is allowed. `reason`: it must be given one."""

    reason: bool = False


_FORTH = StatusStep()
_BACK = StatusStep(reason=True)

#: Every change that is allowed. Forward one may skip a status: a good catch is closed as it is.
#: Back means that an earlier judgement was wrong, and that needs a word of explanation.
STEPS: dict[tuple[Status, Status], StatusStep] = {
    (Status.OPEN, Status.CONTAINED): _FORTH,
    (Status.OPEN, Status.RESTORED): _FORTH,
    (Status.OPEN, Status.CLOSED): _FORTH,
    (Status.CONTAINED, Status.OPEN): _BACK,
    (Status.CONTAINED, Status.RESTORED): _FORTH,
    (Status.CONTAINED, Status.CLOSED): _FORTH,
    (Status.RESTORED, Status.OPEN): _BACK,
    (Status.RESTORED, Status.CONTAINED): _BACK,
    (Status.RESTORED, Status.CLOSED): _FORTH,
    (Status.CLOSED, Status.OPEN): _BACK,
}

#: Pairs of moments of which the first cannot come after the second. The recovery point stands in
#: one pair only: it is a point in the data, which may lie long before the incident began.
ORDER: tuple[tuple[Moment, Moment], ...] = (
    (Moment.BEGAN, Moment.NOTICED),
    (Moment.BEGAN, Moment.WRITES_STOPPED),
    (Moment.BEGAN, Moment.RESTORED),
    (Moment.NOTICED, Moment.DECLARED),
    (Moment.RECOVERY_POINT, Moment.RESTORED),
    (Moment.RESTORED, Moment.REOPENED),
)

#: Moments that every incident has.
ALWAYS_KNOWN = (Moment.NOTICED, Moment.DECLARED)


def step(old: Status, new: Status) -> StatusStep | None:
    """The change from `old` to `new`, None when it is not allowed (or is no change)."""
    return STEPS.get((old, new))


def following(status: Status) -> tuple[Status, ...]:
    """The statuses that may follow, in the order of the enumeration."""
    return tuple(new for new in Status if (status, new) in STEPS)


def takes_changes(status: Status) -> bool:
    """Whether facts may be changed and runs linked. A closed incident takes entries only."""
    return status is not Status.CLOSED


def misplaced(moment: Moment, clock: Mapping[Moment, datetime]) -> tuple[Moment, Moment] | None:
    """The first pair (earlier, later) with `moment` in it that `clock` has the wrong way round."""
    for earlier, later in ORDER:
        if moment not in (earlier, later) or earlier not in clock or later not in clock:
            continue
        if clock[earlier] > clock[later]:
            return earlier, later
    return None


@dataclass(frozen=True)
class ActionFacts:
    """What closing wants to know of an action item that was not declined. `owned`: somebody who
    still has an account answers for it. `settled`: it is done."""

    title: str
    owned: bool
    dated: bool
    done_when: str
    strength: Strength
    replaces_luck: bool
    settled: bool = False


@dataclass(frozen=True)
class ClosingFacts:
    """What is stated about the end of an incident: losses and notifications that stand, decisions,
    the actions that were not declined, and the moments that are known, or unknown for a reason."""

    kind: Kind
    losses: tuple[LossState, ...]
    reconciliation: Reconciliation
    notified: int
    saved_by: SavedBy
    actions: tuple[ActionFacts, ...]
    moments: frozenset[Moment] = frozenset()


@dataclass(frozen=True)
class Missing:
    """Something that must be known before an incident is closed. `part`: where it is stated
    (recovery_point, restored, losses, reconciliation, notified, saved_by, actions). `lacks` is a
    clause, `remedy` one too."""

    part: str
    lacks: str
    remedy: str


#: Kinds of incident in which data was lost or damaged.
WRONG_DATA = frozenset({Kind.DATA_LOSS, Kind.CORRUPTION})
_LUCKY = frozenset({SavedBy.LUCK, SavedBy.MIXED})


def missing(facts: ClosingFacts) -> tuple[Missing, ...]:
    """What has to be stated before the incident can be closed, in the order of its page.

    M17 of the story: nobody ever measured the loss, and those whose work was gone were not told.
    M18: it went well by an accident of timing, and that stayed so. M19: the lessons ended as
    slogans without anybody who answers for them.

    A near miss and a good catch say by their kind that nothing was lost, so of them only what
    saved them is asked; if losses are stated all the same, everything is.
    """
    return (*_untimed(facts), *_unmeasured(facts), *_unsaid(facts), *_slogans(facts))


def _lost_something(facts: ClosingFacts) -> bool:
    return facts.kind in WRONG_DATA or bool(facts.losses)


def _untimed(facts: ClosingFacts) -> Iterator[Missing]:
    """Without these two, what was promised can never be compared with what happened."""
    asked = {
        Moment.RECOVERY_POINT: "how new the restored data is",
        Moment.RESTORED: "when the data was restored",
    }
    for moment, question in asked.items():
        if _lost_something(facts) and moment not in facts.moments:
            yield Missing(
                moment.name.lower(),
                f"“{moment.value}” is not set ({question})",
                f"set “{moment.value}”, or write why it is unknown",
            )


def _unmeasured(facts: ClosingFacts) -> Iterator[Missing]:
    if not _lost_something(facts):
        return
    if not facts.losses:
        yield Missing(
            "losses",
            "nobody stated what was lost",
            "state the loss in numbers, or why they are unknown",
        )
    elif set(facts.losses) == {LossState.AT_FIRST}:
        yield Missing(
            "losses",
            "nobody stated what became of what was lost at first",
            "state how much was recovered, re-created or is gone for good",
        )
    if facts.reconciliation is Reconciliation.UNDECIDED:
        yield Missing(
            "reconciliation",
            "nobody decided about the writes that were lost or went to wrong data",
            "decide what is done about lost writes",
        )
    if not facts.notified:
        yield Missing(
            "notified",
            "nobody noted who was told",
            "note whom you told and when, or why nobody is affected",
        )


def _unsaid(facts: ClosingFacts) -> Iterator[Missing]:
    if facts.saved_by is SavedBy.UNKNOWN:
        yield Missing("saved_by", "nobody said what saved us", "say whether a control did, or luck")
    if facts.saved_by in _LUCKY and not any(
        action.replaces_luck and action.strength is not Strength.WEAKER for action in facts.actions
    ):
        yield Missing(
            "actions",
            "luck saved us, and no action puts a control in its place",
            "add an action that turns the luck into a control, not weaker than “intermediate”",
        )


def _slogans(facts: ClosingFacts) -> Iterator[Missing]:
    for action in facts.actions:
        needs = {
            "active owner": action.owned,
            "due date": action.dated,
            "definition of done": bool(action.done_when),
        }
        lacks = [need for need, has in needs.items() if not has]
        if lacks and not action.settled:
            yield Missing(
                "actions",
                f"the action “{action.title}” has no {' and no '.join(lacks)}",
                "give it to somebody who can do it, with a day",
            )
