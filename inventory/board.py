"""What could be restored, and how much would be lost: the systems with the worst first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from inventory import durations
from inventory.enums import CopyState, Medium
from inventory.models import Copy, System

#: By severity, the worst first.
_VERDICTS = ("nothing to restore", "RPO not met", "one good copy", "not known", "in order")
#: Media that no running machine can overwrite: a copy there survives the wrong click.
_OFFLINE = (Medium.TAPE.value, Medium.REMOVABLE.value)


@dataclass(frozen=True)
class Light:
    """One figure of the 3-2-1-1-0 rule: `have` against what we `want`, and whether it is `lit`."""

    label: str
    have: int
    want: int
    lit: bool


@dataclass(frozen=True)
class Line:
    """What the board says of one system: how many copies are `good` and how many `doubtful`.

    `met`: whether the newest good copy meets the RPO; None when that cannot be said. `severity`: 0
    is the worst.
    """

    system: System
    good: int
    doubtful: int
    newest: Copy | None
    met: bool | None
    sentence: str
    severity: int
    lights: tuple[Light, ...]

    @property
    def verdict(self) -> str:
        """The state in two or three words."""
        return _VERDICTS[self.severity]

    @property
    def is_broken(self) -> bool:
        """Whether the system could not be restored within its promise."""
        return self.met is False or self.good == 0

    @property
    def last_good(self) -> bool:
        """Whether one single good copy is left."""
        return self.good == 1


def lines(at: datetime) -> list[Line]:
    """All systems, the worst first: no good copy, RPO not met (the oldest data against its RPO
    first), one last good copy, RPO or date not known, all well. Two queries, however many."""
    systems = list(_counted(System.objects.select_related("owner")))
    newest = Copy.objects.in_bulk([pk for system in systems if (pk := _newest_of(system))])
    board = [_line(system, newest.get(_newest_of(system) or 0), at) for system in systems]
    return sorted(board, key=lambda line: (line.severity, -_overdue(line, at), line.system.name))


def line(system: System, at: datetime) -> Line:
    """What the board says of `system`."""
    counted = _counted(System.objects.filter(pk=system.pk).select_related("owner")).get()
    return _line(counted, _newest(counted), at)


def judge(system: System, newest: Copy | None, at: datetime) -> tuple[bool | None, str]:
    """Whether the newest good copy meets the RPO of `system` at `at`, and the sentence for it."""
    if newest is None:
        return False, "no good copy: nothing could be restored"
    if newest.data_as_of is None:
        return None, "newest good copy is not dated: its newest record is not known"
    said = f"newest good copy is {durations.age(at, newest.data_as_of)} old"
    if system.rpo is None:
        return None, f"{said}; no RPO is set"
    met = at - newest.data_as_of <= system.rpo
    return met, f"{said}; RPO {durations.words(system.rpo)}: {'met' if met else 'not met'}"


def is_marked(copy: Copy) -> bool:
    """Whether `copy`, which comes of `Copy.objects.marked()`, is the last good one."""
    marked: bool = getattr(copy, "last_good")  # noqa: B009 (an annotation)
    return marked


def is_last_good(copy: Copy) -> bool:
    """Whether `copy` is good and its system has no other good one."""
    return is_marked(Copy.objects.marked().get(pk=copy.pk))


def _counted(systems: QuerySet[System]) -> QuerySet[System]:
    good = Q(copies__state=CopyState.GOOD.value, copies__as_found=False)
    doubtful = Q(copies__state__in=(CopyState.UNVERIFIED.value, CopyState.SUSPECT.value))
    newest = Copy.objects.filter(system=OuterRef("pk")).good().newest_first().values("pk")[:1]
    return systems.annotate(
        good=Count("copies", filter=good),
        media=Count("copies__medium", filter=good, distinct=True),
        places=Count("copies__place", filter=good, distinct=True),
        offline=Count("copies", filter=good & Q(copies__medium__in=_OFFLINE)),
        doubtful=Count("copies", filter=doubtful),
        newest_good=Subquery(newest),
    )


def _newest(system: System) -> Copy | None:
    pk = _newest_of(system)
    return Copy.objects.get(pk=pk) if pk else None


def _newest_of(system: System) -> int | None:
    pk: int | None = getattr(system, "newest_good")  # noqa: B009 (an annotation of `_counted`)
    return pk


def _line(system: System, newest: Copy | None, at: datetime) -> Line:
    counts = {
        name: int(getattr(system, name))
        for name in ("good", "media", "places", "offline", "doubtful")
    }
    met, sentence = judge(system, newest, at)
    return Line(
        system=system,
        good=counts["good"],
        doubtful=counts["doubtful"],
        newest=newest,
        met=met,
        sentence=sentence,
        severity=_severity(counts["good"], met),
        lights=_lights(**counts),
    )


def _severity(good: int, met: bool | None) -> int:
    if good == 0:
        return 0
    if met is False:
        return 1
    if good == 1:
        return 2
    return 3 if met is None else 4


def _overdue(line: Line, at: datetime) -> float:
    """How many times its RPO the data is old: what sorts systems that are equally badly off."""
    if line.newest is None or line.newest.data_as_of is None or not line.system.rpo:
        return 0.0
    return (at - line.newest.data_as_of) / line.system.rpo


def _lights(
    *, good: int, media: int, places: int, offline: int, doubtful: int
) -> tuple[Light, ...]:
    """The 3-2-1-1-0 rule, as far as the register knows: three with the live data itself."""
    return (
        Light("good copies beside the live data", good, 2, good >= 2),
        Light("kinds of medium", media, 2, media >= 2),
        Light("places", places, 2, places >= 2),
        Light("offline, out of reach of a wrong click", offline, 1, offline >= 1),
        Light("in doubt: unverified or suspect", doubtful, 0, doubtful == 0),
    )
