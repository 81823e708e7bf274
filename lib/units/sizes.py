"""Sizes in bytes: as people type them, and as tools print them. Pure."""

from __future__ import annotations

import re
from fractions import Fraction

from lib.units import grouped, numbers, quoted, single, tables, without_marks

#: What a database keeps in eight bytes.
LARGEST = 2**63 - 1
HINT = "Write bytes, such as 48117760, or a number with a unit, such as 46 MB or 1.5 GiB."
_FORM = re.compile(r"(?P<number>[0-9.,][0-9 '’_.,]*?) *(?P<unit>[A-Za-z]*)")
_BOTH = re.compile(r"(?P<exact>.+?) *\((?P<rough>[^()]+)\)(?: copied\b.*)?", re.DOTALL)
_PREFIXES = "kmgtpe"
_NAMES = ("kilo", "mega", "giga", "tera", "peta", "exa")
_BINARY_NAMES = ("kibi", "mebi", "gibi", "tebi", "pebi", "exbi")
_SHOWN = (("EiB", 6), ("PiB", 5), ("TiB", 4), ("GiB", 3), ("MiB", 2), ("KiB", 1), ("B", 0))


def read(text: str, *, precise: bool = False) -> int:
    """Bytes: `4096`, `48,117,760 bytes`, `12 kB`, `1,5 GiB`, and what `words` writes.

    kB, MB, GB, TB, PB and EB (in any case) are powers of 1000; KiB, MiB, GiB … are powers of 1024.
    What can mean two sizes is refused with both: a unit without B (`46M`), bits or bytes (`46 Mb`),
    one comma before three digits (`1,234 MB`). `precise`: with a unit, three digits are needed, for
    fewer do not tell two files apart. Raises `ValueError` with a sentence.
    """
    wanted = single(tables.cell(without_marks(text)))
    both = _BOTH.fullmatch(wanted)
    if both:
        first, others = both["exact"], re.split(r", (?=[0-9])", both["rough"])
        if _has_unit(first) and len(others) == 1 and not _has_unit(others[0]):
            first, others = others[0], [first]  # 45.8 MB (48,117,760 bytes)
        exact = _one(first)
        if not all(_is_roughly(rough, exact) for rough in others):
            raise ValueError(f"{quoted(text)} names two different sizes. Write one of them.")
        return _kept(exact, text)
    count = _kept(_one(wanted), text)
    if precise and count and _is_rough(wanted):
        raise ValueError(
            f"{quoted(text)} is too rough to tell two files apart. Write the bytes, or at least"
            " three digits, such as 45.9 MiB."
        )
    return count


def _is_rough(wanted: str) -> bool:
    match = _FORM.fullmatch(wanted)
    digits = re.sub("[^0-9]", "", match["number"]).lstrip("0") if match else ""
    return _has_unit(wanted) and len(digits) < 3


def _has_unit(text: str) -> bool:
    """Whether `text` is a number of kB, MiB … and not of bytes."""
    match = _FORM.fullmatch(text)
    return bool(match and match["unit"][:1].lower() in tuple(_PREFIXES))


def _is_roughly(rough: str, exact: int) -> bool:
    """Whether `rough` is `exact` bytes, rounded up or down at its last digit. Beside the bytes, MB
    can mean 1,048,576 bytes, as Windows writes it."""
    shown = _one(rough)
    if shown == exact or not _has_unit(rough):
        return shown == exact
    digits = re.sub("[^0-9]", "", rough.partition(".")[2] or rough.partition(",")[2])
    unit = rough.lstrip("0123456789 '’_.,").lower()
    power, base = _PREFIXES.index(unit[0]) + 1, 1024 if unit[1:2] == "i" else 1000
    binary = (Fraction(shown * 1024**power, base**power), 1024**power)
    return any(
        abs(meant - exact) * 10 ** len(digits) < step
        for meant, step in ((Fraction(shown), base**power), binary)
    )


def _kept(count: int, text: str) -> int:
    if count > LARGEST:
        raise ValueError(f"{quoted(text)} is not a size that can be kept: it is over 8 EiB.")
    return count


