"""What a rule says of one place in a runbook."""

from __future__ import annotations

from dataclasses import dataclass

from runbooks.enums import Level


@dataclass(frozen=True)
class Remark:
    """What a rule says of one place.

    `line` and `column` count from 1, `column` in characters.
    `sentence` says what is wrong here, as the author reads it.
    `suggestion` says what to write instead.
    `level` is set where it differs from the rule's.
    """

    line: int
    column: int
    sentence: str
    suggestion: str = ""
    level: Level | None = None
