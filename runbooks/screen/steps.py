"""The form of a run: its steps as rows. Done ones fold to a line, the open one is large, the coming
ones can be read ahead but not acted on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils import timezone

from lib.units.durations import words
from runbooks.enums import RunStatus, StepStatus
from runbooks.library.shown_commands import in_run, put_away
from runbooks.machine import interlocks
from runbooks.machine.gates import gates
from runbooks.machine.move import Allowed
from runbooks.machine.moves.branches import Undo
from runbooks.machine.moves.steps import Tick
from runbooks.machine.pace import ticks
from runbooks.machine.placeholders import fill
from runbooks.machine.state import FINISHED, StepState, current
from runbooks.procedure.guards.acts import TeamCheck
from runbooks.procedure.model import Step
from runbooks.procedure.sections import Section
from runbooks.screen.buttons import target_name
from runbooks.screen.context import PageContext
from runbooks.screen.gate_lines import GateLine, gate_lines
from runbooks.screen.losses import consequences, judged
from runbooks.screen.panels import Panel, make_panel
from runbooks.screen.people import WayRound, way_round
from runbooks.screen.primary import others, primary, waits_for
from runbooks.screen.team_check import TeamCheckPanel, team_check_panel
from runbooks.screen.waiting import Waiting, cancelling, waiting
from runbooks.screen.words import clock_time, hasty
from runbooks.screen.written import written

_CAUTION = re.compile(r"\s*(<blockquote>.*?</blockquote>)", re.DOTALL)
_LATER = '<p class="locked">The command appears when the step is open.</p>'
#: Gates that wait for what the command shows: its output as a file, the signature for what it read.
_AFTER_THE_COMMAND = (".file:", "verify.loss_signed", ".doubt_accepted")
_CLOSED = '<p class="locked">The command appears when all gates are open.</p>'
_RESTING = '<p class="locked">The command is put away while the run stands still.</p>'
_SLASHED = {StepStatus.DONE, StepStatus.AWAITING, StepStatus.NOT_APPLICABLE}
_CIRCLED = _SLASHED | {StepStatus.STARTED, StepStatus.MISMATCH, StepStatus.DIAGNOSED}


@dataclass(frozen=True)
class StepRow:
    """One step. `circle` and `slash` are the place-keeping marks; `word` says the same to those who
    do not see them; `wanted` names the
    values that are still to be observed; `html` is what can be read ahead, without commands."""

    index: int
    number: str
    title_html: str
    depth: int
    kind: str
    word: str
    circle: bool
    slash: bool
    signs: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    wanted: tuple[str, ...]
    remark: str
    hasty: tuple[str, ...]
    past: tuple[str, ...]
    html: str
    undo: Panel | None
    focus: Focus | None = None

    @property
    def hand(self) -> int:
        """Which of the drawn circles: a hand never draws the same one twice."""
        return self.index % 3


@dataclass(frozen=True)
class Focus:
    """What the open step shows besides its row."""

    caution_html: str
    body_html: str
    gate_lines: tuple[GateLine, ...]
    copied: bool
    loss: tuple[tuple[str, str, bool], ...]
    overwrites: bool
    promises: tuple[str, ...]
    pace: str
    late: str
    wait: Waiting | None
    cancel: str
    pause: TeamCheckPanel | None
    laid_open: str
    resting: bool
    waiting: str
    primary: Panel | None
    others: tuple[Panel, ...]
    way_round: WayRound


@dataclass(frozen=True)
class StepSection:
    """A section with its rows, in the order of the text. `html` is its own text, without what
    destroys."""

    section: Section
    html: str
    rows: tuple[StepRow, ...]


def parts(page: PageContext) -> tuple[StepSection, ...]:
    """The sections of the main path and the asides that were entered, in the order of the text."""
    state, now = page.state, current(page.state)
    steps = sorted(state.procedure.steps, key=lambda step: step.line)
    sections, ticked = [], ticks(state)
    for section in state.procedure.sections:
        if section.aside and section.key not in state.entered:
            continue
        rows = tuple(_row(page, s, now, ticked) for s in steps if s.section == section.key)
        if rows or section.html:
            html = in_run(section.html, section.commands)
            sections.append(StepSection(section, html, rows))
    return tuple(sections)


def _row(page: PageContext, step: Step, now: int | None, ticked: Sequence[datetime]) -> StepRow:
    progress, controls = page.state.steps[step.index], page.controls
    open_now = step.index == now
    kind = "open" if open_now else "done" if progress.status in FINISHED else "later"
    kind = "struck" if progress.status is StepStatus.STRUCK else kind
    undoable = Allowed(Undo, step.index) in controls
    focus = _focus(page, step, controls) if open_now else None
    ahead = "" if open_now else put_away(step.body_html, _LATER if kind == "later" else "")
    return StepRow(
        index=step.index,
        number=step.number,
        title_html=step.title_html,
        depth=step.depth,
        kind=kind,
        word=progress.status.value,
        circle=progress.status in _CIRCLED,
        slash=progress.status in _SLASHED,
        signs=_signs(page, progress),
        values=() if step.index in page.blind else written(page.state, step, brief=not open_now),
        wanted=tuple(
            v.label or v.name
            for v in interlocks.asks(page.state, step.index)
            if v.name not in progress.values
        ),
        remark=_remark(progress),
        hasty=hasty(page.state, step.index, ticked),
        past=tuple(
            f"Attempt {old.attempt}: {old.status.value}" + (f". {old.reason}" if old.reason else "")
            for old in page.state.past
            if old.index == step.index
        ),
        html=fill(ahead, page.reached) if kind != "struck" else "",
        undo=make_panel(page, Undo, step.index) if undoable else None,
        focus=focus,
    )


@lru_cache(maxsize=4000)
def _clock(at: datetime, zone: tzinfo, day: str) -> str:
    """The time of day, in `zone`; with its date when that is not `day`."""
    local = at.astimezone(zone)
    return f"{local:%H:%M}" if f"{local:%Y-%m-%d}" == day else f"{local:%d %b %H:%M}"


def _signs(page: PageContext, step: StepState) -> tuple[str, ...]:
    zone = timezone.get_current_timezone()

    def time(at: datetime) -> str:
        return _clock(at, zone, page.day)

    started = "" if step.done_at else _sign(page, step.started_by, step.started_at, time)
    signs = (
        started,
        _sign(page, step.released_by, step.released_at, time),
        _sign(page, step.done_by, step.done_at, time),
        _sign(page, step.countersigned_by, step.countersigned_at, time),
    )
    return tuple(sign for sign in signs if sign)


def _sign(
    page: PageContext,
    person: int | None,
    at: datetime | None,
    clock: Callable[[datetime], str],
) -> str:
    """Initials and time, as in the margin of a form; '' when nobody signed."""
    if person is None or at is None:
        return ""
    known = page.people.get(person)
    return f"{known.initials if known else '??'} {clock(at)}"


def _remark(step: StepState) -> str:
    return ": ".join(part for part in (step.answer, step.reason) if part)


def _focus(page: PageContext, step: Step, controls: frozenset[Allowed]) -> Focus:
    state, index = page.state, step.index
    step_gates = gates(state, index, page.at)
    # Who measures again needs the command as well: it was given, and its step is ticked.
    given = state.steps[index].status is StepStatus.AWAITING
    waited = [
        gate for gate in step_gates if not f"{gate.guard}.{gate.key}".startswith(_AFTER_THE_COMMAND)
    ]
    closed = not given and any(not gate.open for gate in waited)
    resting = state.status is RunStatus.ON_HOLD or state.hand_over_to is not None
    html = step.body_html
    if resting or closed:
        html = put_away(html, _RESTING if resting else _CLOSED)
    target, pause = target_name(page.state, index), team_check_panel(page, step)
    laid_open, large = state.stated.unlocked.get(index), primary(page, step, step_gates)
    # A caution is read before anything else, wherever the page puts the rest.
    leading = _CAUTION.match(html)
    caution, reached = leading[1] if leading else "", page.reached
    return Focus(
        caution_html=fill(caution, reached),
        body_html=fill(html[leading.end() :] if leading else html, reached),
        gate_lines=gate_lines(
            state, index, step_gates, page.at, hidden=TeamCheck.key if _missing(pause) else ""
        ),
        copied=not target or Allowed(Tick, index) in page.offers,
        loss=(consequences if target else judged)(state, step, page.at),
        overwrites=bool(target),
        promises=step.guard.promises,
        pace=_pace(step),
        late=_late(page, step),
        wait=waiting(page, step),
        cancel=cancelling(state, index),
        pause=pause if _missing(pause) or TeamCheck in step.guard else None,
        laid_open=clock_time(laid_open) if laid_open else "",
        resting=resting,
        waiting=waits_for(page, step, step_gates),
        primary=large,
        others=others(page, step, controls, large),
        way_round=way_round(page, index),
    )


def _missing(pause: TeamCheckPanel | None) -> bool:
    """Whether somebody's word is missing in the team check."""
    return pause is not None and pause.missing


def _minutes(span: timedelta) -> timedelta:
    return timedelta(minutes=max(int(span.total_seconds()) // 60, 0))


def _pace(step: Step) -> str:
    pace = step.guard.duration
    if pace is None:
        return ""
    sentences = [
        f"takes about {words(timedelta(seconds=pace.expected))}" if pace.expected else "",
        f"late after {words(timedelta(seconds=pace.max))}" if pace.max else "",
    ]
    together = ", ".join(part for part in sentences if part)
    return together[:1].upper() + together[1:]


def _late(page: PageContext, step: Step) -> str:
    progress, pace = page.state.steps[step.index], step.guard.duration
    if (
        pace is None
        or pace.max is None
        or progress.started_at is None
        or progress.done_at is not None
    ):
        return ""
    over = page.at - progress.started_at - timedelta(seconds=pace.max)
    return f"Late by {words(_minutes(over))}." if over > timedelta(minutes=1) else ""
