"""What a rule says of one place in a runbook."""

from __future__ import annotations

from dataclasses import dataclass

from runbooks.enums import Level


@dataclass(frozen=True)
class Remark:
    """What a rule says of one place. The linter makes a `Finding` of it, with the code of the rule.

    `line` and `column` count from 1, `column` in characters.
    `sentence` says what is wrong here, as the author reads it.
    `suggestion` says what to write instead.
    `level` is set where it differs from the rule's, in a milder case of the same mistake.
    No remark repeats a secret or a command that destroys: findings are kept and shown.
    """

    line: int
    column: int
    sentence: str
    suggestion: str = ""
    level: Level | None = None
