"""What each event states about the run besides its steps: the fold that makes `RunState.stated`.

The same functions serve the verbs, the replay, and the reading of a run whose state is not in
memory, which folds these lines of the log over what the rows say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import reduce

from runbooks.enums import RunRole
from runbooks.machine.copying import (
    copies_answered,
    copies_asked,
    copy_registered,
    copy_verified,
)
from runbooks.machine.requests import Line
from runbooks.machine.state import replace
from runbooks.machine.statements import (
    AnsweredIncident,
    Confirmed,
    Deviation,
    Signed,
    Stated,
    Thawed,
)
from runbooks.machine.stating_people import STATED_OF_PEOPLE


def stated(lines: Iterable[Line]) -> Stated:
    """What `lines`, in the order of the log, state."""
    return reduce(state, lines, Stated())


def state(so_far: Stated, line: Line) -> Stated:
    """What is stated after `line`."""
    effect = STATED.get(line.kind)
    return effect(so_far, line) if effect else so_far


def _prepared(so_far: Stated, line: Line) -> Stated:
    return replace(so_far, token=line.data.get("token", ""))


def _started(so_far: Stated, line: Line) -> Stated:
    return replace(so_far, access=line.data.get("access", ""))


def _refused(so_far: Stated, line: Line) -> Stated:
    return _missed(so_far, line) if line.data.get("counts") else so_far


def _mismatched(so_far: Stated, line: Line) -> Stated:
    kind, index = line.data.get("deviation", ""), line.data["step"]
    found = (Deviation(kind, index, line.data["why"]),) if kind else ()
    so_far = replace(so_far, deviations=(*so_far.deviations, *found))
    return _missed(_surprised(so_far, line), line)


def _missed(so_far: Stated, line: Line) -> Stated:
    index = line.data["step"]
    if index is None:
        return so_far
    misses = {**so_far.misses, index: so_far.misses.get(index, 0) + 1}
    return replace(so_far, misses=misses)


def _confirmed(so_far: Stated, line: Line) -> Stated:
    one = Confirmed(line.data["step"], line.by, RunRole(line.data["role"]), line.at, line.sequence)
    others = tuple(c for c in so_far.confirmed if c.person != line.by)
    since = so_far.confirmed_since | {line.by}
    return replace(so_far, confirmed=(*others, one), confirmed_since=since)


def _unlocked(so_far: Stated, line: Line) -> Stated:
    return replace(so_far, unlocked={**so_far.unlocked, line.data["step"]: line.at})


def _surprised(so_far: Stated, line: Line) -> Stated:
    """What was agreed in the team check is no longer what is: everyone confirms again."""
    return replace(so_far, confirmed=(), unlocked={})


def _put_away(so_far: Stated, line: Line) -> Stated:
    """A command that was laid open is put away, and asked for anew: after a hold, and when its
    section is gone through again. (By the operator who takes over: `stating_people`.)"""
    return replace(so_far, unlocked={})


def _held(so_far: Stated, line: Line) -> Stated:
    return replace(_put_away(so_far, line), held_by_clock=line.data.get("clock", False))


def _entered(so_far: Stated, line: Line) -> Stated:
    return replace(so_far, entries={**so_far.entries, line.sequence: line.by})


def _struck(so_far: Stated, line: Line) -> Stated:
    return replace(so_far, struck=so_far.struck | {line.data["sequence"]})


def _frozen(so_far: Stated, line: Line) -> Stated:
    name = line.data["parameter"]
    stopped = {**so_far.stopped, name: line.at}
    return replace(so_far, frozen=so_far.frozen | {name}, stopped=stopped)


def _thawed(so_far: Stated, line: Line) -> Stated:
    """Whatever was agreed in the team check was agreed about data that did not change."""
    name = line.data["parameter"]
    thawed = {**so_far.thawed, name: Thawed(line.data["step"], line.at)}
    back = {"frozen": so_far.frozen - {name}, "deleted": so_far.deleted - {name}}
    return replace(_surprised(so_far, line), **back, thawed=thawed)


def _deleted(so_far: Stated, line: Line) -> Stated:
    """Gone as a whole; of what lost a part, the rest is there and in use."""
    if line.data["part"]:
        return so_far
    return replace(so_far, deleted=so_far.deleted | {line.data["parameter"]})


def _released(so_far: Stated, line: Line) -> Stated:
    """Only a release that names a loss is a signature for it."""
    data = line.data
    if not data.get("loss"):
        return so_far
    newest, until = (
        datetime.fromisoformat(data[name]) if data[name] else None
        for name in ("loss_after", "loss_until")
    )
    about = data["step"], data["attempt"], newest, until, data["loss_until_is"]
    one = Signed(*about, data["loss"], line.by, data["reason"])
    return replace(so_far, signed=(*so_far.signed, one))


def _told(so_far: Stated, line: Line) -> Stated:
    data = line.data
    noticed, stopped = (
        datetime.fromisoformat(data[name]) if data[name] else None
        for name in ("noticed", "writes_stopped")
    )
    one = AnsweredIncident(data["incident"], noticed, stopped, data["closed"])
    return replace(so_far, incident=one)


#: Only what changes no state can be struck out; a wrong tick is mended by going the way back.
STRIKABLE = ("note.added", "entry.late", "evidence.attached")

STATED: dict[str, Callable[[Stated, Line], Stated]] = {
    **STATED_OF_PEOPLE,
    "run.prepared": _prepared,
    "run.started": _started,
    "incident.told": _told,
    "move.refused": _refused,
    "step.mismatched": _mismatched,
    "step.undone": _surprised,
    "team_check.confirmed": _confirmed,
    "step.unlocked": _unlocked,
    "run.held": _held,
    "section.entered": _put_away,
    "step.released": _released,
    "instance.frozen": _frozen,
    "instance.thawed": _thawed,
    "instance.deleted": _deleted,
    "copy.registered": copy_registered,
    "copy.verified": copy_verified,
    "copies.asked": copies_asked,
    "copies.answered": copies_answered,
    **dict.fromkeys(STRIKABLE, _entered),
    "entry.struck_out": _struck,
}
