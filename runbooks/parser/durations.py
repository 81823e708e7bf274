"""Durations as people write them: `90s`, `2m`, `1h30m`, `24h`, `2d`."""

from __future__ import annotations

import re

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?")
_LONGEST = 3_660 * 86_400


def seconds(text: str) -> int | None:
    """Seconds of a duration; None when `text` is none, is zero-length or longer than ten years.

    A unit is demanded: `10` could be minutes to one reader and seconds to the next.
    """
    match = _DURATION.fullmatch(text.strip().lower())
    if not match or not any(match.groups()):
        return None
    if any(len(part or "") > 10 for part in match.groups()):
        return None
    total = sum(
        int(part) * unit for part, unit in zip(match.groups("0"), _UNITS.values(), strict=True)
    )
    return total if total <= _LONGEST else None
