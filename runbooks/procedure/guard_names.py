"""What each guard watches over, in words for people who read about it outside of a run. The one
table of them; a test holds it against the guard keys of the format and the interlocks."""

from __future__ import annotations

#: The key of what is refused by no guard but by the table of moves itself.
RULES = "rules"

NAMES: dict[str, str] = {
    RULES: "the rules of every run: order, roles, states",
    "access": "what the account on FROM can do",
    "after": "what must be done after an overwrite",
    "begun": "the circle before the slash",
    "compare": "the restored data against the copy",
    "copy": "a new copy, elsewhere than its source",
    "countersign": "the second person",
    "decide": "the decision at a branch",
    "destroy": "the deletion",
    "direction": "from where, into what",
    "duration": "the shortest sensible time",
    "fitness": "who is fit to go on",
    "freeze": "stopped writers",
    "hold": "the release by a named role",
    "identify": "the target’s identity",
    "mark": "the mark on the target",
    "override": "the way around a gate",
    "overwrite": "the irreversible act",
    "protect": "two equal copies in two places",
    "quarantine": "the data that was put aside",
    "rearm": "what must be on again afterwards",
    "record": "the observed value",
    "role": "who performs the step",
    "signature": "the password before a signature",
    "thaw": "writers that start again",
    "team_check": "the team check before the act",
    "verify": "the copy, opened with its own tool",
    "wait": "the output of a long command",
}

#: Gates that the table of moves keeps for a guard of the step, without naming it: gate → guard.
#: (`file` stands for all gates that wait for a file.)
OF_GATE: dict[str, str] = {
    "begun": "begun",
    "countersigned": "countersign",
    "file": "record",
    "released": "hold",
}


def guard_name(key: str) -> str:
    """The words for a guard's key. A key that a newer or an older version wrote names itself."""
    return NAMES.get(key, key)