def _one(text: str) -> int:
    match = _FORM.fullmatch(text)
    if not match:
        raise ValueError(f"{quoted(text)} is not a size. {HINT}")
    power = _power(text, match["number"], match["unit"])
    value = numbers.unsigned_number(match["number"], whole=power == 1) * power
    if power == 1 and value.denominator != 1:
        raise ValueError(f"{quoted(text)} is not a size: a byte has no parts. {HINT}")
    return round(value)


def _power(text: str, number: str, unit: str) -> int:
    lower = unit.lower()
    if lower in {"", "b", "byte", "bytes"}:
        return 1
    for names, base in ((_NAMES, 1000), (_BINARY_NAMES, 1024)):
        for index, name in enumerate(names):
            if lower in {f"{name}byte", f"{name}bytes"}:
                return int(base ** (index + 1))
    match = re.fullmatch(rf"([{_PREFIXES}])(i?)(b|bytes?)?", lower)
    if not match:
        raise ValueError(f"{quoted(text)} is not a size: {quoted(unit)} is no unit of it. {HINT}")
    index = _PREFIXES.index(match[1]) + 1
    if match[2]:
        power = 1024**index
    elif match[3]:
        power = 1000**index
    else:
        raise ValueError(_without_b(text, number, index))
    if unit[0].isupper() and unit.endswith("b") and len(unit) <= 3:
        raise ValueError(_bits_or_bytes(text, number, unit, power))
    return int(power)


def _without_b(text: str, number: str, index: int) -> str:
    """Why `4096K` is refused: `ls -h` and `du -h` mean 1024 by it, `--si` and others 1000."""
    value = numbers.unsigned_number(number)
    letter = _PREFIXES[index - 1]
    si, binary = f"{'k' if index == 1 else letter.upper()}B", f"{letter.upper()}iB"
    return (
        f"{quoted(text)} can mean {grouped(round(value * 1000**index))} bytes ({si}) or"
        f" {grouped(round(value * 1024**index))} bytes ({binary}, as ls -h and du -h print it)."
        f" Write {si} or {binary}, or the bytes."
    )


def _bits_or_bytes(text: str, number: str, unit: str, power: int) -> str:
    value = numbers.unsigned_number(number) * power
    return (
        f"{quoted(text)} can mean {grouped(round(value))} bytes, or that many bits, which are"
        f" {grouped(round(value / 8))} bytes. Write {unit[:-1]}B if you mean bytes."
    )


def fits(size: int, known: int, *, digits: int = 3) -> bool:
    """Whether `size` bytes are `known` bytes, or those rounded as people and tools print them in
    the fitting unit of 1000 or 1024: to at least `digits` digits and at most three decimal places
    ("45.9 MiB", "48.1 MB", "45.889 MiB")."""
    powers = (base**power for base in (1000, 1024) for power in range(1, 7))
    return size == known or any(
        size == round(_rounded(known, power, places) * power)
        for power in powers
        for places in range(4)
        if power <= known < 1024 * power and len(str(known // power)) + places >= digits
    )


def same(measured: int, registered: int) -> bool:
    """Whether what was measured, now, has the registered size: the same bytes, or one of the two
    was typed in a unit and is the other one rounded (`fits`). A registered size in whole blocks of
    512 bytes is taken as exact: a disk image of 1 GiB that was cut short is not 1 GiB."""
    rounded = registered % 512 != 0 and fits(registered, measured)
    return fits(measured, registered) or rounded


def alike(size: int, other: int) -> bool:
    """Whether two measurements of one thing agree, at the lesser of their precisions."""
    return fits(size, other) or fits(other, size)


def finer(measured: int, registered: int) -> int:
    """Of two sizes that are the `same`, the one that is exact: what was registered, unless that is
    what was measured, rounded."""
    return registered if fits(measured, registered) else measured


def _rounded(count: int, power: int, places: int) -> Fraction:
    return Fraction(round(Fraction(count * 10**places, power)), 10**places)


def words(count: int) -> str:
    """Bytes exactly, and roughly in a unit: "734003200 bytes (700 MiB)"; `read` gives it back."""
    unit, power = next((u, p) for u, p in _SHOWN if count >= 1024**p or p == 0)
    if not power:
        return f"{count} bytes"
    places = max(0, 3 - len(str(count // 1024**power)))
    rough = numbers.plain(_rounded(count, 1024**power, places))
    return f"{count} bytes ({rough} {unit})"
