"""Why a copy of the register is in doubt: what it says of itself, held against other copies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from inventory import plausibility
from inventory.models import Copy, Instance, System
from inventory.plausibility import SAME_MOMENT, Earlier
from lib import times
from lib.units import sizes

_LOOKED_AT = 50
_FAILED = "Find out why the backup wrote nothing, and make another one. Mark this one suspect."
_SMALL = "Look into it, and measure it again. If it is whole all the same, say why; that is kept."


@dataclass(frozen=True)
class Doubt:
    """Why a copy may not be called good, and what to do. `certain`: nobody can accept it."""

    code: str
    sentence: str
    remedy: str
    certain: bool


def find_doubt(copy: Copy) -> Doubt | None:
    """The first doubt about `copy` as it is now, saved or not; None when there is none. At most
    three queries."""
    if nothing := plausibility.holds_nothing(copy.size_bytes, copy.sha256):
        return Doubt("holds_nothing", nothing, _FAILED, certain=True)
    if other := _other_data(copy):
        assert other.data_as_of is not None  # noqa: S101 - asked for in the query
        return Doubt(
            "same_bytes",
            f"It has the SHA-256 of {other}, so it is the same bytes, but the newest record of"
            f" {other} is of {times.stamp(other.data_as_of)}: one of the two times, or a SHA-256,"
            " is wrong.",
            "Measure the SHA-256 and read the newest record again. If both are right, correct the"
            " other copy in the inventory, then verify this one again.",
            certain=True,
        )
    low = plausibility.far_below(copy.size_bytes, kind(copy), earlier(copy.system, copy))
    if not low or _known_good(copy):
        return None
    return Doubt("size_doubted", low, _SMALL, certain=False)


def compared(copy: Copy) -> str:
    """With what the size of `copy` is compared, in a few words."""
    return plausibility.compared(copy.size_bytes, kind(copy), earlier(copy.system, copy))


def kind(copy: Copy) -> str:
    """What `copy` is compared with."""
    return plausibility.kind_of(copy.medium, copy.name, copy.place)


def earlier(system: System, but: Copy | None = None) -> tuple[Earlier, ...]:
    """The good copies of `system` whose size is known, the newest first; of those that were taken
    after `but`, which the data had time to outgrow, and of itself, none."""
    rows = Copy.objects.of_system(system).good().exclude(size_bytes=None).newest_first()
    if but is not None:
        rows = rows.filter(taken_at__lte=but.taken_at).exclude(pk=but.pk)
    return tuple(
        Earlier(kind(row), row.size_bytes)
        for row in rows[:_LOOKED_AT]
        if row.size_bytes is not None
    )


def sizes_before(thing: Instance | Copy) -> str:
    """What a run compares with a copy that it makes of `thing`, or with `thing`, as a text
    (`plausibility.written`); '' for a copy whose doubt was accepted."""
    if isinstance(thing, Copy):
        return "" if thing.doubt_accepted else plausibility.written(earlier(thing.system, thing))
    return plausibility.written(earlier(thing.system))


def _known_good(copy: Copy) -> bool:
    """Whether a good copy of the same system is the same file: then the size was judged there."""
    return Copy.objects.same_bytes(copy).good().exists()


def other_size(copy: Copy) -> Copy | None:
    """A copy, of whichever system, with the SHA-256 of `copy` and another size, which cannot be."""
    if not copy.sha256 or copy.size_bytes is None:
        return None
    rows = Copy.objects.filter(sha256=copy.sha256).exclude(pk=copy.pk)
    apart = rows.exclude(size_bytes=None).exclude(size_bytes=copy.size_bytes).order_by("pk")
    return next((row for row in apart if not _same_size(copy, row)), None)


def _same_size(copy: Copy, other: Copy) -> bool:
    """Whether the sizes of two copies are one, or one of them was typed in a unit."""
    if copy.size_bytes is None or other.size_bytes is None:
        return True
    return sizes.alike(copy.size_bytes, other.size_bytes)


def same_reading(copy: Copy, as_of: datetime) -> QuerySet[Copy]:
    """Other copies of the same system and bytes whose newest record is said to be of `as_of`."""
    return Copy.objects.same_bytes(copy).filter(_near(as_of))


def _other_data(copy: Copy) -> Copy | None:
    """A copy of the same system, destroyed or not, with the same bytes and other data."""
    as_of = copy.data_as_of
    if not copy.sha256 or as_of is None:
        return None
    dated = Copy.objects.same_bytes(copy).exclude(data_as_of=None)
    return dated.exclude(_near(as_of)).order_by("pk").first()


def _near(as_of: datetime) -> Q:
    return Q(data_as_of__gt=as_of - SAME_MOMENT, data_as_of__lt=as_of + SAME_MOMENT)
