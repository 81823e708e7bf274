"""What could be restored, and how much would be lost: the systems with the worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from inventory.enums import CopyState, Medium
from inventory.models import Copy, System
from lib.units import durations

#: By severity, the worst first. The sentence beside each says why, and does not repeat it.
_VERDICTS = ("cannot be restored", "too old", "one good copy", "not known", "in order")
#: Media that no running machine can overwrite: a copy there survives the wrong click.
_OFFLINE = (Medium.TAPE.value, Medium.REMOVABLE.value)
_DOUBTFUL = (CopyState.UNVERIFIED.value, CopyState.SUSPECT.value)


@dataclass(frozen=True)
class Light:
    """One figure of the 3-2-1-1-0 rule: `have` against what we `want`, and whether it is `lit`."""

    label: str
    have: int
    want: int
    lit: bool


@dataclass(frozen=True)
class SystemSummary:
    """What the board says of one system: how many `copies` are not destroyed, how many of them are
    `good` and how many `doubtful`; `doubted` is one that is in doubt for a reason that it names.

    `met`: whether the newest good copy meets the RPO; None when that cannot be said. `severity`: 0
    is the worst.
    """

    system: System
    copies: int
    good: int
    doubtful: int
    doubted: Copy | None
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
    def doubt(self) -> str:
        """Which copy is in doubt, and why; '' when none is."""
        return f"{self.doubted} is in doubt: {self.doubted.doubt}" if self.doubted else ""

    @property
    def is_broken(self) -> bool:
        """Whether the system could not be restored within its promise."""
        return self.met is False or self.good == 0

    @property
    def last_good(self) -> bool:
        """Whether one single good copy is left."""
        return self.good == 1


def summaries(at: datetime) -> list[SystemSummary]:
    """All systems, the worst first: no good copy, RPO not met (the oldest data against its RPO
    first), one last good copy, RPO or date not known, all well. Two queries, however many."""
    systems = list(_counted(System.objects.select_related("owner")))
    named = Copy.objects.in_bulk([pk for system in systems for pk in _named(system) if pk])
    board = [_line(system, named, at) for system in systems]
    return sorted(board, key=lambda line: (line.severity, -_overdue(line, at), line.system.name))


def summary(system: System, at: datetime) -> SystemSummary:
    """What the board says of `system`."""
    counted = _counted(System.objects.filter(pk=system.pk).select_related("owner")).get()
    return _line(counted, Copy.objects.in_bulk([pk for pk in _named(counted) if pk]), at)


def judge(system: System, newest: Copy | None, at: datetime) -> tuple[bool | None, str]:
    """Whether the newest good copy meets the RPO of `system` at `at`, and the sentence for it."""
    if newest is None:
        return False, "no good copy"
    if newest.data_as_of is None:
        return None, "newest good copy is not dated: its newest record is not known"
    sentence = f"newest good copy is {durations.age(at, newest.data_as_of)} old"
    if system.rpo is None:
        return None, f"{sentence}; no RPO is set"
    met = at - newest.data_as_of <= system.rpo
    return met, f"{sentence}; RPO {durations.words(system.rpo)}: {'met' if met else 'not met'}"


def is_marked(copy: Copy) -> bool:
    """Whether `copy`, which comes of `Copy.objects.marked()`, is the last good one."""
    marked: bool = getattr(copy, "last_good")  # noqa: B009 (an annotation)
    return marked


def is_last_good(copy: Copy) -> bool:
    """Whether `copy` is good and its system has no other good one."""
    return is_marked(Copy.objects.marked().get(pk=copy.pk))


def _counted(systems: QuerySet[System]) -> QuerySet[System]:
    good = Q(copies__state=CopyState.GOOD.value, copies__as_found=False)
    doubtful = Q(copies__state__in=_DOUBTFUL)
    mine = Copy.objects.filter(system=OuterRef("pk")).newest_first()
    doubted = mine.filter(state__in=_DOUBTFUL).exclude(doubt="")
    return systems.annotate(
        existing=Count("copies", filter=~Q(copies__state=CopyState.DESTROYED.value)),
        good=Count("copies", filter=good),
        media=Count("copies__medium", filter=good, distinct=True),
        places=Count("copies__place", filter=good, distinct=True),
        offline=Count("copies", filter=good & Q(copies__medium__in=_OFFLINE)),
        doubtful=Count("copies", filter=doubtful),
        newest_good=Subquery(mine.good().values("pk")[:1]),
        newest_doubted=Subquery(doubted.values("pk")[:1]),
    )


def _named(system: System) -> tuple[int, int]:
    """The keys of the newest good copy and of the newest one that is in doubt; 0 for none."""
    columns = vars(system)  # the annotations of `_counted`
    return columns["newest_good"] or 0, columns["newest_doubted"] or 0


def _line(system: System, named: Mapping[int, Copy], at: datetime) -> SystemSummary:
    counts = {
        name: int(getattr(system, name))
        for name in ("good", "media", "places", "offline", "doubtful")
    }
    newest, doubted = (named.get(pk) for pk in _named(system))
    met, sentence = judge(system, newest, at)
    return SystemSummary(
        system=system,
        copies=int(vars(system)["existing"]),
        good=counts["good"],
        doubtful=counts["doubtful"],
        doubted=doubted,
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


def _overdue(line: SystemSummary, at: datetime) -> float:
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
        Light("in doubt: unverified or suspect", doubtful, 0, good > 0 and doubtful == 0),
    )
