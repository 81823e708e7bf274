"""What a rule says of one place in a runbook."""

from __future__ import annotations

from dataclasses import dataclass

from runbooks.enums import Level


@dataclass(frozen=True)
class Remark:
    """What a rule says of one place: `line` and `column` from 1, `sentence` what is wrong here,
    `suggestion` what to write instead; `level` where it differs from the rule's."""

    line: int
    column: int
    sentence: str
    suggestion: str = ""
    level: Level | None = None
