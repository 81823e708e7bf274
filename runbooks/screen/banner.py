"""What stands above the steps while the run as a whole stands still, or has ended."""

from __future__ import annotations

from dataclasses import dataclass

from lib.times import stamp
from runbooks.enums import RunRole, RunStatus, StepStatus
from runbooks.machine.events.run import deviation_words
from runbooks.machine.freshness import went_back
from runbooks.machine.interlocks.holdings import frozen
from runbooks.machine.move import Allowed
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.hold import Resume
from runbooks.machine.refusals import TOO_MANY
from runbooks.machine.state import ENDED, RunState, current
from runbooks.machine.statements import Replacement
from runbooks.screen.context import PageContext
from runbooks.screen.panels import Panel, make_panel, withdraw_panel
from runbooks.screen.waiting import cancelling


@dataclass(frozen=True)
class Banner:
    """Something about the whole run that comes before the next step. `cancel` is how a command that
    runs is stopped, and comes before everything else; `why` is what was found; `who` says who must
    come now, to the very person who reads it."""

    title: str
    text: str
    lines: tuple[tuple[str, str], ...] = ()
    panel: Panel | None = None
    second: Panel | None = None
    kind: str = "held"
    cancel: str = ""
    why: str = ""
    who: str = ""


def banner(page: PageContext) -> Banner | None:
    """The banner for the person of `page`; None while the run is under way."""
    state = page.state
    if state.hand_over_to is not None:
        return _hand_over(page)
    if state.status is RunStatus.ON_HOLD:
        return _held(page)
    if state.status is RunStatus.RUNNING and went_back(state.last_at, page.at):
        return Banner("The clock went back.", _clock_words(page))
    if state.status in ENDED:
        ended = stamp(state.ended_at) if state.ended_at else ""
        wrong = f" It went wrong: {deviation_words(state.deviation)}." if state.deviation else ""
        return Banner(
            f"This run is {state.status.value}.",
            f"It ended at {ended} and is frozen.{wrong} What comes now is marked late; nothing is"
            " edited.",
            kind="ended",
        )
    return None


def _held(page: PageContext) -> Banner:
    state = page.state
    since = stamp(state.held_at) if state.held_at else ""
    now = current(state)
    stopped = f"{_name(page, state.held_by)} stopped the run at {since}."
    behind = went_back(state.last_at, page.at)
    if state.stated.held_by_clock and not behind:
        stopped = f"The clock went back; the run is on hold since {since}. It is right again."
    if behind:
        stopped = _clock_words(page)
    if state.held_for_mismatch:
        stopped = f"The run stands still since {since}."
    return Banner(
        "ON HOLD. Hands off.",
        f"{stopped} Look together, find out, then go on or abort.{_waiting(state)}",
        panel=make_panel(page, Resume) if Allowed(Resume) in page.controls else None,
        cancel=cancelling(state, now),
        why=_why(state, now) if state.held_for_mismatch else "",
        who=_who(page),
    )


def _waiting(state: RunState) -> str:
    """What waiting costs: no data, while the writers of what is written into are stopped."""
    stopped = frozen(state, state.procedure.written_into())
    return " The writers are stopped: no data is lost by waiting." if stopped else ""


def _clock_words(page: PageContext) -> str:
    """What a clock that has gone back means for the run, and until when."""
    last = stamp(page.state.last_at)
    return (
        f"The clock of the database server shows {stamp(page.at)}, and the last event of this run"
        f" is from {last}. Countersigns, team checks, overrides and guarded steps are refused, and"
        f" the run cannot be resumed, until the clock has passed {last}. Set it right. STOP, notes,"
        " late entries and aborting stay possible."
    )


def _why(state: RunState, now: int | None) -> str:
    """What did not fit at the open step."""
    if now is None:
        return ""
    if state.steps[now].status is StepStatus.MISMATCH:
        return state.steps[now].reason
    if state.stated.misses.get(now, 0) >= TOO_MANY:
        number = state.step(now).number
        return f"{TOO_MANY} answers at step {number} were wrong. The log says what was tried."
    return ""


def _who(page: PageContext) -> str:
    """Who ends the hold, said to the person of `page`."""
    state = page.state
    others = _seconds(page, state)
    if not state.held_for_mismatch:
        return ""
    if page.person == state.held_by:
        come = " or ".join(others) or "somebody who takes the role of the verifier or the decider"
        return f"A second person must come: {come}. You cannot resume it alone; call them."
    if Allowed(Resume) in page.controls:
        return (
            f"You are the second person. Look at it with {_name(page, state.held_by)}, on the"
            " machine itself, before you resume."
        )
    return f"Waits for {' or '.join(others) or 'a second person'}."


def _seconds(page: PageContext, state: RunState) -> list[str]:
    """Those who hold a role and may resume, but for whose answer did not fit."""
    return [
        f"{_name(page, pk)} ({role.value})"
        for pk, role in state.people.items()
        if pk != state.held_by and role is not RunRole.OBSERVER
    ]


def _name(page: PageContext, pk: int | None) -> str:
    known = page.people.get(pk or 0)
    return known.name if known else "somebody"


def _hand_over(page: PageContext) -> Banner:
    state = page.state
    if state.stated.replacement is not None and state.stated.replacement.confirmed:
        return _replaced(page, state.stated.replacement)
    giver, taker = (page.people.get(pk or 0) for pk in (state.hand_over_by, state.hand_over_to))
    mine = state.hand_over_to == page.person
    may_withdraw = state.hand_over_by == page.person and Allowed(HandOver) in page.controls
    withdraw = withdraw_panel(page) if may_withdraw else None
    accept = make_panel(page, AcceptHandOver) if mine else None
    return Banner(
        f"{giver.name if giver else 'The operator'} hands over to {taker.name if taker else '?'}",
        "Nothing moves until it is accepted." if not mine else "Read back where the run stands.",
        lines=page.offer,
        panel=accept,
        second=withdraw,
        kind="hand-over",
    )


def _replaced(page: PageContext, replacement: Replacement) -> Banner:
    """The operator is gone and was replaced; the new one reads back and identifies the target."""
    mine = page.state.hand_over_to == page.person
    return Banner(
        f"{replacement.name} takes over from {_name(page, replacement.person)}, who is gone",
        "Read back where the run stands."
        if mine
        else f"Nothing moves until {replacement.name} has taken over. Nobody comes? Propose"
        " somebody else, below.",
        lines=(("Reason", replacement.reason),),
        panel=make_panel(page, AcceptHandOver) if mine else None,
        kind="hand-over",
    )
